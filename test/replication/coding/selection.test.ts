/** What is selected, in exact counts, and how it is grouped. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/base/errors.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import {
  blockLength,
  bytesOfBlocks,
  digestsAt,
  neededOf,
  newBlocks,
  runsOf,
} from '../../../src/replication/coding/selection.js';
import { groupsOf, lettered, manifestOf } from './manifests.js';

const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), minLength: 1, maxLength: 24 });

/** The same by plain sets of letters. */
function newLetters(target: string, base: string): number[] {
  const known = new Set(base);
  return Array.from(target).flatMap((letter, i) => {
    if (known.has(letter)) return [];
    known.add(letter);
    return [i];
  });
}

describe('newBlocks', () => {
  it.each([
    ['abc', 'abc', []],
    ['abc', 'cba', []],
    ['aabbca', '', [0, 2, 4]],
    ['xaxby', 'ab', [0, 4]],
  ])('of %s beside %s are at %j', async (target, base, positions) => {
    const known = base === '' ? undefined : await manifestOf(lettered(base));
    expect([...newBlocks(await manifestOf(lettered(target)), known)]).toEqual(positions);
  });

  it('are each once, and none that the base has, in order of first appearance', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (target, base) => {
        const found = newBlocks(await manifestOf(lettered(target)), await manifestOf(lettered(base)));
        expect([...found]).toEqual(newLetters(target, base));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('are all where the base was hashed in another way', async () => {
    const target = await manifestOf(lettered('abc'));
    const base = await manifestOf(lettered('abc'), {
      chunker: { name: 'fixed', blockBytes: 512 },
      fingerprint: 'blake3',
    });
    expect([...newBlocks(target, base)]).toEqual([0, 1, 2]);
  });
});

describe('runs', () => {
  it('name what is needed and give it back', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (bitmap) => {
        const missing = bitmap.flatMap((isMissing, i) => (isMissing ? [i] : []));
        const candidates = Int32Array.from(bitmap, (_, i) => 10 * i);
        const runs = runsOf(missing);
        expect([...present(neededOf(candidates, runs), 'needed')]).toEqual(missing.map((i) => 10 * i));
        // As few as there are stretches.
        const stretches = bitmap.filter((isMissing, i) => isMissing && bitmap[i - 1] !== true);
        expect(runs).toHaveLength(stretches.length);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it.each([
    [[[0, 4]]],
    [[[3, 1]]],
    [
      [
        [1, 1],
        [0, 2],
      ],
    ],
    [[[4, 0]]],
    [[[2 ** 53 - 1, 2 ** 53 - 1]]],
  ] as const)('that name more than three are refused: %j', (runs) => {
    expect(neededOf(Int32Array.of(5, 6, 7), runs)).toBeUndefined();
  });
});

describe('groupsOf', () => {
  let manifest: Manifest;
  it('hold at most so many bytes, or one block, and everything once in order', async () => {
    manifest = await manifestOf(lettered('abcdefghij'));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(9)), fc.integer({ min: 1, max: 3000 }), (chosen, bytesMax) => {
        const needed = Int32Array.from(chosen.sort((a, b) => a - b));
        const groups = groupsOf(manifest, needed, bytesMax);
        let next = 0;
        for (const { first, count } of groups) {
          expect(first).toBe(next);
          expect(count).toBeGreaterThan(0);
          const positions = needed.subarray(first, first + count);
          if (count > 1) expect(bytesOfBlocks(manifest, positions)).toBeLessThanOrEqual(bytesMax);
          next += count;
        }
        expect(next).toBe(needed.length);
        return Promise.resolve();
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it('bring what is wanted first before the rest, and never mix them', async () => {
    manifest = await manifestOf(lettered('abcdefghij'));
    const needed = Int32Array.from({ length: 10 }, (_, i) => i);
    const groups = groupsOf(manifest, needed, 1024, (position) => position === 3 || position >= 8);
    expect(groups).toEqual([
      { first: 3, count: 1 },
      { first: 8, count: 2 },
      { first: 0, count: 2 },
      { first: 2, count: 1 },
      { first: 4, count: 2 },
      { first: 6, count: 2 },
    ]);
  });
});

it('digests and lengths are those of the blocks', async () => {
  const manifest = await manifestOf(lettered('aba'));
  const digests = digestsAt(manifest, [2, 1, 0]);
  expect(digests.subarray(0, 16)).toEqual(digests.subarray(32));
  expect(digests.subarray(0, 16)).not.toEqual(digests.subarray(16, 32));
  expect([0, 1, 2].map((position) => blockLength(manifest, position))).toEqual([512, 512, 512]);
});
