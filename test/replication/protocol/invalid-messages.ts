/** Valid messages that may not be said, with the code and reason that the document promises for each. */
import { numberOf } from '../../../src/replication/protocol/codec.js';
import type { ConnectionEvent } from '../../../src/replication/protocol/connection.js';
import type { InvalidCase } from './invalid-bytes.js';
import { agreeing, hello, need, offer, plainOffer, segment, terms, version } from './samples.js';
import { Script, greeted, pushed, pushing } from './script.js';

function welcomed(change: object): readonly ConnectionEvent[] {
  const ours = { ...hello, versions: [2], capabilities: ['select'], fingerprints: ['blake3'] };
  const welcome = agreeing(ours, terms);
  if (welcome === undefined) throw new Error('the samples agree');
  return new Script('connector').run(['>', ours]).say({ ...welcome, ...change });
}

const order: readonly InvalidCase[] = [
  {
    name: 'message out of place',
    code: 'order',
    reason: 'commit has no place while idle',
    events: () => greeted('acceptor').say({ type: 'commit', segmentCount: 0 }),
  },
  {
    name: 'message of the other party',
    code: 'order',
    reason: 'list has no place while idle',
    events: () => greeted('connector').say({ type: 'list', volume: 'disk' }),
  },
  {
    name: 'abort after commit',
    code: 'order',
    reason: 'abort has no place while committing',
    events: () => pushed('committing').say({ type: 'abort', reason: '' }),
  },
  {
    name: 'segment out of turn',
    code: 'order',
    reason: 'segment 1 comes where segment 0 is due',
    events: () => pushed('streaming').say({ ...segment, index: 1 }),
  },
  {
    name: 'blocks out of turn, not progressive',
    code: 'order',
    reason: 'segment 0 begins with block 1, not 0',
    events: () => pushed('streaming', 2, []).say({ ...segment, first: 1, baseRuns: [] }),
  },
  {
    name: 'acknowledgement out of turn',
    code: 'order',
    reason: 'acknowledge 1 comes where 0 is due',
    events: () =>
      pushing().run(['<', need], ['>', segment]).say({ type: 'acknowledge', index: 1, creditBytes: 0 }),
  },
  {
    name: 'acknowledgement of what was not sent whole',
    code: 'order',
    reason: 'acknowledge 0: that segment is not whole',
    events: () =>
      pushing().run(['<', need], ['>', segment]).say({ type: 'acknowledge', index: 0, creditBytes: 6 }),
  },
  {
    name: 'committed before all is acknowledged',
    code: 'order',
    reason: 'committed: segments are not acknowledged',
    events: () =>
      pushing()
        .run(
          ['<', { ...need, runs: [[0, 3]] }],
          ['>', segment],
          ['>', { type: 'data', bytes: new Uint8Array(6) }],
          ['>', { type: 'commit', segmentCount: 1 }],
        )
        .say({ type: 'committed', dot: version.dot, head: version.dot, concurrent: [] }),
  },
];

const agreement: readonly InvalidCase[] = [
  {
    name: 'welcome with a version that was not offered',
    code: 'version',
    reason: 'welcome: version 1 was not offered',
    events: () => {
      const bytes = Uint8Array.of(1, 1, 65, 0, 1, 1, 65, 0x80, 0x20);
      return new Script('connector')
        .run(['>', { ...hello, versions: [2] }])
        .sayBody(numberOf('welcome'), bytes);
    },
  },
  {
    name: 'welcome with a capability that was not offered',
    code: 'version',
    reason: 'welcome: delta was not offered',
    events: () => welcomed({ capabilities: ['select', 'delta'] }),
  },
  {
    name: 'welcome with a fingerprint that was not offered',
    code: 'version',
    reason: 'welcome: fingerprint sha256 was not offered',
    events: () => welcomed({ fingerprint: 'sha256' }),
  },
  {
    name: 'use of a capability that was not agreed on',
    code: 'malformed',
    reason: 'offer: resume needs the capability resume, which was not agreed on',
    events: () => greeted('acceptor', 2, []).say({ ...plainOffer, resume: 'token' }),
  },
  {
    name: 'credit without the capability',
    code: 'malformed',
    reason: 'need: credit was not agreed on',
    events: () => pushing([]).say({ ...need, token: '', runs: [[0, 5]] }),
  },
  {
    name: 'blocks skipped without the capability',
    code: 'malformed',
    reason: 'need: runs need the capability select, which was not agreed on',
    events: () => pushing([]).say({ ...need, token: '', creditBytes: 0 }),
  },
  {
    name: 'base runs without base or capability',
    code: 'malformed',
    reason: 'segment 0 refers to a base that was not agreed on',
    events: () => pushed('streaming', 2, []).say(segment),
  },
  {
    name: 'delta manifest without a base',
    code: 'malformed',
    reason: 'offer: a delta manifest needs a base',
    events: () => greeted('acceptor').say({ ...offer, base: null }),
  },
  {
    name: 'version that is its own base',
    code: 'malformed',
    reason: 'offer: the version is its own base',
    events: () => greeted('acceptor').say({ ...offer, base: version.dot }),
  },
  {
    name: 'offer of another version than was asked for',
    code: 'malformed',
    reason: 'offer: not the version that was asked for',
    events: () =>
      greeted('connector')
        .run(['>', { type: 'pull', volume: 'other', dot: null, base: null, resume: '', first: [] }])
        .say(offer),
  },
];

