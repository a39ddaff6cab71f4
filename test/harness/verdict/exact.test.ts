import { describe, expect, it } from 'vitest';
import { judgeExact } from '../../../src/harness/verdict/exact.js';
import { patternOf, rulesSchema, thresholdOf } from '../../../src/harness/verdict/rules.js';
import { countsOf, overallOf } from '../../../src/harness/verdict/verdict.js';

const none = { relative: 0, absolute: 0, limit: null };

describe('exact figures', () => {
  it.each([
    ['less', 1000, 1000, none, 'pass', 'equal'],
    // 0.1 %, and a millionth.
    ['less', 1000, 1001, none, 'regressed', 'worse'],
    ['less', 1e6, 1e6 + 1, none, 'regressed', 'worse'],
    ['less', 1000, 999, none, 'improved', 'better'],
    ['more', 1000, 999, none, 'regressed', 'worse'],
    ['more', 1000, 1001, none, 'improved', 'better'],
    ['less', 1000, 1010, { ...none, relative: 0.01 }, 'pass', 'within'],
    ['less', 1000, 1011, { ...none, relative: 0.01 }, 'regressed', 'worse'],
    ['less', 1000, 989, { ...none, relative: 0.01 }, 'improved', 'better'],
    // Both must be exceeded.
    ['less', 10, 12, { ...none, relative: 0.05, absolute: 2 }, 'pass', 'within'],
    ['less', 10, 13, { ...none, relative: 0.05, absolute: 2 }, 'regressed', 'worse'],
    ['less', 1000, 1040, { ...none, relative: 0.05, absolute: 2 }, 'pass', 'within'],
    // Nothing is a share of zero.
    ['less', 0, 0, none, 'pass', 'equal'],
    ['less', 0, 1, { ...none, relative: 0.5 }, 'regressed', 'worse'],
    ['less', 0, 1, { ...none, relative: 0.5, absolute: 1 }, 'pass', 'within'],
    ['less', -10, -9, { ...none, relative: 0.05 }, 'regressed', 'worse'],
    ['less', 90, 101, { ...none, relative: 1, limit: 100 }, 'regressed', 'over-limit'],
    ['less', 120, 100, { ...none, limit: 100 }, 'improved', 'better'],
    ['more', 120, 99, { ...none, relative: 1, limit: 100 }, 'regressed', 'over-limit'],
    ['less', NaN, 1, none, 'inconclusive', 'not-a-number'],
    ['less', 1, Infinity, none, 'inconclusive', 'not-a-number'],
  ] as const)('%s: %d to %d with %j: %s', (direction, before, after, threshold, status, reason) => {
    expect(judgeExact(direction, before, after, threshold)).toEqual({ status, reason });
  });
});

describe('rules', () => {
  const defaults = {
    exact: { relative: 0, absolute: 0 },
    sampled: { relative: 0.02, floors: { ms: 0.1, B: 65_536 } },
  };
  const { rules } = rulesSchema.parse({
    rules: [
      { metric: '**/eachLane', ignore: true },
      { metric: '*/packageBytes', relative: '0.5 %', absolute: 64 },
      { metric: 'mailbox/**', kind: 'sampled', relative: 0.2, limit: 50 },
    ],
  });
  const of = (metric: string, kind: 'exact' | 'sampled' = 'exact', unit = '1') =>
    thresholdOf({ metric, kind, unit }, rules, defaults);

  it('are the first that fits', () => {
    expect(of('a/b/eachLane')).toBeUndefined();
    expect(of('a/packageBytes')).toEqual({ relative: 0.005, absolute: 64, limit: null });
    expect(of('a/b/packageBytes')).toEqual({ relative: 0, absolute: 0, limit: null });
    expect(of('mailbox/x/diffCpuMs', 'sampled', 'ms')).toEqual({ relative: 0.2, absolute: 0.1, limit: 50 });
    expect(of('mailbox/x/segments')).toEqual({ relative: 0, absolute: 0, limit: null });
  });

  it('leave what they do not name as it is usually', () => {
    expect(of('x/diffPeakBytes', 'sampled', 'B')).toEqual({ relative: 0.02, absolute: 65_536, limit: null });
    expect(of('x/speed', 'sampled', 'GB/s')).toEqual({ relative: 0.02, absolute: 0, limit: null });
  });

  it('have patterns of whole names, in which all but stars is plain', () => {
    expect(patternOf('a.b/*').test('a.b/c')).toBe(true);
    expect(patternOf('a.b/*').test('axb/c')).toBe(false);
    expect(patternOf('a/*').test('a/b/c')).toBe(false);
    expect(patternOf('**/c').test('a/b/c')).toBe(true);
    expect(patternOf('(x)+').test('(x)+')).toBe(true);
  });

  it('are refused where a share is none', () => {
    expect(rulesSchema.safeParse({ rules: [{ metric: 'a', relative: '5 percent' }] }).success).toBe(false);
    expect(rulesSchema.safeParse({ rules: [{ metric: 'a', relative: -1 }] }).success).toBe(false);
  });
});

describe('all together', () => {
  it.each([
    [['pass', 'pass'], 'pass'],
    [['pass', 'improved'], 'improved'],
    [['improved', 'inconclusive'], 'inconclusive'],
    [['inconclusive', 'regressed', 'improved'], 'regressed'],
    [[], 'pass'],
  ] as const)('%j is %s', (statuses, overall) => {
    expect(overallOf(countsOf(statuses.map((status) => ({ status }))))).toBe(overall);
  });
});
