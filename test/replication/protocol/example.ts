/** The document's example: a push of two blocks of which the server has one, frame by frame, as both sides say them. */
import type { Message } from '../../../src/replication/protocol/messages.js';
import { Connection } from '../../../src/replication/protocol/connection.js';
import { answerHello } from '../../../src/replication/protocol/agreement.js';
import type { Version } from '../../../src/replication/versions/version.js';
import { hello, terms } from './samples.js';

const version: Version = {
  volume: 'disk',
  dot: { writer: 'agent', counter: 1 },
  vector: { agent: 1 },
  time: { wallMs: 1_700_000_000_000, counter: 0 },
  parents: [],
};

const ours = { ...hello, versions: [1, 2], capabilities: ['select', 'credit'], fingerprints: ['blake3'] };

export const example: readonly (readonly [speaker: 'connector' | 'acceptor', message: Message])[] = [
  ['connector', ours],
  ['acceptor', answerHello(ours, terms)],
  ['connector', { type: 'offer', version, base: null, manifestBytes: 4, manifestForm: 'whole', resume: '' }],
  ['connector', { type: 'manifest', bytes: Uint8Array.of(0x4d, 0x41, 0x4e, 0x49) }],
  [
    'acceptor',
    { type: 'need', token: '', runs: [[1, 1]], isLast: true, firstIndex: 0, creditBytes: 1_048_576 },
  ],
  ['connector', { type: 'segment', index: 0, first: 0, count: 1, packageBytes: 3, baseRuns: [] }],
  ['connector', { type: 'data', bytes: Uint8Array.of(0x50, 0x4b, 0x47) }],
  ['connector', { type: 'commit', segmentCount: 1 }],
  ['acceptor', { type: 'acknowledge', index: 0, creditBytes: 3 }],
  ['acceptor', { type: 'committed', dot: version.dot, head: version.dot, concurrent: [] }],
];

/** Each frame as its speaker makes it. */
export function exampleFrames(): readonly Uint8Array[] {
  const sides = { connector: new Connection('connector'), acceptor: new Connection('acceptor') };
  return example.map(([speaker, message]) => {
    const frame = sides[speaker].send(message);
    sides[speaker === 'connector' ? 'acceptor' : 'connector'].receive(frame);
    return frame;
  });
}
