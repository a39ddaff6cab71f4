/**
 * Hostile and damaged bytes: whatever comes, a connection gives messages that were said or one violation, throws nothing, and holds no more than one frame.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import {
  messageKinds,
  messageTypes,
  numberOf,
  readBody,
  writeBody,
} from '../../../src/replication/protocol/codec.js';
import { Connection } from '../../../src/replication/protocol/connection.js';
import type { ConnectionEvent } from '../../../src/replication/protocol/connection.js';
import { controlBytesMax, frameHeadBytes } from '../../../src/replication/protocol/limits.js';
import type { Message } from '../../../src/replication/protocol/messages.js';
import type { Side } from '../../../src/replication/protocol/transitions.js';
import { example, exampleFrames } from './example.js';
import { everyMessage, everyMessage1 } from './samples.js';
import { greeted, pushed, pushing } from './script.js';

const exampleBytes = exampleFrames();

/**
 * What `side` hears of the example when the other side's frames are changed, in pieces of `pieceBytes`; it says its own lines as long as they have their place. The
 * end of the link counts.
 */
function listen(
  side: Side,
  change: (frames: Uint8Array[]) => Uint8Array[],
  pieceBytes: number,
): ConnectionEvent[] {
  const connection = new Connection(side);
  const spoken = example.flatMap(([speaker], i) =>
    speaker === side ? [] : [exampleBytes[i] ?? new Uint8Array(0)],
  );
  const bytes = Uint8Array.from(Buffer.concat(change(spoken)));
  const own = example.filter(([speaker]) => speaker === side).map(([, message]) => message);
  const events: ConnectionEvent[] = [];
  let at = 0;
  const speak = (): void => {
    for (let next = own[0]; next !== undefined && mayFollow(next, side, events); next = own[0]) {
      connection.send(next);
      own.shift();
    }
  };
  speak();
  for (; at < bytes.length; at += pieceBytes) {
    for (const event of connection.receive(bytes.subarray(at, at + pieceBytes))) {
      events.push(event);
      expect(events.slice(0, -1).some(({ type }) => type === 'violation')).toBe(false);
    }
    expect(connection.bufferedBytes).toBeLessThanOrEqual(frameHeadBytes + controlBytesMax);
    speak();
  }
  const end = connection.end();
  return end === undefined ? events : [...events, end];
}

/** Whether all that the other side says before this line of the example was heard. */
function mayFollow(line: Message, side: Side, events: readonly ConnectionEvent[]): boolean {
  const index = example.findIndex(([, message]) => message === line);
  const before = example.slice(0, index).filter(([speaker]) => speaker !== side).length;
  return events.length >= before && events.every(({ type }) => type !== 'violation');
}

/** What was heard is a beginning of what was said, then a violation, unless nothing was changed. */
function judge(side: Side, change: (frames: Uint8Array[]) => Uint8Array[], pieceBytes: number): void {
  const lines = example.filter(([speaker]) => speaker !== side).map(([, message]) => message);
  const changed = Buffer.concat(change(exampleBytes.filter((_, i) => example[i]?.[0] !== side)));
  const isSame = changed.equals(Buffer.concat(exampleBytes.filter((_, i) => example[i]?.[0] !== side)));
  const events = listen(side, change, pieceBytes);
  if (isSame) {
    expect(events).toEqual(lines);
    return;
  }
  expect(events.at(-1)?.type).toBe('violation');
  expect(events.slice(0, -1)).toEqual(lines.slice(0, events.length - 1));
}

const sides = fc.constantFrom<Side>('connector', 'acceptor');
/** The acceptor says little before the connector's lines; with pieces that large all of them would come before they may. */
const pieces = fc.integer({ min: 1, max: 12 });
const places = fc.nat(10_000);

