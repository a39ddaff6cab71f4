/** Two sets of measures: exact and sampled, present and missing, of one machine and of a changed one. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { compareMeasures } from '../../../src/harness/verdict/compare.js';
import { isMachineSteady, machineDifferences } from '../../../src/harness/verdict/machine.js';
import type { Measure, MeasureSet } from '../../../src/harness/verdict/measure.js';
import { judgeSamples } from '../../../src/harness/verdict/samples.js';
import { syntheticResults } from '../synthetic.js';

const { environment } = syntheticResults();
const defaults = {
  exact: { relative: 0, absolute: 0 },
  sampled: { relative: 0.1, floors: { ms: 0.1, B: 65_536 } },
};
const errors = { alpha: 0.005, beta: 0.05 };
const threshold = { relative: 0.1, absolute: 0, limit: null };

function set(measures: readonly Measure[], stamp: MeasureSet['environment'] = environment): MeasureSet {
  return { label: 'x', environment: stamp, measures: [...measures] };
}

function exact(metric: string, value: number): Measure {
  return { metric, unit: 'B', direction: 'less', kind: 'exact', values: [value] };
}

/** Samples around `middle`, a few of them far above, as times are. */
function times(middle: number, count: number, seed: number): number[] {
  const random = new Random(seed);
  return Array.from(
    { length: count },
    () => middle * (1 + 0.02 * random.float() + (random.float() < 0.1 ? 1 : 0)),
  );
}

function sampled(
  metric: string,
  values: readonly number[],
  direction: Measure['direction'] = 'less',
): Measure {
  return { metric, unit: 'ms', direction, kind: 'sampled', values: [...values] };
}

const compare = (before: MeasureSet, after: MeasureSet) =>
  compareMeasures(before, after, { rules: [], defaults, errors });

describe('comparing', () => {
  it('takes metrics in the order of the baseline, then new ones', () => {
    const verdicts = compare(
      set([exact('b', 1), exact('a', 2), exact('gone', 3)]),
      set([exact('new', 9), exact('a', 2), exact('b', 2)]),
    );
    expect(verdicts.map(({ metric, status, reason, change }) => [metric, status, reason, change])).toEqual([
      ['b', 'regressed', 'worse', 1],
      ['a', 'pass', 'equal', 0],
      ['gone', 'inconclusive', 'missing', null],
      ['new', 'pass', 'added', null],
    ]);
  });

  it('leaves out what a rule ignores', () => {
    const both = set([exact('a', 1), exact('b', 1)]);
    const verdicts = compareMeasures(both, both, {
      rules: [{ metric: 'a', ignore: true }],
      defaults,
      errors,
    });
    expect(verdicts.map(({ metric }) => metric)).toEqual(['b']);
  });

  it('finds samples that moved, in either direction', () => {
    const before = set([
      sampled('slower', times(10, 30, 1)),
      sampled('same', times(10, 30, 2)),
      sampled('speed', times(10, 30, 3), 'more'),
    ]);
    const after = set([
      sampled('slower', times(14, 30, 4)),
      sampled('same', times(10, 30, 5)),
      sampled('speed', times(14, 30, 6), 'more'),
    ]);
    const [slower, same, speed] = compare(before, after);
    expect(slower).toMatchObject({
      status: 'regressed',
      reason: 'worse',
      samples: { baseline: 30, candidate: 30 },
    });
    expect(slower?.change).toBeCloseTo(0.4, 1);
    expect(slower?.interval?.low).toBeGreaterThan(0.1);
    expect(slower?.interval?.high).toBeLessThan(0.5);
    expect(same).toMatchObject({ status: 'pass', reason: 'within', samplesMissing: null });
    expect(speed).toMatchObject({ status: 'improved', reason: 'better' });
    expect(speed?.interval?.low).toBeGreaterThan(0.1);
  });

  it('does not judge times where the machine itself was slower', () => {
    const slow = {
      ...environment,
      calibration: { ...environment.calibration, loopMillisecondsPerMillion: 0.85 },
    };
    const before = set([sampled('t', times(10, 30, 1)), exact('e', 1)]);
    const verdicts = compare(before, set([sampled('t', times(12, 30, 2)), exact('e', 1)], slow));
    expect(verdicts.map(({ status, reason }) => [status, reason])).toEqual([
      ['inconclusive', 'machine-changed'],
      ['pass', 'equal'],
    ]);
  });
});

