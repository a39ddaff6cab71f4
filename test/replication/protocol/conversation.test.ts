/** Whole conversations between two connections: every party, version and crossing that the table of transitions speaks of. */
import { describe, expect, test } from 'vitest';
import { Connection } from '../../../src/replication/protocol/connection.js';
import type { Message } from '../../../src/replication/protocol/messages.js';
import { agreedPair, hello, need, offer, pass, plainOffer, segment, terms, version } from './samples.js';
import { answerHello } from '../../../src/replication/protocol/agreement.js';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);
const committed: Message = { type: 'committed', dot: version.dot, head: version.dot, concurrent: [] };

/** An offer up to the receiver's turn. */
function offered(sender: Connection, receiver: Connection, message = offer): void {
  pass(sender, receiver, message);
  pass(sender, receiver, { type: 'manifest', bytes: bytes(message.manifestBytes) });
}

/** A segment with its data. */
function sent(sender: Connection, receiver: Connection, message = segment): void {
  pass(sender, receiver, message);
  pass(sender, receiver, { type: 'data', bytes: bytes(message.packageBytes) });
}

describe('version 2', () => {
  test('a push with credit: two segments under way, acknowledged late', () => {
    const { connector, acceptor } = agreedPair();
    offered(connector, acceptor);
    expect([connector.state, acceptor.state, connector.role, acceptor.role]).toEqual([
      'deciding',
      'deciding',
      'sender',
      'receiver',
    ]);
    pass(acceptor, connector, need);
    sent(connector, acceptor);
    sent(connector, acceptor, { ...segment, index: 1, first: 3, count: 2 });
    pass(connector, acceptor, { type: 'commit', segmentCount: 2 });
    expect([connector.unacknowledged, acceptor.unacknowledged]).toEqual([2, 2]);
    pass(acceptor, connector, { type: 'acknowledge', index: 0, creditBytes: 6 });
    pass(acceptor, connector, { type: 'acknowledge', index: 1, creditBytes: 6 });
    pass(acceptor, connector, committed);
    expect([connector.state, acceptor.state, connector.role]).toEqual(['idle', 'idle', undefined]);
    expect([connector.end(), acceptor.end()]).toEqual([undefined, undefined]);
  });

  test('a pull after a list, on the same connection', () => {
    const { connector, acceptor } = agreedPair();
    pass(connector, acceptor, { type: 'list', volume: '' });
    pass(acceptor, connector, { type: 'listing', rows: [], isLast: false });
    pass(acceptor, connector, { type: 'listing', rows: [], isLast: true });
    pass(connector, acceptor, {
      type: 'pull',
      volume: 'disk',
      dot: null,
      base: null,
      resume: '',
      first: ['etc'],
    });
    offered(acceptor, connector, plainOffer);
    pass(connector, acceptor, { ...need, runs: [] });
    pass(acceptor, connector, { type: 'commit', segmentCount: 0 });
    pass(connector, acceptor, committed);
    expect([connector.state, acceptor.state]).toEqual(['idle', 'idle']);
  });
});

describe('versions', () => {
  test.each([
    [[1], [1], 1],
    [[1], [1, 2], 1],
    [[1, 2], [1], 1],
    [[1, 2], [1, 2], 2],
    [[2], [1, 2], 2],
    [[1, 2], [2], 2],
    [[2], [2], 2],
    [[1], [2], undefined],
    [[2], [1], undefined],
    [[1, 2, 3], [1, 2], 2],
    [[3], [1, 2], undefined],
  ] as const)('a connector of %j and an acceptor of %j speak %s', (ours, theirs, common) => {
    const connector = new Connection('connector');
    const acceptor = new Connection('acceptor');
    pass(connector, acceptor, { ...hello, versions: ours });
    const answer = answerHello({ ...hello, versions: ours }, { ...terms, versions: theirs });
    pass(acceptor, connector, answer);
    expect(answer.type === 'welcome' ? answer.version : answer.code).toBe(common ?? 'version');
    expect([connector.state, acceptor.state]).toEqual(
      Array(2).fill(common === undefined ? 'closed' : 'idle'),
    );
  });
});
