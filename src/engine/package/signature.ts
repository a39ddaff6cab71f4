/**
 * Signatures over packages: Ed25519 (RFC 8032, node:crypto) over a domain-separated message that binds the
 * fingerprint, the package id, the number of segments and the root (docs/formats/package-v1.md, "Signatures").
 */
import type { KeyObject } from 'node:crypto';
import { nodeCrypto, sha256 } from '../../base/builtins.js';
import { ByteWriter } from '../../base/codec.js';
import { UsageError } from '../../base/errors.js';
import type { Fingerprint } from '../fingerprint/fingerprint.js';
import { equalBytes } from '../fingerprint/identity.js';
import type { PackageSignature } from './model.js';

export const keyIdBytes = 16;
export const signatureBytes = 64;

const domain = new TextEncoder().encode('snapdelta package root v1\0');

/** The bytes that are signed. `PackageEncoder` and `PackageDecoder` make them. */
export function rootMessage(
  fingerprint: Fingerprint,
  packageId: Uint8Array,
  segmentCount: number,
  root: Uint8Array,
): Uint8Array {
  return new ByteWriter(128)
    .bytes(domain)
    .varint(fingerprint.multihashCode)
    .u8(fingerprint.digestBytes)
    .bytes(packageId)
    .u32(segmentCount)
    .bytes(root)
    .finish();
}

/** Signs a root message. Throws UsageError for a key that is not an Ed25519 private key. */
export function signRoot(privateKey: KeyObject, message: Uint8Array): PackageSignature {
  if (privateKey.type !== 'private') throw notEd25519('private');
  return {
    algorithm: 'ed25519',
    keyId: keyIdOf(nodeCrypto().createPublicKey(privateKey)),
    signature: Uint8Array.from(nodeCrypto().sign(null, message, privateKey)),
  };
}

/**
 * Whether `signature` was made over `message` with the private half of `publicKey`. Throws UsageError for another
 * kind of key.
 */
export function verifySignature(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: PackageSignature,
): boolean {
  return (
    equalBytes(signature.keyId, keyIdOf(publicKey)) &&
    nodeCrypto().verify(null, message, publicKey, signature.signature)
  );
}

/** First 16 bytes of the SHA-256 of the public key's SubjectPublicKeyInfo in DER. Selects a key; proves nothing. */
export function keyIdOf(publicKey: KeyObject): Uint8Array {
  if (publicKey.type !== 'public' || publicKey.asymmetricKeyType !== 'ed25519') throw notEd25519('public');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return sha256(der).slice(0, keyIdBytes);
}

function notEd25519(role: string): UsageError {
  return new UsageError(`the key is not an Ed25519 ${role} key`, {
    hint: 'make one with: openssl genpkey -algorithm ed25519',
  });
}
