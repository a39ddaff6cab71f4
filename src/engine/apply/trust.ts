/**
 * What a package's signatures are worth to this reader: each one judged against the public keys that it trusts. A signature by an unknown key says
 * nothing; one that names a trusted key and does not verify means that somebody changed the package.
 */
import type { KeyObject } from 'node:crypto';
import { DataError, UsageError } from '../../base/errors.js';
import { fingerprints } from '../fingerprint/fingerprint.js';
import type { PackageFooter, PackageHeader } from '../package/model.js';
import { keyIdOf, verifySignature } from '../package/signature.js';
import { hex } from './base-check.js';

type SignatureState = 'trusted' | 'unknown key' | 'invalid';

export interface JudgedSignature {
  readonly keyId: string;
  readonly state: SignatureState;
}

export interface TrustOptions {
  /** Ed25519 public keys. */
  readonly trust?: readonly KeyObject[];
  /** Whether a package must carry a signature by one of them. */
  readonly requireSignature?: boolean;
}

/** Throws UsageError or DataError where a required signature cannot exist: before anything is written. */
export function checkTrust(options: TrustOptions, header: PackageHeader): void {
  if (options.requireSignature !== true) return;
  if ((options.trust ?? []).length === 0) {
    throw new UsageError('a signature is required, but no key is trusted', { hint: 'give a public key' });
  }
  const { fingerprint } = header.target;
  if (!fingerprints[fingerprint].collisionResistant)
    throw unsigned(`${fingerprint} packages cannot be signed`);
}

export function judgeSignatures(
  footer: PackageFooter,
  rootMessage: Uint8Array,
  trust: readonly KeyObject[] = [],
): JudgedSignature[] {
  const known = trust.map((key) => ({ key, id: hex(keyIdOf(key)) }));
  return footer.signatures.map((signature) => {
    const keyId = hex(signature.keyId);
    const named = known.filter(({ id }) => id === keyId);
    if (named.length === 0) return { keyId, state: 'unknown key' };
    const isGood = named.some(({ key }) => verifySignature(key, rootMessage, signature));
    return { keyId, state: isGood ? 'trusted' : 'invalid' };
  });
}

/** Throws DataError for a signature that does not verify, and where a required one is missing. */
export function requireTrust(signatures: readonly JudgedSignature[], options: TrustOptions): void {
  const bad = signatures.find(({ state }) => state === 'invalid');
  if (bad !== undefined) {
    throw new DataError(`the signature by key ${bad.keyId} does not match: the package was changed`);
  }
  if (options.requireSignature !== true || signatures.some(({ state }) => state === 'trusted')) return;
  const keys = signatures.map(({ keyId }) => keyId).join(', ');
  throw unsigned(keys === '' ? 'it has no signature' : `it is signed by ${keys} only`);
}

function unsigned(reason: string): DataError {
  return new DataError(`the package is not signed by a trusted key: ${reason}`, {
    hint: 'have it signed, or trust the key that signed it',
  });
}
