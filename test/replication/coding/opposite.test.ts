/** Base blocks that a segment is encoded against: around the opposite places, within their share, and worth it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { CutAndHash } from '../../../src/replication/coding/cutting.js';
import { SnapshotBlocks } from '../../../src/replication/coding/block-reader.js';
import {
  baseShareMax,
  Opposite,
  positionsOf,
  runsOfPositions,
} from '../../../src/replication/coding/opposite.js';
import { bytesOfBlocks, newBlocks } from '../../../src/replication/coding/selection.js';
import { applyEdits, content, edits } from '../../support/pairs.js';
import { coder, groupsOf, lettered, manifestOf, treeOf } from './manifests.js';

async function runsBetween(base: string, target: string, bytesMax = 4096): Promise<unknown> {
  const [from, to] = [await manifestOf(lettered(base)), await manifestOf(lettered(target))];
  return new Opposite(from, to).runs(newBlocks(to, from), bytesMax);
}

describe('in an image', () => {
  it.each([
    ['abcdef', 'abXdef', [[2, 1]]],
    [
      'abcdef',
      'aXcdYf',
      [
        [1, 1],
        [4, 1],
      ],
    ],
    // Shifted by one: what lies behind the same neighbour.
    [
      'abcdef',
      '1abcXef',
      [
        [0, 1],
        [3, 1],
      ],
    ],
    ['abcdef', 'XYcdef', [[0, 2]]],
    ['ab', 'abcd', []],
  ])('%s to %s: %j', async (base, target, runs) => {
    expect(await runsBetween(base, target)).toEqual(runs);
  });

  it('no more bytes than allowed', async () => {
    expect(await runsBetween('abcdef', 'UVWXYZ', 1024)).toEqual([[0, 2]]);
    expect(await runsBetween('abcdef', 'UVWXYZ', 1023)).toEqual([[0, 1]]);
    expect(await runsBetween('abcdef', 'UVWXYZ', 0)).toEqual([]);
  });
});

it('in a tree the blocks of the opposite entry, by path or as renamed', async () => {
  const base = await manifestOf(treeOf({ a: 'abc', b: 'def', old: 'uvwxy' }));
  const target = await manifestOf(treeOf({ a: 'abc', b: 'dEf', new: 'UVWXY' }));
  expect(new Opposite(base, target).runs(newBlocks(target, base), 10_000)).toEqual([
    [4, 1],
    [6, 5],
  ]);
});

it('runs and positions are two forms of one thing', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (list) => {
      const positions = list.sort((a, b) => a - b);
      expect(positionsOf(runsOfPositions(positions))).toEqual(positions);
    }),
    { numRuns: 100, seed: 4 },
  );
});

const cuttings: readonly CutAndHash[] = [
  { chunker: { name: 'fixed', blockBytes: 4096 }, fingerprint: 'xxh3-128' },
  { chunker: { name: 'fastcdc', minBytes: 512, averageBytes: 1024, maxBytes: 4096 }, fingerprint: 'blake3' },
  { chunker: { name: 'strided', minBytes: 1024, averageBytes: 2048, maxBytes: 8192 }, fingerprint: 'sha256' },
];

describe.each(cuttings)('blocks cut by $chunker.name', (cutting) => {
  it('go over in segments against the base, and are exact', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), edits, async (seed, list) => {
        const bytes = content(seed, 50_000);
        const [before, after] = [bytes, applyEdits(bytes, list)].map((each) =>
          memorySnapshot('image', [{ path: '', bytes: each }]),
        );
        if (before === undefined || after === undefined) throw new Error('two snapshots');
        const [base, target] = [await manifestOf(before, cutting), await manifestOf(after, cutting)];
        const opposite = new Opposite(base, target);
        const needed = newBlocks(target, base);
        for (const { first, count } of groupsOf(target, needed, 16_384)) {
          const positions = needed.subarray(first, first + count);
          const wanted = await new SnapshotBlocks(after).read(target, positions);
          const runs = opposite.runs(positions, baseShareMax * wanted.length);
          const against = await new SnapshotBlocks(before).read(base, positionsOf(runs));
          expect(against.length).toBe(bytesOfBlocks(base, positionsOf(runs)));
          expect(against.length).toBeLessThanOrEqual(baseShareMax * wanted.length);
          const made = await coder.encode(against, wanted);
          expect(Buffer.compare(await coder.decode(against, made, wanted.length), wanted)).toBe(0);
        }
      }),
      { numRuns: 25, seed: 6 },
    );
  });
});

it('a few changed bytes in each of many blocks take few bytes', async () => {
  const bytes = new Uint8Array(262_144);
  new Random(77).fill(bytes);
  const edited = bytes.slice();
  for (let at = 1000; at < edited.length; at += 16_384) edited[at] = (edited[at] ?? 0) ^ 1;
  const cutting = cuttings[0];
  if (cutting === undefined) throw new Error('a cutting');
  const before = memorySnapshot('image', [{ path: '', bytes }]);
  const after = memorySnapshot('image', [{ path: '', bytes: edited }]);
  const [base, target] = [await manifestOf(before, cutting), await manifestOf(after, cutting)];
  const needed = newBlocks(target, base);
  expect(needed).toHaveLength(16);
  const wanted = await new SnapshotBlocks(after).read(target, needed);
  const runs = new Opposite(base, target).runs(needed, baseShareMax * wanted.length);
  const against = await new SnapshotBlocks(before).read(base, positionsOf(runs));
  expect(wanted).toHaveLength(65_536);
  expect((await coder.encode(against, wanted)).length).toBeLessThan(1500);
});