describe('a damaged conversation', () => {
  test('undamaged, is heard', () => {
    for (const side of ['connector', 'acceptor'] as const) judge(side, (frames) => frames, 1);
  });

  test('changed bits, overwritten runs, insertions and deletions are found', () => {
    const changes = fc.record({
      at: places,
      gone: fc.nat(20),
      added: fc.uint8Array({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(sides, pieces, changes, (side, pieceBytes, { at, gone, added }) => {
        judge(
          side,
          (frames) => {
            const bytes = Buffer.concat(frames);
            const start = at % bytes.length;
            return [bytes.subarray(0, start), added, bytes.subarray(start + gone)];
          },
          pieceBytes,
        );
      }),
      { seed: 61, numRuns: 2000 },
    );
  });

  test('frames lost, repeated and exchanged are found', () => {
    const kinds = fc.constantFrom('lost', 'repeated', 'exchanged');
    fc.assert(
      fc.property(sides, pieces, kinds, places, places, (side, pieceBytes, kind, one, other) => {
        judge(
          side,
          (frames) => {
            const i = one % frames.length;
            const j = other % frames.length;
            const [a = new Uint8Array(0), b = new Uint8Array(0)] = [frames[i], frames[j]];
            if (kind === 'lost') return frames.toSpliced(i, 1);
            if (kind === 'repeated') return frames.toSpliced(j, 0, a);
            return frames.with(i, b).with(j, a);
          },
          pieceBytes,
        );
      }),
      { seed: 62, numRuns: 1000 },
    );
  });
});

describe('hostile bodies in sound frames', () => {
  const samples = [
    ...everyMessage.map((message) => ({ message, version: 2 as const })),
    ...everyMessage1.map((message) => ({ message, version: 1 as const })),
  ];
  const damagedBody = fc
    .tuple(fc.constantFrom(...samples), places, fc.nat(6), fc.uint8Array({ maxLength: 6 }))
    .map(([{ message, version }, place, gone, added]) => {
      const body = Buffer.from(writeBody(message, version));
      const at = place % (body.length + 1);
      const bytes = Uint8Array.from([...body.subarray(0, at), ...added, ...body.subarray(at + gone)]);
      return { type: message.type, version, bytes };
    });
  const randomBody = fc.record({
    type: fc.constantFrom(...messageTypes),
    version: fc.constantFrom(1 as const, 2 as const),
    bytes: fc.uint8Array({ maxLength: 200 }),
  });

  test('are read as what they spell, or not at all', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(damagedBody, randomBody), ({ type, version, bytes }) => {
        if (messageKinds[type].since > version) return;
        let message: Message;
        try {
          message = readBody(type, bytes, version);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          expect((error as Error).message.startsWith(type)).toBe(true);
          return;
        }
        read++;
        const isOpen =
          type === 'refuse' ||
          (type === 'hello' && message.type === 'hello' && Math.max(...message.versions) > 2);
        const pieceTooLong = bytes.length === 0 && (type === 'data' || type === 'manifest');
        if (!isOpen && !pieceTooLong)
          expect(Buffer.from(writeBody(message, version)).equals(bytes)).toBe(true);
      }),
      { seed: 63, numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(2000);
  });

  test('in any state give messages or one violation, and nothing else', () => {
    const states = fc.constantFrom(
      () => greeted('acceptor'),
      () => greeted('connector', 1),
      () => pushed('manifest'),
      () => pushed('streaming'),
      () => pushed('segment', 1),
      () => pushing(),
    );
    fc.assert(
      fc.property(
        states,
        fc.array(fc.oneof(damagedBody, randomBody), { minLength: 1, maxLength: 8 }),
        (make, bodies) => {
          const script = make();
          const events = bodies.flatMap(({ type, bytes }) => script.sayBody(numberOf(type), bytes));
          const violations = events.filter(({ type }) => type === 'violation');
          expect(violations.length).toBeLessThanOrEqual(1);
          if (violations.length === 1) expect(events.at(-1)).toBe(violations[0]);
        },
      ),
      { seed: 64, numRuns: 3000 },
    );
  });
});
