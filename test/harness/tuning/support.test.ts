/** Whether figures support a configuration: the threshold, limits, a reason to keep it, other links. */
import { describe, expect, test } from 'vitest';
import type { Figures } from '../../../src/harness/tuning/figures.js';
import { supportOf, type Judged } from '../../../src/harness/tuning/support.js';

const link = { bitsPerSecond: 1e6, roundTripMs: 10 };
const objectives = [
  { metric: 'bytesSent', weight: 0.5 },
  { metric: 'cpuMs', weight: 0.5 },
] as const;

function figures(workload: string, packageBytes: number, diffMs: number): Figures {
  const nothing = { exchangeBytes: 0, exchangeTrips: 0, applyMs: 1, packageSha256: '0'.repeat(64) };
  return { workload, packageBytes, diffMs, ...nothing };
}

function judged(id: string, bytes: number, ms: number, isEligible = true): Judged {
  return { id, isEligible, figures: [figures('a', bytes, ms), figures('b', bytes * 2, ms * 2)] };
}

const own = judged('own', 1e6, 100);

describe('a configuration is', () => {
  test('supported where nothing is better by more than 3 %', () => {
    const support = supportOf(
      [own, judged('near', 0.95e6, 100), judged('worse', 2e6, 100)],
      objectives,
      link,
      undefined,
    );
    expect(support).toMatchObject({ kind: 'supported', best: 'near', because: null });
    expect(support.score).toBeCloseTo(Math.sqrt(0.95), 9);
    expect(support.scores.get('worse')).toBeCloseTo(Math.SQRT2, 9);
    expect(support.regrets).toEqual([
      { workload: 'a', best: 'near', ratio: expect.closeTo(1 / Math.sqrt(0.95), 9) as number },
      { workload: 'b', best: 'near', ratio: expect.closeTo(1 / Math.sqrt(0.95), 9) as number },
    ]);
  });

  test('not supported where something is', () => {
    const support = supportOf([own, judged('better', 0.8e6, 100)], objectives, link, undefined);
    expect(support).toMatchObject({ kind: 'not supported', best: 'better' });
  });

  test('kept for a reason, as far as the reason goes', () => {
    const all = [own, judged('better', 0.8e6, 100)];
    const because = 'of something.';
    expect(supportOf(all, objectives, link, { scoreMin: 0.85, because })).toMatchObject({
      kind: 'kept',
      because,
    });
    expect(supportOf(all, objectives, link, { scoreMin: 0.95, because })).toMatchObject({
      kind: 'not supported',
      because: null,
    });
  });

  test('not beaten by what exceeds a limit, and not supported where it does so itself', () => {
    expect(supportOf([own, judged('over', 1e5, 10, false)], objectives, link, undefined).kind).toBe(
      'supported',
    );
    const over = { ...own, isEligible: false };
    const reason = { scoreMin: 0.1, because: 'no reason.' };
    expect(supportOf([over], objectives, link, reason).kind).toBe('not supported');
  });
});

test('a slow link is where fewer bytes for more work pay', () => {
  const time = [{ metric: 'timeToSyncMs', weight: 1 }] as const;
  const { links, breakEven } = supportOf(
    [own, judged('small', 0.5e6, 2000)],
    time,
    { ...link, bitsPerSecond: 1e8 },
    undefined,
  );
  expect(links.map(({ best }) => best)).toEqual(['own', 'own', 'own', 'own', 'small']);
  expect(breakEven.bitsPerSecond.above).toBeUndefined();
  expect(breakEven.bitsPerSecond.below?.choice).toBe('small');
});
