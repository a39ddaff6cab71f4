/** Figures that are counted until memory is full and estimated after; the grid that grows; volumes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, UsageError } from '../../../src/base/errors.js';
import type { TraceEvent } from '../../../src/workload/trace/event.js';
import { HeatMap } from '../../../src/workload/trace/heat.js';
import { DistinctSample } from '../../../src/workload/trace/sample.js';
import { traceStatistics } from '../../../src/workload/trace/statistics.js';
import {
  chosenVolume,
  eventsOfVolume,
  VolumeTally,
  volumesMax,
} from '../../../src/workload/trace/volumes.js';

const write = (offset: number, length = 512): TraceEvent => ({ timeMicros: 0, op: 'write', offset, length });

test('contents are counted by id', () => {
  const events = [1, 2, 1, 1, 3].map((contentId) => ({ ...write(0), contentId }));
  expect(traceStatistics([...events, write(0)]).dedup).toEqual({
    contents: 5,
    distinctContents: 3,
    ratio: 5 / 3,
  });
});

test('sectors are the same whether counted one by one or by regions', () => {
  const request = fc.record({ offset: fc.nat(2 ** 23), length: fc.integer({ min: 1, max: 2 ** 21 }) });
  const agrees = (requests: { offset: number; length: number }[]) => {
    const sectors = new Set<number>();
    for (const { offset, length } of requests)
      for (let sector = Math.floor(offset / 512); sector * 512 < offset + length; sector++)
        sectors.add(sector);
    const { distinctBytes, isEstimated } = traceStatistics(
      requests.map(({ offset, length }) => write(offset, length)),
    );
    expect([distinctBytes, isEstimated]).toEqual([sectors.size * 512, false]);
  };
  fc.assert(fc.property(fc.array(request, { maxLength: 6 }), agrees), { seed: 5, numRuns: 50 });
});

test('a sample is exact while it holds all, and near after', () => {
  const sample = new DistinctSample<number>(1000);
  for (let key = 0; key < 1000; key++) for (let again = 0; again < 2; again++) sample.at(key, () => key);
  expect([sample.keptCount, sample.share]).toEqual([1000, 1]);
  for (let key = 1000; key < 50_000; key++) sample.at(key, () => key);
  expect(sample.keptCount).toBeLessThanOrEqual(1000);
  expect(Math.abs(sample.keptCount / sample.share / 50_000 - 1)).toBeLessThan(0.1);
});

describe('the grid', () => {
  const total = (cells: readonly (readonly number[])[]) =>
    cells.flat().reduce((sum, bytes) => sum + bytes, 0);
  const point = fc.tuple(
    fc.integer({ min: -1e12, max: 1e12 }),
    fc.nat(2 ** 40),
    fc.integer({ min: 1, max: 1e6 }),
  );

  test('holds every byte in its bin, in any order', () => {
    const agrees = (points: [number, number, number][]) => {
      const gridOf = (list: [number, number, number][]) => {
        const heat = new HeatMap(16, 8);
        for (const [time, offset, bytes] of list) heat.add(time, offset, bytes);
        return heat.finished();
      };
      const grid = gridOf(points);
      expect(gridOf([...points].reverse())).toEqual(grid);
      expect([grid.time.count <= 16, grid.address.count <= 8]).toEqual([true, true]);
      expect(total(grid.cells)).toBe(points.reduce((sum, [, , bytes]) => sum + bytes, 0));
      for (const [time, offset] of points) {
        const column = Math.floor((time - grid.time.first) / grid.time.binSize);
        const row = Math.floor((offset - grid.address.first) / grid.address.binSize);
        expect(grid.cells[column]?.[row]).toBeGreaterThan(0);
      }
    };
    fc.assert(fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), agrees), {
      seed: 6,
      numRuns: 200,
    });
  });

  test('is empty where nothing was written, and knows the time', () => {
    const heat = new HeatMap();
    heat.see(5_000_000);
    heat.see(1_000_000);
    expect(heat.finished()).toMatchObject({ address: { count: 0 }, time: { first: 960_000 } });
  });
});

describe('volumes', () => {
  const events = [
    { ...write(0), volume: 'a' },
    { ...write(4096, 4096), volume: 'b' },
    { ...write(0), op: 'read' as const, volume: 'a' },
  ];
  const tallied = (list: readonly TraceEvent[]) => {
    const tally = new VolumeTally();
    for (const event of list) tally.add(event);
    return tally.finished();
  };

  test('are listed by what was written, and chosen by name or as the busiest', () => {
    const volumes = tallied(events);
    expect(volumes).toEqual([
      { name: 'b', reads: 0, writes: 1, writtenBytes: 4096, addressSpaceBytes: 8192 },
      { name: 'a', reads: 1, writes: 1, writtenBytes: 512, addressSpaceBytes: 512 },
    ]);
    expect(chosenVolume(volumes, undefined)?.name).toBe('b');
    expect(chosenVolume(volumes, 'a')?.name).toBe('a');
    expect(() => chosenVolume(volumes, 'c')).toThrow(UsageError);
    expect(chosenVolume([], undefined)).toBeUndefined();
    expect([...eventsOfVolume(events, 'a')]).toHaveLength(2);
  });

  test('are not counted without end', () => {
    const tally = new VolumeTally();
    for (let index = 0; index < volumesMax; index++) tally.add({ ...write(0), volume: String(index) });
    expect(() => tally.add({ ...write(0), volume: 'one more' })).toThrow(DataError);
  });
});
