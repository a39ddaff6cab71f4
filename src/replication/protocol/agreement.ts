/**
 * What the two sides have in common: the highest version that both name, the capabilities that both name, a fingerprint that the acceptor's repository
 * uses and the connector can check. The acceptor chooses, the connector checks the choice against its own hello.
 */
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import { equalDots } from '../versions/version.js';
import { capabilityNames, protocolVersions } from './messages.js';
import type { Capability, Hello, Offer, ProtocolVersion, Pull, Refuse, Welcome } from './messages.js';
import { ProtocolError } from './violation.js';

/** What an acceptor says of itself. */
export interface AcceptorTerms {
  readonly name: string;
  readonly software: string;
  readonly versions: readonly ProtocolVersion[];
  readonly capabilities: readonly Capability[];
  readonly fingerprint: FingerprintName;
  readonly chunker: string;
  readonly segmentBytesMax: number;
}

/** The acceptor's answer to a hello: a welcome, or a refuse of code `version` where nothing fits. */
export function answerHello(hello: Hello, terms: AcceptorTerms): Welcome | Refuse {
  const version = protocolVersions.findLast(
    (known) => terms.versions.includes(known) && hello.versions.includes(known),
  );
  if (version === undefined) {
    const reason = `no common version: ${hello.versions.join(', ')} there, ${terms.versions.join(', ')} here`;
    return { type: 'refuse', code: 'version', reason };
  }
  if (!hello.fingerprints.includes(terms.fingerprint)) {
    const reason = `fingerprint ${terms.fingerprint} is needed, and not among those offered`;
    return { type: 'refuse', code: 'version', reason };
  }
  const capabilities = capabilityNames.filter(
    (name) => version > 1 && terms.capabilities.includes(name) && hello.capabilities.includes(name),
  );
  const { name, software, fingerprint, chunker, segmentBytesMax } = terms;
  return { type: 'welcome', version, name, software, capabilities, fingerprint, chunker, segmentBytesMax };
}

/** Throws ProtocolError where a welcome takes what its hello did not offer. */
export function checkWelcome(welcome: Welcome, hello: Hello): void {
  if (!hello.versions.includes(welcome.version)) {
    throw new ProtocolError('version', `welcome: version ${welcome.version} was not offered`);
  }
  const surplus = welcome.capabilities.find((name) => !hello.capabilities.includes(name));
  if (surplus !== undefined) throw new ProtocolError('version', `welcome: ${surplus} was not offered`);
  if (!hello.fingerprints.includes(welcome.fingerprint)) {
    throw new ProtocolError('version', `welcome: fingerprint ${welcome.fingerprint} was not offered`);
  }
}

/** Throws ProtocolError where a pull uses a capability that was not agreed on. */
export function checkPull(pull: Pull, agreed: Welcome): void {
  if (pull.base !== null) requireBase('pull', agreed);
  if (pull.resume !== '') requireCapability('pull: resume', 'resume', agreed);
  if (pull.first.length > 0) requireCapability('pull: first', 'progressive', agreed);
}

/** Throws ProtocolError where an offer uses a capability that was not agreed on, contradicts itself, or the pull or offer that it answers. */
export function checkOffer(
  offer: Offer,
  pull: Pull | undefined,
  before: Offer | undefined,
  agreed: Welcome,
): void {
  const { version, base } = offer;
  if (base !== null) requireBase('offer', agreed);
  if (base !== null && equalDots(base, version.dot)) {
    throw new ProtocolError('malformed', 'offer: the version is its own base');
  }
  if (offer.manifestForm === 'delta') {
    requireCapability('offer: manifestForm', 'manifest-delta', agreed);
    if (base === null) throw new ProtocolError('malformed', 'offer: a delta manifest needs a base');
  }
  if (offer.resume !== '') requireCapability('offer: resume', 'resume', agreed);
  const asked = before?.version ?? (pull === undefined ? undefined : { volume: pull.volume, dot: pull.dot });
  if (asked === undefined) return;
  const isAsked =
    asked.volume === version.volume && (asked.dot === null || equalDots(asked.dot, version.dot));
  if (!isAsked) throw new ProtocolError('malformed', 'offer: not the version that was asked for');
}

export function hasCapability(capability: Capability, agreed: Welcome): boolean {
  return agreed.capabilities.includes(capability);
}

function requireBase(what: string, agreed: Welcome): void {
  const using = ['select', 'delta', 'manifest-delta'] as const;
  if (using.some((capability) => hasCapability(capability, agreed))) return;
  throw new ProtocolError(
    'malformed',
    `${what}: base needs select, delta or manifest-delta, of which none was agreed on`,
  );
}

function requireCapability(what: string, capability: Capability, agreed: Welcome): void {
  if (hasCapability(capability, agreed)) return;
  throw new ProtocolError('malformed', `${what} needs the capability ${capability}, which was not agreed on`);
}
