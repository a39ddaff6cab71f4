/** Frames in every cut: whole, byte by byte, with what follows in the same piece; and every damage that a frame can take. */
import { describe, expect, test } from 'vitest';
import { numberOf, readBody, typeOf, writeBody } from '../../../src/replication/protocol/codec.js';
import { FrameReader, nextSequence, writeFrame } from '../../../src/replication/protocol/frame.js';
import type { Frame } from '../../../src/replication/protocol/frame.js';
import { controlBytesMax } from '../../../src/replication/protocol/limits.js';
import type { Message } from '../../../src/replication/protocol/messages.js';
import { ProtocolError } from '../../../src/replication/protocol/violation.js';
import { everyMessage } from './samples.js';

const anyType = (): number => controlBytesMax;

function framesOf(messages: readonly Message[]): Uint8Array[] {
  return messages.map((message, i) => writeFrame(numberOf(message.type), i, writeBody(message, 2)));
}

function readAll(reader: FrameReader, bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  reader.push(bytes);
  for (let frame = reader.next(anyType); frame !== undefined; frame = reader.next(anyType))
    frames.push(frame);
  return frames;
}

const messagesOf = (frames: readonly Frame[]): Message[] =>
  frames.map(({ type, body }) => readBody(typeOf(type, 2) ?? 'abort', body, 2));

describe.each(everyMessage.map((message) => [message.type, message] as const))('%s', (_type, message) => {
  const [frame = new Uint8Array(0), next = new Uint8Array(0)] = framesOf([
    message,
    { type: 'list', volume: 'next' },
  ]);

  test('whole', () => {
    expect(messagesOf(readAll(new FrameReader(), frame))).toEqual([message]);
  });

  test('byte by byte', () => {
    const reader = new FrameReader();
    const read = [...frame].map((byte) => messagesOf(readAll(reader, Uint8Array.of(byte))));
    expect(read.pop()).toEqual([message]);
    expect(read.flat()).toEqual([]);
    expect(reader.bufferedBytes).toBe(0);
  });

  test('with every length of the next one behind it', () => {
    for (let trailing = 1; trailing <= next.length; trailing++) {
      const reader = new FrameReader();
      const first = messagesOf(readAll(reader, Uint8Array.from([...frame, ...next.subarray(0, trailing)])));
      const whole = trailing === next.length;
      expect(first).toEqual(whole ? [message, { type: 'list', volume: 'next' }] : [message]);
      expect(reader.bufferedBytes).toBe(whole ? 0 : trailing);
      const rest = messagesOf(readAll(reader, next.subarray(trailing)));
      expect(rest).toEqual(whole ? [] : [{ type: 'list', volume: 'next' }]);
    }
  });

  test('any changed bit is found, at the latest when the frame is whole', () => {
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const bad = frame.slice();
      bad[bit >>> 3] = (bad[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => readAll(new FrameReader(), bad)).toThrow(ProtocolError);
    }
  });
});

describe('frames', () => {
  test('a whole frame is a view of what came, no copy', () => {
    const bytes = writeFrame(11, 0, new Uint8Array(100));
    expect(readAll(new FrameReader(), bytes)[0]?.body.buffer).toBe(bytes.buffer);
  });

  test('a body that comes in pieces is not overwritten by the next one', () => {
    const reader = new FrameReader();
    const bodies = [1, 2].map((value) => new Uint8Array(50).fill(value));
    const bytes = Buffer.concat(bodies.map((body, i) => writeFrame(11, i, body)));
    const read: Frame[] = [];
    for (let at = 0; at < bytes.length; at += 30) read.push(...readAll(reader, bytes.subarray(at, at + 30)));
    expect(read.map(({ body }) => [...body])).toEqual(bodies.map((body) => [...body]));
  });

  test('a bad length is refused with its head, before anything is held', () => {
    const reader = new FrameReader();
    const head = writeFrame(11, 0, new Uint8Array(1000)).subarray(0, 16);
    reader.push(head);
    expect(() => reader.next(() => 999)).toThrow(/claims 1000 bytes, more than 999/);
    expect(reader.bufferedBytes).toBe(16);
  });

  test('numbers begin again after 2^32', () => {
    expect([nextSequence(0), nextSequence(2 ** 32 - 1)]).toEqual([1, 0]);
  });
});
