import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareVectors,
  countOf,
  joinVectors,
  nextVector,
} from '../../../src/replication/versions/vector.js';
import type { VersionVector } from '../../../src/replication/versions/version.js';

const vectors = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom('a', 'b', 'c', '7', '__proto__', 'constructor'), fc.integer({ min: 1, max: 3 })),
    { selector: ([name]) => name },
  )
  .map((counts): VersionVector => Object.fromEntries(counts));
const runs = { seed: 1, numRuns: 500 };

describe('compareVectors', () => {
  test.each([
    [{}, {}, 'equal'],
    [{}, { a: 1 }, 'before'],
    [{ a: 2 }, { a: 1 }, 'after'],
    [{ a: 1 }, { b: 1 }, 'concurrent'],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, 'equal'],
    [{ a: 2, b: 1 }, { a: 1, b: 2 }, 'concurrent'],
  ] as const)('%o, %o: %s', (a, b, order) => {
    expect(compareVectors(a, b)).toBe(order);
  });

  test('is antisymmetric and agrees with the join', () => {
    const opposite = { equal: 'equal', before: 'after', after: 'before', concurrent: 'concurrent' } as const;
    fc.assert(
      fc.property(vectors, vectors, (a, b) => {
        const order = compareVectors(a, b);
        expect(compareVectors(b, a)).toBe(opposite[order]);
        const join = joinVectors([a, b]);
        expect(compareVectors(join, b) === 'equal').toBe(order === 'before' || order === 'equal');
        expect(['after', 'equal']).toContain(compareVectors(join, a));
      }),
      runs,
    );
  });
});

describe('joinVectors', () => {
  test('is commutative, associative, idempotent, to the order of its keys', () => {
    fc.assert(
      fc.property(vectors, vectors, vectors, (a, b, c) => {
        const whole = JSON.stringify(joinVectors([a, b, c]));
        expect(JSON.stringify(joinVectors([c, b, a, a]))).toBe(whole);
        expect(JSON.stringify(joinVectors([joinVectors([a, b]), c]))).toBe(whole);
        expect(JSON.stringify(joinVectors([a, joinVectors([b, c])]))).toBe(whole);
      }),
      runs,
    );
  });

  test('names of built-in properties count 0 unless they were counted', () => {
    expect(countOf({}, 'constructor')).toBe(0);
    expect(countOf({}, '__proto__')).toBe(0);
    expect(countOf(nextVector([{ a: 1 }], '__proto__', 2), '__proto__')).toBe(2);
  });
});
