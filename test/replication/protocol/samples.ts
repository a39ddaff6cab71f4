/** Messages for tests: one of every type, a pair of connections that agreed, and whole transfers. */
import { expect } from 'vitest';
import { present } from '../../../src/base/errors.js';
import { answerHello, type AcceptorTerms } from '../../../src/replication/protocol/agreement.js';
import { Connection, type ConnectionEvent } from '../../../src/replication/protocol/connection.js';
import { capabilityNames } from '../../../src/replication/protocol/messages.js';
import type {
  Capability,
  Hello,
  Message,
  Need,
  Offer,
  ProtocolVersion,
  SegmentStart,
} from '../../../src/replication/protocol/messages.js';
import type { Version } from '../../../src/replication/versions/version.js';

export const version: Version = {
  volume: 'disk',
  dot: { writer: 'agent', counter: 2 },
  vector: { agent: 2, other: 1 },
  time: { wallMs: 1_700_000_000_000, counter: 3 },
  parents: [
    { writer: 'agent', counter: 1 },
    { writer: 'other', counter: 1 },
  ],
};

export const terms: AcceptorTerms = {
  name: 'server',
  software: 'snapdelta 0.1.0',
  versions: [1, 2],
  capabilities: capabilityNames,
  fingerprint: 'blake3',
  chunker: 'fixed 4096',
  segmentBytesMax: 65_536,
};

export const hello: Hello = {
  type: 'hello',
  versions: [1, 2],
  name: 'agent',
  software: 'snapdelta 0.1.0',
  capabilities: capabilityNames,
  fingerprints: ['blake3', 'sha256'],
};

export const offer: Offer = {
  type: 'offer',
  version,
  base: { writer: 'agent', counter: 1 },
  manifestBytes: 5,
  manifestForm: 'delta',
  resume: 'token',
};

export const plainOffer: Offer = { ...offer, base: null, manifestForm: 'whole', resume: '' };

export const need: Need = {
  type: 'need',
  token: 'token',
  runs: [
    [0, 3],
    [5, 2],
  ],
  isLast: true,
  firstIndex: 0,
  creditBytes: 200_000,
};

export const segment: SegmentStart = {
  type: 'segment',
  index: 0,
  first: 0,
  count: 3,
  packageBytes: 6,
  baseRuns: [
    [100, 2],
    [40, 1],
  ],
};

/** One message of every type, in the order of their numbers. */
export const everyMessage: readonly Message[] = [
  hello,
  present(agreeing(hello, terms), 'welcome'),
  { type: 'list', volume: 'disk' },
  {
    type: 'listing',
    rows: [{ version, content: '00ff10', totalBytes: 2 ** 40, isHead: true }],
    isLast: false,
  },
  {
    type: 'pull',
    volume: 'disk',
    dot: { writer: 'agent', counter: 2 },
    base: { writer: 'agent', counter: 1 },
    resume: 'token',
    first: ['etc/passwd', '漢'],
  },
  offer,
  { type: 'manifest', bytes: Uint8Array.of(1, 2, 3, 4, 5) },
  need,
  { type: 'resynchronise', reason: 'base-damaged' },
  segment,
  { type: 'data', bytes: Uint8Array.of(9, 8, 7, 6, 5, 4) },
  { type: 'acknowledge', index: 0, creditBytes: 6 },
  { type: 'commit', segmentCount: 2 },
  {
    type: 'committed',
    dot: { writer: 'agent', counter: 2 },
    head: { writer: 'other', counter: 7 },
    concurrent: [{ writer: 'third', counter: 300 }],
  },
  { type: 'abort', reason: 'stopped by the user' },
  { type: 'refuse', code: 'busy', reason: 'too many connections' },
];

/** One message of every type that version 1 has, with the fields that it has. */
export const everyMessage1: readonly Message[] = everyMessage
  .filter(({ type }) => type !== 'need' && type !== 'resynchronise')
  .map((message): Message => {
    if (message.type === 'welcome') return { ...message, version: 1, capabilities: [] };
    if (message.type === 'pull') return { ...message, base: null, resume: '', first: [] };
    if (message.type === 'offer') return plainOffer;
    if (message.type === 'segment') return { ...message, baseRuns: [] };
    return message.type === 'acknowledge' ? { ...message, creditBytes: 0 } : message;
  });

export function agreeing(ours: Hello, theirs: AcceptorTerms) {
  const answer = answerHello(ours, theirs);
  return answer.type === 'welcome' ? answer : undefined;
}

export interface Pair {
  readonly connector: Connection;
  readonly acceptor: Connection;
}

/** Two connections that have said hello and welcome. */
export function agreedPair(
  versions: readonly ProtocolVersion[] = [2],
  capabilities: readonly Capability[] = capabilityNames,
): Pair {
  const pair = { connector: new Connection('connector'), acceptor: new Connection('acceptor') };
  const ours = { ...hello, versions, capabilities };
  pass(pair.connector, pair.acceptor, ours);
  pass(pair.acceptor, pair.connector, answerHello(ours, terms));
  return pair;
}

/** Sends from one to the other, and expects the message itself to arrive. */
export function pass(from: Connection, to: Connection, message: Message): void {
  expect(to.receive(from.send(message))).toEqual([message]);
}

/** The only event, which must be a violation. */
export function violationAmong(events: readonly ConnectionEvent[]) {
  const last = events.at(-1);
  return last?.type === 'violation' ? last : undefined;
}
