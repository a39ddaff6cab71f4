/** Seeds on this thread and on workers: the same rows, in the same order, and the same end. */
import { afterEach, describe, expect, test } from 'vitest';
import { plant } from '../../../src/base/planted.js';
import { CancelledError } from '../../../src/base/errors.js';
import { simulateSeeds } from '../../../src/harness/simulate-seeds.js';
import type { SimulateOptions } from '../../../src/harness/simulate-seeds.js';
import { simulationResultsSchema } from '../../../src/harness/report/simulation-results.js';
import { digestOf, summaries } from '../../../src/harness/simulate/sums.js';
import { failing } from './failing.js';

const plain = { workers: 1, untilFailure: false, isChecked: false } as const;
const simulate = (options: Partial<SimulateOptions> & { firstSeed: number; lastSeed: number }) =>
  simulateSeeds({ ...plain, ...options });

afterEach(() => plant(undefined));

describe('simulateSeeds', () => {
  test('gives the same rows on this thread and on two workers', async () => {
    const one = await simulate({ firstSeed: 3, lastSeed: 7 });
    const two = await simulate({ firstSeed: 3, lastSeed: 7, workers: 2 });
    expect(one.rows.map(({ seed }) => seed)).toEqual([3, 4, 5, 6, 7]);
    expect(two.rows).toEqual(one.rows);
    expect([two.digest, two.summaries]).toEqual([one.digest, one.summaries]);
    expect(new Set(one.rows.map(({ digest }) => digest)).size).toBe(5);
    expect(simulationResultsSchema.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  test.each([1, 2])('ends with the first seed that fails, %i workers', async (workers) => {
    const found = await simulate({
      firstSeed: 0,
      lastSeed: 2 ** 32 - 1,
      workers,
      untilFailure: true,
      scenario: failing,
    });
    expect(found.seedCount).toBe(1);
    expect(found.violationCount).toBe(1);
    expect(found.rows[0]).toMatchObject({ seed: 0, violation: { invariant: 'the world converges' } });
  });

  test('runs each seed twice, and tells those that differ', async () => {
    const same = await simulate({ firstSeed: 0, lastSeed: 2, isChecked: true });
    expect(same.determinism).toEqual({ checkedCount: 3, divergences: [] });
    // Planted in this thread alone: the workers run the code that ships.
    plant('dated-on-arrival');
    const { determinism, rows } = await simulate({
      firstSeed: 0,
      lastSeed: 2,
      isChecked: true,
    });
    expect(determinism?.divergences.length).toBeGreaterThan(0);
    for (const { seed, first, second } of determinism?.divergences ?? []) {
      expect(first).toBe(rows[seed]?.digest);
      expect(second).toBe(same.rows[seed]?.digest);
    }
  });

  test('can be stopped, and then has the seeds that are done', async () => {
    const stop = new AbortController();
    const run = { ...plain, firstSeed: 0, lastSeed: 9, signal: stop.signal };
    const { rows, seedCount } = await simulateSeeds(run, ({ doneCount }) => {
      if (doneCount === 2) stop.abort();
    });
    expect([seedCount, rows.map(({ seed }) => seed)]).toEqual([2, [0, 1]]);
    await expect(simulateSeeds(run)).rejects.toBeInstanceOf(CancelledError);
  });
});

describe('sums', () => {
  const row = (seed: number, eventCount: number) => ({
    seed,
    digest: `${seed}`.padStart(32, '0'),
    violation: null,
    figures: {
      nodeCount: 2,
      snapshotCount: 3,
      volumeBytes: 10,
      scheduledFaultCount: 0,
      struckFaultCount: 0,
      startCount: 2,
      eventCount,
      simulatedMs: 1,
      bytesOnWire: 1,
      acknowledgedCount: 3,
      restoredCount: 3,
    },
  });

  test('percentiles are figures of rows, by nearest rank', () => {
    const rows = Array.from({ length: 200 }, (_, index) => row(index, 200 - index));
    expect(summaries(rows).eventCount).toEqual({
      sum: 20_100,
      low: 1,
      p10: 20,
      median: 100,
      p90: 180,
      p99: 198,
      high: 200,
    });
    expect(summaries([]).eventCount).toMatchObject({ sum: 0, low: 0, high: 0 });
  });

  test('the digest of all depends on each digest and on the order', () => {
    const [a, b] = [row(1, 1), row(2, 1)];
    expect(digestOf([a, b])).not.toBe(digestOf([b, a]));
    expect(digestOf([a, b])).not.toBe(digestOf([a, { ...b, digest: `1${b.digest.slice(1)}` }]));
    expect(digestOf([a, b])).toBe(digestOf([{ ...a }, { ...b }]));
  });
});
