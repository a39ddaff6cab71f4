/** Random histories: what some writers, each with a replica of its own, do and tell each other. */
import fc from 'fast-check';
import { nextVector } from '../../../src/replication/versions/vector.js';
import { compareDots, type HybridTime, type Version } from '../../../src/replication/versions/version.js';
import { headsOf } from '../../../src/replication/versions/history.js';

/** A step: `writer` first hears all that `from` knows (itself: nothing new), then writes at `wallMs`. */
export interface Step {
  readonly writer: number;
  readonly from: number;
  readonly wallMs: number;
}

export const writerNames = ['ann', 'bob', 'cy', 'dee'] as const;

export const steps = fc.array(
  fc.record({
    writer: fc.nat({ max: writerNames.length - 1 }),
    from: fc.nat({ max: writerNames.length - 1 }),
    wallMs: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 1, maxLength: 14 },
);

/** Every version that was written, in order of writing. */
export function play(list: readonly Step[]): readonly Version[] {
  const known = writerNames.map((): Version[] => []);
  const all: Version[] = [];
  for (const { writer, from, wallMs } of list) {
    const mine = known[writer] ?? [];
    for (const version of known[from] ?? []) if (!mine.includes(version)) mine.push(version);
    const name = writerNames[writer] ?? '';
    const version = written(name, 1 + all.filter(({ dot }) => dot.writer === name).length, headsOf(mine), {
      wallMs,
      counter: 0,
    });
    mine.push(version);
    all.push(version);
  }
  return all;
}

export function written(
  writer: string,
  counter: number,
  parents: readonly Version[] = [],
  time: HybridTime = { wallMs: 1, counter: 0 },
): Version {
  return {
    volume: 'v',
    dot: { writer, counter },
    vector: nextVector(
      parents.map(({ vector }) => vector),
      writer,
      counter,
    ),
    time,
    parents: parents.map(({ dot }) => dot).sort(compareDots),
  };
}

/** All orders of a list. */
export function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, i) =>
    permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]),
  );
}
