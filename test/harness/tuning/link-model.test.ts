import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossoverBitsPerSecond,
  meanLine,
  quickestRanges,
  syncLine,
  timeToSyncMs,
  type SyncLine,
} from '../../../src/harness/tuning/link-model.js';
import { rowOf } from '../rows.js';

const same = (line: SyncLine): SyncLine => line;

describe('time to sync', () => {
  it('adds diff, round trip, transfer and apply', () => {
    const line = syncLine(rowOf('c', 'w', { bytes: 1_000_000, diffMs: 30, applyMs: 20 }), 40);
    expect(line).toEqual({ fixedMs: 90, bytes: 1_000_000 });
    // 8 Mbit at 8 Mbit/s are a second.
    expect(timeToSyncMs(line, 8e6)).toBe(1090);
  });

  it('counts exchanged bytes, and a second round trip for them', () => {
    const line = syncLine(rowOf('c', 'w', { bytes: 900, exchange: 100, diffMs: 1 }), 40);
    expect(line).toEqual({ fixedMs: 81, bytes: 1000 });
  });

  it('averages lines to a line', () => {
    const lines = [
      { fixedMs: 10, bytes: 100 },
      { fixedMs: 30, bytes: 500 },
    ];
    expect(meanLine(lines)).toEqual({ fixedMs: 20, bytes: 300 });
  });
});

describe('crossovers', () => {
  it('lies where both take equally long', () => {
    // 100 + 8000 x 1000 / B = 20 + 8000 x 11000 / B  =>  80 = 8000 x 10000 / B  =>  B = 1 Mbit/s
    const slow = { fixedMs: 100, bytes: 1000 };
    const fast = { fixedMs: 20, bytes: 11_000 };
    expect(crossoverBitsPerSecond(slow, fast)).toBe(1e6);
    expect(crossoverBitsPerSecond(fast, slow)).toBe(1e6);
    expect(timeToSyncMs(slow, 1e6)).toBe(timeToSyncMs(fast, 1e6));
  });

  it('does not exist where one is never slower', () => {
    expect(crossoverBitsPerSecond({ fixedMs: 1, bytes: 10 }, { fixedMs: 2, bytes: 20 })).toBeUndefined();
    expect(crossoverBitsPerSecond({ fixedMs: 1, bytes: 10 }, { fixedMs: 1, bytes: 20 })).toBeUndefined();
    expect(crossoverBitsPerSecond({ fixedMs: 1, bytes: 10 }, { fixedMs: 2, bytes: 10 })).toBeUndefined();
  });
});

describe('who is quickest where', () => {
  it('walks from the fewest bytes to the least fixed time', () => {
    const small = { fixedMs: 1000, bytes: 1000 };
    const middle = { fixedMs: 200, bytes: 2000 };
    const quick = { fixedMs: 100, bytes: 102_000 };
    const never = { fixedMs: 900, bytes: 90_000 };
    // small = middle: 800 = 8000 x 1000 / B => 10 kbit/s; middle = quick: 100 = 8000 x 100000 / B => 8 Mbit/s
    expect(quickestRanges([quick, never, middle, small], same)).toEqual([
      { item: small, fromBitsPerSecond: 0, toBitsPerSecond: 10_000 },
      { item: middle, fromBitsPerSecond: 10_000, toBitsPerSecond: 8e6 },
      { item: quick, fromBitsPerSecond: 8e6, toBitsPerSecond: Infinity },
    ]);
  });

  it('gives one range to one that is best at both', () => {
    const best = { fixedMs: 1, bytes: 1 };
    expect(quickestRanges([{ fixedMs: 5, bytes: 5 }, best], same)).toEqual([
      { item: best, fromBitsPerSecond: 0, toBitsPerSecond: Infinity },
    ]);
    expect(quickestRanges([], same)).toEqual([]);
  });

  it('agrees with trying every line at any bandwidth', () => {
    const line = fc.record({
      fixedMs: fc.integer({ min: 0, max: 1000 }),
      bytes: fc.integer({ min: 1, max: 1_000_000 }),
    });
    const lines = fc.array(line, { minLength: 1, maxLength: 12 });
    const bandwidth = fc.double({ min: 2, max: 10, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(lines, bandwidth, (candidates, bitsPerSecond) => {
        const ranges = quickestRanges(candidates, same);
        const range = ranges.find(
          ({ fromBitsPerSecond, toBitsPerSecond }) =>
            fromBitsPerSecond <= bitsPerSecond && bitsPerSecond <= toBitsPerSecond,
        );
        const least = Math.min(...candidates.map((candidate) => timeToSyncMs(candidate, bitsPerSecond)));
        expect(range && timeToSyncMs(range.item, bitsPerSecond)).toBeCloseTo(least, 6);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
