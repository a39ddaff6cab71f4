/** What recognisers are worth, and that they cost no exactness: packages with and without each. */
import { describe, expect, test } from 'vitest';
import { stoppedClock } from '../../../../src/base/clock.js';
import { Meter } from '../../../../src/base/meter.js';
import { Random } from '../../../../src/base/prng.js';
import { apply } from '../../../../src/engine/apply/apply.js';
import { pairEntries } from '../../../../src/engine/detect/pairing.js';
import { pairByContent } from '../../../../src/engine/detect/recognise/renames.js';
import { recogniserNames } from '../../../../src/engine/detect/recognise/recognisers.js';
import { diff } from '../../../../src/engine/diff.js';
import { memorySnapshot, type MemoryEntry } from '../../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../../src/engine/snapshot/snapshot.js';
import { memoryTarget } from '../../../../src/engine/snapshot/target-memory.js';
import { resolveStrategy, settingsOf } from '../../../../src/engine/strategy/settings.js';
import { createWasmKernels } from '../../../../src/kernels/load.js';
import { bytesOf } from '../../../support/pairs.js';
import { tarOf } from './archives.js';

const noise = (seed: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
};
const edited = (bytes: Uint8Array): Uint8Array => Uint8Array.from([1, 2, 3, 4, 5, ...bytes]);

/** Bytes of the package, after it was applied and compared, and bytes of the target that did not lie opposite: searched for, or encoded. */
async function packed(base: Snapshot, target: Snapshot, recognisers: string) {
  const strategy = resolveStrategy('adaptive', { recognisers });
  const run = diff(base, target, { strategy, workers: 1, clock: stoppedClock });
  const rebuilt = memoryTarget();
  await apply(base, run, rebuilt, { kernels: createWasmKernels(), meter: new Meter(stoppedClock) });
  expect(Buffer.compare(bytesOf(rebuilt.snapshot()), bytesOf(target))).toBe(0);
  const { packageBytes, reading } = run.summary;
  const { bytesSearched = 0, bytesDeltaEncoded = 0 } = reading.counts;
  const searchedBytes = bytesSearched + bytesDeltaEncoded;
  return { packageBytes, searchedBytes };
}

const tree = (files: readonly (readonly [string, Uint8Array])[]): Snapshot =>
  memorySnapshot('tree', [
    { path: '.', kind: 'directory' },
    ...files.map(([path, bytes]): MemoryEntry => ({ path, bytes })),
  ]);

describe('tar', () => {
  test('finds members that changed places, without a search', async () => {
    const files = Array.from({ length: 40 }, (_, i) => [`file-${i}`, noise(i, 20_000)] as const);
    const image = (list: typeof files) => memorySnapshot('image', [{ path: '', bytes: tarOf(list) }]);
    const [base, target] = [image(files), image([...files].reverse())];
    const without = await packed(base, target, 'none');
    const having = await packed(base, target, 'tar');
    expect(without.searchedBytes).toBeGreaterThan(500_000);
    expect(having.searchedBytes).toBeLessThan(10_000);
    expect(having.packageBytes).toBeLessThan(5000);
  });

  test('an archive that lies costs bytes alone', async () => {
    const bytes = noise(5, 300_000);
    const lying = tarOf([
      ['a', bytes.subarray(0, 1000)],
      ['b', bytes],
    ]);
    const base = memorySnapshot('image', [{ path: '', bytes: lying }]);
    const swapped = tarOf([
      ['b', bytes.subarray(0, 1000)],
      ['a', bytes],
    ]);
    const target = memorySnapshot('image', [{ path: '', bytes: swapped }]);
    const { packageBytes } = await packed(base, target, 'all');
    expect(packageBytes).toBeLessThan(310_000);
  });
});

describe('renames', () => {
  const old = Array.from({ length: 6 }, (_, i) => noise(100 + i, 9000 + i));
  const names = ['kept', 'b', 'c', 'd', 'e', 'f'];
  const base = tree(names.map((name, i) => [name, old[i] ?? new Uint8Array(0)] as const));
  // All but one renamed and edited, in another order; one of a size that another file had.
  const target = tree([
    ['kept', old[0] ?? noise(0, 1)],
    ['new-1', edited(old[5] ?? noise(0, 1))],
    ['new-2', edited(old[3] ?? noise(0, 1))],
    ['new-3', noise(999, 9002)],
    ['new-4', edited(old[1] ?? noise(0, 1))],
  ]);

  test('files are paired by what they contain, else as names and sizes say', () => {
    const look = (shape: Snapshot) => ({ shape, reader: shape.openReader() });
    const pairs = pairByContent(look(base), look(target), pairEntries(base, target));
    const named = target.entries.map(({ path }, i) => [path, base.entries[pairs[i] ?? -1]?.path]);
    expect(named.slice(1)).toEqual([
      ['kept', 'kept'],
      ['new-1', 'f'],
      ['new-2', 'd'],
      ['new-3', 'c'],
      ['new-4', 'b'],
    ]);
  });

  test('and so are searched for, or sent, less', async () => {
    const without = await packed(base, target, 'none');
    const having = await packed(base, target, 'renames');
    expect(having.packageBytes).toBeLessThan(without.packageBytes + 20);
    // The one file that nobody had.
    expect(having.packageBytes).toBeLessThan(9002 + 1500);
  });
});

describe('the setting', () => {
  const of = (recognisers: string) => {
    const strategy = resolveStrategy('adaptive', { recognisers });
    return [strategy.name === 'adaptive' ? strategy.recognisers : [], settingsOf(strategy)['recognisers']];
  };

  test('is all, none or a list, and packages carry it spelled out', () => {
    expect(of('all')).toEqual([recogniserNames, recogniserNames.join(',')]);
    expect(of('none')).toEqual([[], 'none']);
    expect(of('tar')).toEqual([['tar'], 'tar']);
    expect(of('tar,renames')).toEqual([['renames', 'tar'], 'renames,tar']);
    expect(() => of('tap')).toThrow(
      "recognisers: 'tap' is not all, none, or of ext4, postgresql, renames, sqlite, tar",
    );
  });
});
