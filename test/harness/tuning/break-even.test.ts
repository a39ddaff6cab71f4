import { describe, expect, test } from 'vitest';
import { breakEvens } from '../../../src/harness/tuning/break-even.js';

/** Three choices by time alone: bytes against work, and one that takes more round trips. */
const choices = [
  { name: 'small', ms: 900, bytes: 1_000, trips: 1 },
  { name: 'middle', ms: 100, bytes: 10_000, trips: 1 },
  { name: 'quick', ms: 10, bytes: 100_000, trips: 1 },
  { name: 'talkative', ms: 5, bytes: 9_000, trips: 9 },
];

function best(among: readonly string[]) {
  return ({ bitsPerSecond, roundTripMs }: { bitsPerSecond: number; roundTripMs: number }): string => {
    const time = ({ ms, bytes, trips }: (typeof choices)[number]): number =>
      ms + trips * roundTripMs + (8000 * bytes) / bitsPerSecond;
    const [first] = choices.filter(({ name }) => among.includes(name)).sort((a, b) => time(a) - time(b));
    return first?.name ?? '';
  };
}

describe('break-even', () => {
  test('bandwidths are where the times are equal', () => {
    const found = breakEvens(
      best(['small', 'middle', 'quick']),
      { bitsPerSecond: 1e6, roundTripMs: 10 },
      'bitsPerSecond',
    );
    // 900 + 8e6 / B = 100 + 80e6 / B, and 100 + 80e6 / B = 10 + 800e6 / B.
    expect(found.below?.choice).toBe('small');
    expect(found.below?.at).toBeCloseTo(90_000, 0);
    expect(found.above?.choice).toBe('quick');
    expect(found.above?.at).toBeCloseTo(8e6, 0);
  });

  test('so are round-trip times', () => {
    const found = breakEvens(
      best(['middle', 'talkative']),
      { bitsPerSecond: 1e6, roundTripMs: 100 },
      'roundTripMs',
    );
    // 100 + R + 80 = 5 + 9 R + 72.
    expect(found.above).toBeUndefined();
    expect(found.below?.choice).toBe('talkative');
    expect(found.below?.at).toBeCloseTo(103 / 8, 3);
  });

  test('there is none where one choice is best on every link', () => {
    expect(breakEvens(best(['quick']), { bitsPerSecond: 1e6, roundTripMs: 1 }, 'bitsPerSecond')).toEqual({});
  });
});