const sizes: readonly InvalidCase[] = [
  {
    name: 'more bytes than announced',
    code: 'malformed',
    reason: 'data: 1 bytes more than announced',
    events: () => pushed('segment').say({ type: 'data', bytes: new Uint8Array(7) }),
  },
  {
    name: 'piece without bytes',
    code: 'malformed',
    reason: 'manifest: no bytes',
    events: () => pushed('manifest').say({ type: 'manifest', bytes: new Uint8Array(0) }),
  },
  {
    name: 'segment larger than agreed',
    code: 'limit',
    reason: 'segment 0 has 135169 bytes, more than 135168',
    events: () => pushed('streaming').say({ ...segment, packageBytes: 135_169 }),
  },
  {
    name: 'segment beyond the credit',
    code: 'limit',
    reason: 'segment 1 has 65001 bytes, credit for 65000',
    events: () => {
      const script = pushed('streaming');
      script.run(['<', { ...segment, packageBytes: 135_000 }]);
      for (const bytes of [65_000, 65_000, 5_000])
        script.run(['<', { type: 'data', bytes: new Uint8Array(bytes) }]);
      return script.say({ ...segment, index: 1, first: 3, count: 1, packageBytes: 65_001 });
    },
  },
  {
    name: 'second segment before the first is acknowledged, without credit',
    code: 'limit',
    reason: 'segment 1 has 6 bytes, credit for 0',
    events: () =>
      pushed('segment', 1)
        .run(['<', { type: 'data', bytes: new Uint8Array(6) }])
        .say({ ...segment, index: 1, first: 3, count: 2, baseRuns: [] }),
  },
  {
    name: 'credit too small for any segment',
    code: 'limit',
    reason: 'need: credit of 135167 bytes, less than a segment may need, 135168',
    events: () => pushing().say({ ...need, creditBytes: 135_167 }),
  },
  {
    name: 'credit beyond the limit',
    code: 'limit',
    reason: 'acknowledge: credit of 1073741825 bytes, more than 1073741824',
    events: () =>
      pushing()
        .run(
          ['<', { ...need, creditBytes: 200_000 }],
          ['>', segment],
          ['>', { type: 'data', bytes: new Uint8Array(6) }],
        )
        .say({ type: 'acknowledge', index: 0, creditBytes: 1024 ** 3 - 200_000 + 7 }),
  },
  {
    name: 'token, index or credit before the last need',
    code: 'malformed',
    reason: 'need: token, index and credit belong to its last part',
    events: () => pushing().say({ ...need, isLast: false }),
  },
  {
    name: 'block beyond those needed',
    code: 'malformed',
    reason: 'segment 0 brings block 5 of 5',
    events: () => pushed('streaming').say({ ...segment, first: 3, count: 3 }),
  },
  {
    name: 'block brought twice',
    code: 'malformed',
    reason: 'segment 1 brings blocks that came before',
    events: () =>
      pushed('segment')
        .run(['<', { type: 'data', bytes: new Uint8Array(6) }])
        .say({ ...segment, index: 1, first: 2, count: 1 }),
  },
  {
    name: 'commit with another number of segments',
    code: 'malformed',
    reason: 'commit: 3 segments, 0 came',
    events: () => pushed('streaming').say({ type: 'commit', segmentCount: 3 }),
  },
  {
    name: 'commit with blocks missing',
    code: 'malformed',
    reason: 'commit: 0 of 5 blocks came',
    events: () => pushed('streaming').say({ type: 'commit', segmentCount: 0 }),
  },
  {
    name: 'committed is another version',
    code: 'malformed',
    reason: 'committed: not the version that was offered',
    events: () => {
      const script = pushing().run(['<', { ...need, runs: [] }], ['>', { type: 'commit', segmentCount: 0 }]);
      const dot = { writer: 'agent', counter: 9 };
      return script.say({ type: 'committed', dot, head: dot, concurrent: [] });
    },
  },
];

export const invalidMessages: readonly InvalidCase[] = [...order, ...agreement, ...sizes];