describe('samples', () => {
  it('that are too few say how many are missing', () => {
    const found = judgeSamples('less', [10, 11], [10, 12], threshold, errors);
    expect(found).toMatchObject({
      status: 'inconclusive',
      reason: 'too-few',
      bounds: { low: -Infinity, high: Infinity },
    });
    // Of 3 and 3 the rarest order has a chance of 1 in 20, the level of passing; of 2 and 2, of 1 in 6.
    expect(found.samplesMissing).toBe(1);
  });

  it('that do not decide say how many more would', () => {
    const noisy = (seed: number, middle: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 12 }, () => middle * (0.8 + 0.4 * random.float()));
    };
    const found = judgeSamples('less', noisy(1, 10), noisy(2, 10.8), threshold, errors);
    expect(found).toMatchObject({ status: 'inconclusive', reason: 'undecided' });
    expect(found.samplesMissing).toBeGreaterThan(2);
    expect(found.samplesMissing).toBeLessThan(1000);
  });

  it('are judged by limits as well', () => {
    expect(judgeSamples('less', [10, 10], [11, 11], { ...threshold, limit: 10.5 }, errors)).toMatchObject({
      reason: 'over-limit',
    });
    expect(judgeSamples('more', [10, 10], [9, 9], { ...threshold, limit: 9.5 }, errors)).toMatchObject({
      reason: 'over-limit',
    });
  });

  it('of zero are told where they are alike or small', () => {
    const judge = (before: number[], after: number[], absolute = 0) =>
      judgeSamples('less', before, after, { ...threshold, absolute }, errors);
    expect(judge([0, 0], [0, 0])).toMatchObject({ status: 'pass', reason: 'equal' });
    expect(judge([0, 0], [0, 0.05], 0.1)).toMatchObject({ status: 'pass', reason: 'within' });
    expect(judge([0, 0], [0, 5], 0.1)).toMatchObject({ status: 'inconclusive', reason: 'not-a-number' });
    expect(judge([], [1])).toMatchObject({ status: 'inconclusive', reason: 'no-samples' });
  });

  it('below the absolute floor are no regression, however sure', () => {
    const small = { ...threshold, absolute: 0.1 };
    const [before, after] = [times(0.1, 30, 1), times(0.15, 30, 2)];
    expect(judgeSamples('less', before, after, threshold, errors).status).toBe('regressed');
    expect(judgeSamples('less', before, after, small, errors).status).toBe('pass');
  });

  it('of one distribution are called regressed no more often than declared', () => {
    let regressed = 0;
    for (let seed = 0; seed < 400; seed++) {
      const same = judgeSamples(
        'less',
        times(10, 20, 2 * seed),
        times(10, 20, 2 * seed + 1),
        { ...threshold, relative: 0 },
        { alpha: 0.05, beta: 0.05 },
      );
      if (same.status === 'regressed') regressed++;
    }
    // 20 expected; beyond 35 the chance is 1 in 1000.
    expect(regressed).toBeLessThanOrEqual(35);
    expect(regressed).toBeGreaterThan(5);
  });
});

describe('machines', () => {
  it('are told apart by their stamps', () => {
    expect(machineDifferences(environment, { ...environment, measuredAt: 'x', gitCommit: 'y' })).toEqual([]);
    expect(machineDifferences(environment, { ...environment, cores: 4, node: 'v22' })).toEqual([
      'cores (2, 4)',
      `node (${environment.node}, v22)`,
    ]);
    expect(
      machineDifferences(environment, { ...environment, memoryBytes: environment.memoryBytes * 1.005 }),
    ).toEqual([]);
    expect(
      machineDifferences(environment, { ...environment, memoryBytes: environment.memoryBytes / 2 }),
    ).toHaveLength(1);
  });

  it('are steady within a tenth', () => {
    const faster = (share: number) => ({
      ...environment,
      calibration: { ...environment.calibration, memcpyGigabytesPerSecond: 9 * share },
    });
    expect(isMachineSteady(environment, faster(1.09))).toBe(true);
    expect(isMachineSteady(environment, faster(1.12))).toBe(false);
    expect(isMachineSteady(environment, null)).toBe(true);
  });
});
