/** Bytes that are no valid message, with the code and reason that the document promises for each. */
import { ByteWriter } from '../../../src/base/codec.js';
import type { ConnectionEvent } from '../../../src/replication/protocol/connection.js';
import { numberOf } from '../../../src/replication/protocol/codec.js';
import type { RefusalCode } from '../../../src/replication/protocol/messages.js';
import { Script, greeted, pushed, pushing } from './script.js';

export interface InvalidCase {
  /** As in the document's table. */
  readonly name: string;
  readonly code: RefusalCode;
  /** How the reason begins. */
  readonly reason: string;
  readonly events: () => readonly ConnectionEvent[];
}

const body = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);

/** A frame of a list with one bit changed. */
function flipped(at: number): readonly ConnectionEvent[] {
  const script = greeted('acceptor');
  const frame = script.frame(numberOf('list'), body(0));
  frame[at] = (frame[at] ?? 0) ^ 4;
  return script.connection.receive(frame);
}

/** A version's item with its bytes changed. */
function offerOf(item: Uint8Array): readonly ConnectionEvent[] {
  const to = new ByteWriter().varint(item.length).bytes(item).varint(5).u8(0).u8(0).u8(0);
  return greeted('acceptor').sayBody(numberOf('offer'), to.finish());
}

function ended(script: Script): readonly ConnectionEvent[] {
  const end = script.connection.end();
  return end === undefined ? [] : [end];
}

const frames: readonly InvalidCase[] = [
  {
    name: 'bytes that are no frame',
    code: 'damaged',
    reason: 'the head of frame 0 is damaged, or the other side is not snapdelta',
    events: () => new Script('acceptor').connection.receive(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
  },
  {
    name: 'head changed',
    code: 'damaged',
    reason: 'the head of frame 1 is damaged',
    events: () => flipped(1),
  },
  { name: 'body changed', code: 'damaged', reason: 'frame 1 is damaged', events: () => flipped(16) },
  {
    name: 'frame lost or exchanged',
    code: 'damaged',
    reason: 'frame 2 comes where frame 1 is due',
    events: () => {
      const script = greeted('acceptor');
      script.frame(numberOf('list'), body(0));
      return script.sayBody(numberOf('list'), body(0));
    },
  },
  {
    name: 'frame repeated',
    code: 'damaged',
    reason: 'frame 1 comes where frame 2 is due',
    events: () => {
      const script = greeted('acceptor');
      const frame = script.frame(numberOf('list'), body(0));
      script.connection.receive(frame);
      return script.connection.receive(frame);
    },
  },
  {
    name: 'type unknown, or not of this version',
    code: 'malformed',
    reason: 'unknown message type 8',
    events: () => greeted('connector', 1).sayBody(numberOf('need'), body(1, 0, 0, 0, 0)),
  },
  {
    name: 'body longer than its limit',
    code: 'limit',
    reason: 'a message of type 11 claims 65537 bytes, more than 65536',
    events: () => pushed('segment').sayBody(numberOf('data'), new Uint8Array(65_537)),
  },
  {
    name: 'link ended within a frame',
    code: 'damaged',
    reason: 'the connection ended within a frame',
    events: () => {
      const script = greeted('acceptor');
      script.connection.receive(script.frame(numberOf('list'), body(0)).subarray(0, 9));
      return ended(script);
    },
  },
  {
    name: 'link ended within a transfer',
    code: 'damaged',
    reason: 'the connection ended while segment',
    events: () => ended(pushed('segment')),
  },
];

const bodies: readonly InvalidCase[] = [
  {
    name: 'body too short',
    code: 'malformed',
    reason: 'list: volume at byte 1 needs 9 bytes, only 1 are left',
    events: () => greeted('acceptor').sayBody(numberOf('list'), body(9, 65)),
  },
  {
    name: 'body too long',
    code: 'malformed',
    reason: 'list: the body at byte 1 has 2 surplus bytes',
    events: () => greeted('acceptor').sayBody(numberOf('list'), body(0, 1, 2)),
  },
  {
    name: 'number above its limit',
    code: 'limit',
    reason: 'commit: segmentCount is 268435455, more than 4194304',
    events: () => pushed('streaming').sayBody(numberOf('commit'), body(0xff, 0xff, 0xff, 0x7f)),
  },
  {
    name: 'number below its least',
    code: 'malformed',
    reason: 'segment: count is 0, less than 1',
    events: () => pushed('streaming').sayBody(numberOf('segment'), body(0, 0, 0, 1, 0)),
  },
  {
    name: 'varint longer than its shortest form',
    code: 'malformed',
    reason: 'commit: segmentCount at byte 2 has a padded varint',
    events: () => pushed('streaming').sayBody(numberOf('commit'), body(0x80, 0)),
  },
  {
    name: 'text not UTF-8',
    code: 'malformed',
    reason: 'list: volume is not UTF-8',
    events: () => greeted('acceptor').sayBody(numberOf('list'), body(1, 0xff)),
  },
  {
    name: 'text with control characters',
    code: 'malformed',
    reason: 'list: volume contains a control character',
    events: () => greeted('acceptor').sayBody(numberOf('list'), body(1, 0x1b)),
  },
  {
    name: 'text too long',
    code: 'limit',
    reason: 'list: volume: length is 300, more than 255',
    events: () => greeted('acceptor').sayBody(numberOf('list'), body(0xac, 2)),
  },
  {
    name: 'word unknown',
    code: 'malformed',
    reason: 'resynchronise: reason is 9, less than 3 are known',
    events: () => pushing().sayBody(numberOf('resynchronise'), body(9)),
  },
  {
    name: 'something named twice',
    code: 'malformed',
    reason: 'hello: capabilities names something twice',
    events: () => new Script('acceptor').sayBody(numberOf('hello'), body(1, 2, 1, 65, 0, 2, 1, 66, 1, 66, 0)),
  },
  {
    name: 'versions that do not ascend',
    code: 'malformed',
    reason: 'hello: versions is 1, less than 3',
    events: () => new Script('acceptor').sayBody(numberOf('hello'), body(2, 2, 1, 1, 65, 0, 0, 0)),
  },
  {
    name: 'version item not canonical CBOR',
    code: 'malformed',
    reason: 'offer: version is not canonical CBOR',
    events: () => offerOf(body(0x85, 0x61, 65, 0x82, 0x61, 66, 0x18, 1, 0xa0, 0x82, 0, 0, 0x80)),
  },
  {
    name: 'version that contradicts itself',
    code: 'malformed',
    reason: 'offer: version has a vector that counts 0 for its writer instead of 1',
    events: () => offerOf(body(0x85, 0x61, 65, 0x82, 0x61, 66, 1, 0xa0, 0x82, 0, 0, 0x80)),
  },
  {
    name: 'block beyond any manifest',
    code: 'limit',
    reason: 'segment: baseRuns names block -1',
    events: () => pushed('streaming').sayBody(numberOf('segment'), body(0, 0, 1, 1, 1, 1, 1)),
  },
];

export const invalidBytes: readonly InvalidCase[] = [...frames, ...bodies];
