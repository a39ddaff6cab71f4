/**
 * Certificates of a small private authority, for mutual authentication: one for each server (with the host names and addresses by which it is reached)
 * and one for each agent. Keys are Ed25519; the profile is that of RFC 5280 and RFC 8410. The writing of ASN.1 is @peculiar/x509's.
 *
 * Law: an agent's certificate does not serve as a server's, so that one agent cannot pose as the server to another.
 */
import { createPrivateKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { UsageError } from '../../base/errors.js';
import type { Identity } from './tls-link.js';

export type Role = 'server' | 'agent';

/** PEM texts of an authority; the private key issues certificates and is needed nowhere else. */
export interface Authority {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Request {
  /** Who it is: 1 to 64 characters of a-z, A-Z, 0-9, '.', '_', '-'. */
  readonly name: string;
  readonly role: Role;
  /** Host names and addresses of a server. */
  readonly hosts?: readonly string[];
}

const algorithm = { name: 'Ed25519' };
const dayMs = 86_400_000;
/** Long enough to outlive a machine; renewal is making new ones. */
const validDays = 3650;
/** Clocks of the parties may differ by this much when a fresh certificate is first used. */
const backdatedMs = dayMs;
/** A server also opens links, to other servers. */
const usagesOf: Readonly<Record<Role, readonly x509.ExtendedKeyUsage[]>> = {
  server: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
  agent: [x509.ExtendedKeyUsage.clientAuth],
};

/** Makes an authority. `nowMs`: milliseconds since 1970. */
export async function createAuthority(nowMs: number): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: ['snapdelta authority'] }],
    ...validity(nowMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
    ],
  });
  return { certificate: ended(certificate.toString('pem')), privateKey: await exported(keys.privateKey) };
}

/** Issues a certificate with a new key. Throws UsageError for a name that cannot be one, a server without hosts, an authority that is none. */
export async function issueIdentity(
  authority: Authority,
  request: Request,
  nowMs: number,
): Promise<Identity> {
  const { name, role, hosts = [] } = request;
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new UsageError(`${name} cannot be the name of a party`, {
      hint: 'use 1 to 64 letters, digits, dots, dashes and underscores',
    });
  }
  if (role === 'server' && hosts.length === 0) {
    throw new UsageError(`server ${name} has no host name`, { hint: 'say how agents reach it: --host NAME' });
  }
  const { issuer, signingKey } = await opened(authority);
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [name] }],
    issuer: issuer.subjectName,
    ...validity(nowMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([...usagesOf[role]], true),
      ...(hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName))]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer, false),
    ],
  });
  return {
    authority: authority.certificate,
    certificate: ended(certificate.toString('pem')),
    privateKey: await exported(keys.privateKey),
  };
}

async function opened(
  authority: Authority,
): Promise<{ issuer: x509.X509Certificate; signingKey: webcrypto.CryptoKey }> {
  try {
    const der = createPrivateKey(authority.privateKey).export({ type: 'pkcs8', format: 'der' });
    return {
      issuer: new x509.X509Certificate(authority.certificate),
      signingKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
    };
  } catch (cause) {
    throw new UsageError('the authority is not one of snapdelta: its key or certificate cannot be read', {
      hint: 'make a new one in an empty folder',
      cause,
    });
  }
}

function alternativeName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function exported(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
}

function validity(nowMs: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(nowMs - backdatedMs), notAfter: new Date(nowMs + validDays * dayMs) };
}

/** 127 random bits, positive (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

function ended(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}
