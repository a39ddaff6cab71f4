/**
 * Identities as files: the private key, the certificate, and the certificate of the authority, PEM, in this order. One file is all that a party needs; whoever has it is that party.
 * An authority's file has its key and its certificate.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { DataError, UsageError } from '../../base/errors.js';
import type { Authority, Role } from './certificates.js';
import type { Identity } from './tls-link.js';

/** An identity that was read and checked. */
export interface KnownIdentity extends Identity {
  /** The party's name: the common name of its certificate. */
  readonly name: string;
  readonly role: Role;
}

const hint = 'make identities with: snapdelta keys init DIR --server NAME --host HOST --agent NAME';
/** Extended key usage of TLS servers (RFC 5280, 4.2.1.12). */
const serverUsage = '1.3.6.1.5.5.7.3.1';
/** A key and two certificates of ours have some 2 KiB; more is something else. */
export const identityBytesMax = 64 * 1024;

export function identityText({ privateKey, certificate, authority }: Identity): string {
  return privateKey + certificate + authority;
}

export function authorityText({ privateKey, certificate }: Authority): string {
  return privateKey + certificate;
}

/** Reads an authority's file. Throws UsageError that names `path`. */
export function parseAuthority(text: string, path: string): Authority {
  const { keys, certificates } = blocksOf(text);
  const [privateKey] = keys;
  const [certificate] = certificates;
  if (privateKey === undefined || certificate === undefined || keys.length + certificates.length > 2) {
    throw new UsageError(`${path} is no authority of snapdelta`, { hint: 'make one in an empty folder' });
  }
  return { privateKey, certificate };
}

/**
 * Reads an identity's file and checks what can be checked here, so that mistakes show before anybody is asked: that the key is the certificate's, the certificate the
 * authority's, and that it is valid at `nowMs`. Throws UsageError for what is no identity, DataError for one that is not authentic (any more).
 */
export function parseIdentity(text: string, path: string, nowMs: number): KnownIdentity {
  const { keys, certificates } = blocksOf(text);
  const [privateKey] = keys;
  const [certificate, authority] = certificates;
  if (privateKey === undefined || certificate === undefined || authority === undefined) {
    throw new UsageError(`${path} is no identity of snapdelta`, { hint });
  }
  const { leaf, isOurs } = opened(privateKey, certificate, authority, path);
  if (!isOurs)
    throw new DataError(`${path}: its key, its certificate and its authority do not go together`, { hint });
  const from = Date.parse(leaf.validFrom);
  const to = Date.parse(leaf.validTo);
  if (nowMs > to) throw new DataError(`${path}: the certificate has expired on ${leaf.validTo}`, { hint });
  if (nowMs < from) {
    throw new DataError(`${path}: the certificate is not valid before ${leaf.validFrom}`, {
      hint: 'set the clock right',
    });
  }
  const name = /^CN=(.+)$/m.exec(leaf.subject)?.[1] ?? '';
  const role = ((leaf.keyUsage as string[] | undefined) ?? []).includes(serverUsage) ? 'server' : 'agent';
  return { privateKey, certificate, authority, name, role };
}

function opened(
  privateKey: string,
  certificate: string,
  authority: string,
  path: string,
): { readonly leaf: X509Certificate; readonly isOurs: boolean } {
  try {
    const leaf = new X509Certificate(certificate);
    const isOurs =
      leaf.checkPrivateKey(createPrivateKey(privateKey)) &&
      leaf.verify(new X509Certificate(authority).publicKey);
    return { leaf, isOurs };
  } catch (cause) {
    throw new UsageError(`${path}: a key or certificate in it cannot be read`, { hint, cause });
  }
}

function blocksOf(text: string): { readonly keys: string[]; readonly certificates: string[] } {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z ]+)-----\n[\s\S]*?-----END \1-----\n/g)];
  const ofKind = (kind: string): string[] =>
    blocks.filter((block) => block[1] === kind).map(([block]) => block);
  return { keys: ofKind('PRIVATE KEY'), certificates: ofKind('CERTIFICATE') };
}
