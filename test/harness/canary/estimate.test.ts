/** Changes of metrics over volumes that ran with both sides: gatherings, zeros, missing values, weather that strikes both. */
import { describe, expect, test } from 'vitest';
import { boundsOf, estimateOf, resamples, type PairedFigures } from '../../../src/harness/canary/estimate.js';
import { canaryMetrics, type CanaryMetric } from '../../../src/harness/canary/metrics.js';
import type { VolumeFigures } from '../../../src/harness/canary/volume-run.js';

const usual: VolumeFigures = {
  syncMs: [100, 110, 90],
  wireBytes: 10_000,
  storedBytes: 50_000,
  workMs: 10,
  peakBytes: 100_000,
  retries: 0,
};

function metric(name: string): CanaryMetric {
  const found = canaryMetrics.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no metric ${name}`);
  return found;
}

function pairs(
  count: number,
  candidate: (number: number) => Partial<VolumeFigures>,
  stable: (number: number) => Partial<VolumeFigures> = () => ({}),
): PairedFigures[] {
  return Array.from({ length: count }, (_, number) => ({
    number,
    stable: { ...usual, ...stable(number) },
    candidate: { ...usual, ...stable(number), ...candidate(number) },
  }));
}

describe('changes of a metric', () => {
  test.each(canaryMetrics.map((one) => [one.name, one] as const))(
    '%s: where nothing differs the change is none, and surely so',
    (_, one) => {
      const estimate = estimateOf(
        one,
        pairs(40, () => ({})),
        1,
      );
      expect(estimate.change).toBe(0);
      expect(boundsOf(estimate, 0.001)).toEqual({ low: 0, high: 0 });
      expect(estimate.drawn).toHaveLength(resamples);
    },
  );

  test('of each volume the ratio counts, whatever its size', () => {
    const sizes = (number: number): number => 1000 * 10 ** (number % 4);
    const bytes = metric('stored bytes');
    const estimate = estimateOf(
      bytes,
      pairs(
        40,
        (number) => ({ storedBytes: sizes(number) * 1.5 + bytes.floor * 0.5 }),
        (number) => ({ storedBytes: sizes(number) }),
      ),
      1,
    );
    expect(estimate.change).toBeCloseTo(Math.log(1.5), 12);
    const { low, high } = boundsOf(estimate, 0.01);
    expect(low).toBeCloseTo(Math.log(1.5), 12);
    expect(high).toBeCloseTo(Math.log(1.5), 12);
  });

  test('volumes that differ widen the bounds, around the same change', () => {
    const estimate = estimateOf(
      metric('CPU'),
      pairs(60, (number) => ({ workMs: number % 3 === 0 ? 20.1 : 10 })),
      1,
    );
    expect(estimate.change).toBeCloseTo(Math.log(2) / 3, 12);
    const wide = boundsOf(estimate, 0.001);
    const narrow = boundsOf(estimate, 0.1);
    expect(wide.low).toBeLessThan(narrow.low);
    expect(narrow.low).toBeLessThan(estimate.change);
    expect(narrow.high).toBeLessThan(wide.high);
  });

  test('no retries and three are compared by their difference, in units of the floor', () => {
    const retries = metric('retries');
    const estimate = estimateOf(
      retries,
      pairs(100, (number) => ({ retries: number < 3 ? 1 : 0 })),
      1,
    );
    expect(estimate).toMatchObject({ stable: 0, candidate: 3 });
    expect(estimate.change).toBeCloseTo(Math.log(1 + 3 / (100 * retries.floor)), 12);
  });

  test('a volume with a value that is no number is left out and counted', () => {
    const estimate = estimateOf(
      metric('CPU'),
      pairs(20, (number) => (number === 7 ? { workMs: NaN } : {})),
      1,
    );
    expect(estimate).toMatchObject({ volumes: 19, unusable: 1, change: 0 });
    const none = estimateOf(
      metric('CPU'),
      pairs(3, () => ({ workMs: Infinity })),
      1,
    );
    expect(none).toMatchObject({ volumes: 0, unusable: 3, stable: null, candidate: null });
  });

  test('a slower tail is seen where the median is the same', () => {
    const slow = pairs(100, (number) => (number % 20 === 0 ? { syncMs: [100, 400, 90] } : {}));
    expect(estimateOf(metric('time to sync p50'), slow, 1).change).toBe(0);
    const p99 = estimateOf(metric('time to sync p99'), slow, 1);
    expect(p99.stable).toBeCloseTo(1.1, 12);
    expect(p99.candidate).toBeGreaterThan(3);
    expect(estimateOf(metric('slower pushes'), slow, 1)).toMatchObject({ stable: 0, candidate: 5 });
  });

  test('weather that strikes pushes of both sides, but not the same ones, makes no side slower', () => {
    const late = (at: number) => [0, 1, 2].map((push) => (push === at ? 1000 : 100));
    const chance = pairs(
      99,
      (number) => (number % 3 === 0 ? { syncMs: late(number % 2) } : {}),
      (number) => (number % 3 === 0 ? { syncMs: late(2) } : {}),
    );
    expect(estimateOf(metric('slower pushes'), chance, 1)).toMatchObject({
      stable: 33,
      candidate: 33,
      change: 0,
    });
  });

  test('the same volumes and seed give the same bounds', () => {
    const some = pairs(30, (number) => ({ wireBytes: 10_000 + number * 37 }));
    const of = (seed: number) => boundsOf(estimateOf(metric('wire bytes'), some, seed), 0.025);
    expect(of(1)).toEqual(of(1));
    expect(of(2)).not.toEqual(of(1));
  });
});
