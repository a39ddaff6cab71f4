/**
 * Random conversations: both sides say what they may, when they like, over links that hold bytes back and cut them anywhere. The table of transitions
 * holds whatever crosses: nobody hears a violation, what is heard is what was said, and both end in the same state.
 */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { writeBody } from '../../../src/replication/protocol/codec.js';
import type { Message } from '../../../src/replication/protocol/messages.js';
import type { State } from '../../../src/replication/protocol/transitions.js';
import { Talker } from './talker.js';

interface Way {
  readonly from: Talker;
  readonly to: Talker;
  /** Messages as text, which compares fast. */
  readonly said: string[];
  readonly heard: string[];
  underWay: Uint8Array;
}

interface Conversation {
  readonly ways: readonly [Way, Way];
  readonly states: ReadonlySet<State>;
}

/** Some hundred turns, then everything under way arrives and what must be answered is. */
function converse(seed: number, upsetPerMille: number): Conversation {
  const random = new Random(seed);
  const connector = new Talker('connector', random.fork('connector'), upsetPerMille);
  const acceptor = new Talker('acceptor', random.fork('acceptor'), upsetPerMille);
  const way = (from: Talker, to: Talker): Way => ({
    from,
    to,
    said: [],
    heard: [],
    underWay: new Uint8Array(0),
  });
  const ways: readonly [Way, Way] = [way(connector, acceptor), way(acceptor, connector)];
  const states = new Set<State>();
  for (let turn = 0; turn < 400; turn++) {
    const chosen = random.pick(ways);
    if (random.below(2) === 0) speak(chosen);
    else arrive(chosen, random.below(2) === 0 ? random.below(40) : chosen.underWay.length);
    states.add(chosen.from.connection.state).add(chosen.to.connection.state);
  }
  const isSettled = (each: Way): boolean =>
    each.underWay.length === 0 && each.from.connection.state !== 'answering';
  while (!ways.every(isSettled)) {
    for (const each of ways) arrive(each, each.underWay.length);
    for (const each of ways) if (each.from.connection.state === 'answering') speak(each);
  }
  return { ways, states };
}

function textOf(message: Message, { connection }: Talker): string {
  const body = writeBody(message, connection.agreed?.version ?? 2);
  return `${message.type} ${body.length} ${crc32(body)}`;
}

function speak(way: Way): void {
  const spoken = way.from.say();
  if (spoken === undefined) return;
  way.said.push(textOf(spoken.message, way.from));
  way.underWay = Uint8Array.from(Buffer.concat([way.underWay, spoken.bytes]));
}

function arrive(way: Way, length: number): void {
  for (const event of way.to.hear(way.underWay.subarray(0, length))) {
    if (event.type === 'violation') expect(event).toBeUndefined();
    else way.heard.push(textOf(event, way.to));
  }
  way.underWay = way.underWay.subarray(length);
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('random conversations', () => {
  test('are heard as they are said, whatever the cuts', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { ways } = converse(seed, 0);
        for (const { said, heard } of ways) expect(heard).toEqual(said);
        expect(ways[0].from.connection.state).toBe(ways[1].from.connection.state);
      }),
      { seed: 51, numRuns: 200 },
    );
  });

  test('with aborts and resynchronisation at any moment, crossing, leave both sides in one state', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { ways } = converse(seed, 80);
        for (const { said, heard } of ways) {
          // What is dropped came too late; the rest keeps its order.
          let at = 0;
          for (const message of heard) {
            while (at < said.length && said[at] !== message) at++;
            expect(at++).toBeLessThan(said.length);
          }
        }
        expect(ways[0].from.connection.state).toBe(ways[1].from.connection.state);
      }),
      { seed: 52, numRuns: 200 },
    );
  });

  test('pass through every state but the ends', () => {
    const seen = new Set(Array.from({ length: 100 }, (_, seed) => [...converse(seed, 40).states]).flat());
    const every: readonly State[] = [
      'new',
      'greeted',
      'idle',
      'listing',
      'pulling',
      'manifest',
      'deciding',
      'streaming',
      'segment',
      'committing',
      'reoffering',
      'aborting',
      'answering',
    ];
    expect([...seen].sort()).toEqual([...every].sort());
  });
});
