import { describe, expect, it } from 'vitest';
import type { Row } from '../../../src/harness/measurement/row.js';
import { objectiveFloors, rank } from '../../../src/harness/tuning/score.js';
import { rowOf } from '../rows.js';

const link = { bitsPerSecond: 8e6, roundTripMs: 0 };

function ranked(rows: readonly Row[], objectives: Parameters<typeof rank>[2]): [string, number][] {
  const names = [...new Set(rows.map(({ configuration }) => configuration))];
  const of = (name: string): Row[] => rows.filter(({ configuration }) => configuration === name);
  return rank(names, of, objectives, link).map(({ configuration, score }) => [configuration, score]);
}

describe('scores', () => {
  it('are weighted geometric means of ratios to the best', () => {
    const rows = [
      rowOf('small', 'w', { bytes: 100_000, diffCpuMs: 800 }),
      rowOf('quick', 'w', { bytes: 400_000, diffCpuMs: 100 }),
    ];
    // small: 1 in bytes, 8 in CPU; quick: 4 in bytes, 1 in CPU
    const bytes = ranked(rows, [
      { metric: 'bytesSent', weight: 0.75 },
      { metric: 'cpuMs', weight: 0.25 },
    ]);
    expect(bytes.map(([name]) => name)).toEqual(['small', 'quick']);
    expect(bytes[0]?.[1]).toBeCloseTo(8 ** 0.25, 12);
    expect(bytes[1]?.[1]).toBeCloseTo(4 ** 0.75, 12);
  });

  it('give every workload the same weight, whatever its size', () => {
    const rows = [
      rowOf('a', 'large', { bytes: 100_000_000 }),
      rowOf('a', 'little', { bytes: 60_000 }),
      rowOf('b', 'large', { bytes: 200_000_000 }),
      rowOf('b', 'little', { bytes: 20_000 }),
    ];
    const [first, second] = ranked(rows, [{ metric: 'bytesSent', weight: 1 }]);
    // a: 1 and 3; b: 2 and 1
    expect(first).toEqual(['b', expect.closeTo(Math.sqrt(2), 12)]);
    expect(second).toEqual(['a', expect.closeTo(Math.sqrt(3), 12)]);
  });

  it('take differences below the floor for none', () => {
    const rows = [
      rowOf('a', 'w', { bytes: 400 }),
      rowOf('b', 'w', { bytes: objectiveFloors.bytesSent }),
      rowOf('c', 'w', { bytes: objectiveFloors.bytesSent * 2 }),
    ];
    expect(ranked(rows, [{ metric: 'bytesSent', weight: 1 }]).map(([, score]) => score)).toEqual([
      1,
      1,
      expect.closeTo(2, 12),
    ]);
  });

  it('measure time to sync on the link of the profile', () => {
    // 1 MB at 8 Mbit/s is 1000 ms, and 500 ms of diff; 3 MB are 3000 ms.
    const rows = [
      rowOf('a', 'w', { bytes: 1_000_000, diffMs: 500 }),
      rowOf('b', 'w', { bytes: 3_000_000, diffMs: 0 }),
    ];
    expect(ranked(rows, [{ metric: 'timeToSyncMs', weight: 1 }])).toEqual([
      ['a', 1],
      ['b', expect.closeTo(2, 12)],
    ]);
  });
});
