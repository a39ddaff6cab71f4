/**
 * The decision of interleaved rounds, on simulated noise: false regressions stay below the declared rate, whatever the noise, and true ones are found. Seeds are
 * fixed.
 */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { judgeRounds, planLooks, type PairedSeries } from '../../../src/harness/verdict/rounds.js';
import { decide, tryDecisions, type JudgedSeries } from '../../../src/harness/verdict/trial.js';

const errors = { alpha: 0.005, beta: 0.05 };
const threshold = { relative: 0.02, absolute: 0, limit: null };
const metricCount = 10;
const looks = planLooks(metricCount, errors);

/** How much longer a slot takes than it should, as a logarithm; called slot by slot, in the order of time. */
type Noise = (random: Random) => () => number;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
}

const noises: Readonly<Record<string, Noise>> = {
  quiet: (random) => () => 0.005 * normal(random),
  // Cauchy's distribution has no mean.
  'heavy tails': (random) => () => Math.min(3, Math.abs(0.005 * Math.tan(Math.PI * (random.float() - 0.5)))),
  drift: (random) => {
    let level = 0;
    return () => (level += 0.004) + 0.005 * normal(random);
  },
  // Another process runs for some slots, then does not.
  bursts: (random) => {
    let isBusy = false;
    return () => {
      if (random.float() < (isBusy ? 0.1 : 0.05)) isBusy = !isBusy;
      return (isBusy ? 0.3 : 0) + 0.01 * normal(random);
    };
  },
  'two modes': (random) => () => (random.float() < 0.4 ? 0.05 : 0) + 0.005 * normal(random),
  'a random walk': (random) => {
    let level = 0;
    return () => (level += 0.02 * normal(random));
  },
};

/** Rounds of four slots, the first by a coin: A B B A, or B A A B; a side's figure is its better slot. */
function simulated(name: string, seed: number, slowdown = 0, rounds = 60): PairedSeries {
  const random = new Random(seed);
  const next = (noises[name] ?? noises['quiet'])?.(random) ?? (() => 0);
  const baseline: number[] = [];
  const candidate: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const slots = [next(), next(), next(), next()].map((log) => 10 * Math.exp(log));
    const [outer, inner] = [Math.min(slots[0] ?? 0, slots[3] ?? 0), Math.min(slots[1] ?? 0, slots[2] ?? 0)];
    const isBaselineFirst = random.float() < 0.5;
    baseline.push(isBaselineFirst ? outer : inner);
    candidate.push((isBaselineFirst ? inner : outer) * (1 + slowdown));
  }
  return { metric: name, unit: 'x', direction: 'less', baseline, candidate };
}

function verdictOf(name: string, seed: number, slowdown = 0) {
  const series = Array.from({ length: metricCount }, (_, index): JudgedSeries => ({
    ...simulated(name, seed * 100 + index, index === 3 ? slowdown : 0),
    threshold,
  }));
  return decide(series, looks);
}

describe('rounds in which nothing differs', () => {
  // Of 400 verdicts 2 false ones are allowed on average; that there are more than 7 has a chance of 1 in 1000.
  it.each(Object.keys(noises))('%s: are called regressed hardly ever', (name) => {
    let regressed = 0;
    for (let seed = 0; seed < 400; seed++) if (verdictOf(name, seed).status === 'regressed') regressed++;
    expect(regressed).toBeLessThanOrEqual(7);
  });

  it('are called worse than the threshold as often as declared where they are worse by exactly that', () => {
    const one = planLooks(1, { alpha: 0.1, beta: 0.05 });
    let [regressed, passed] = [0, 0];
    for (let seed = 0; seed < 500; seed++) {
      const { status } = judgeRounds(simulated('quiet', seed, 0.02), threshold, one);
      if (status === 'regressed') regressed++;
      if (status === 'pass') passed++;
    }
    // Looks overlap, so less than is spent; far less would be a plan that wastes.
    expect(regressed).toBeLessThan(500 * 0.1 + 20);
    expect(regressed).toBeGreaterThan(500 * 0.05);
    expect(passed).toBeLessThan(500 * 0.05 + 15);
  });

  it.each(['quiet', 'drift'])('%s: pass after a few', (name) => {
    const { status, rounds } = verdictOf(name, 1);
    expect(status).toBe('pass');
    expect(rounds).toBeLessThanOrEqual(16);
  });
});

describe('a slowdown of one metric by 5 %', () => {
  it.each(['quiet', 'drift', 'heavy tails', 'bursts'])('%s: is found', (name) => {
    let found = 0;
    for (let seed = 0; seed < 100; seed++) if (verdictOf(name, seed, 0.05).status === 'regressed') found++;
    expect(found).toBeGreaterThanOrEqual(98);
  });

  it('is found early where it is clear', () => {
    expect(verdictOf('quiet', 1, 0.05)).toEqual({ status: 'regressed', rounds: 16 });
  });
});

describe('a decision', () => {
  const at = (slowdown: number, rounds: number, direction: 'less' | 'more' = 'less') =>
    judgeRounds({ ...simulated('quiet', 5, slowdown, rounds), direction }, threshold, looks);

  it('is not made before the first look', () => {
    expect(at(0.5, 11)).toEqual({
      status: 'inconclusive',
      reason: 'too-few',
      bounds: null,
      samplesMissing: 1,
      rounds: 11,
      isSettled: false,
    });
    expect(at(0.5, 12).status).toBe('inconclusive');
    expect(at(0.5, 16)).toMatchObject({ status: 'regressed', rounds: 16 });
  });

  it('stands, once made', () => {
    const series = simulated('quiet', 5, 0.05, 60);
    const changed = {
      ...series,
      candidate: series.candidate.map((value, round) => (round < 16 ? value : 1)),
    };
    expect(judgeRounds(changed, threshold, looks)).toMatchObject({ status: 'regressed', rounds: 16 });
  });

  it('goes either way', () => {
    // Twelve rounds pass it, and cannot say more.
    expect(at(0.1, 12, 'more')).toMatchObject({ status: 'pass', isSettled: false });
    expect(at(0.1, 60, 'more')).toMatchObject({ status: 'improved', reason: 'better' });
    expect(at(-0.1, 60)).toMatchObject({ status: 'improved' });
    expect(at(-0.1, 60, 'more')).toMatchObject({ status: 'regressed' });
  });

  it('needs the absolute change as well', () => {
    const series = simulated('quiet', 5, 0.05);
    expect(judgeRounds(series, { ...threshold, absolute: 0.4 }, looks).status).toBe('regressed');
    expect(judgeRounds(series, { ...threshold, absolute: 0.6 }, looks).status).toBe('pass');
  });

  it('says how many rounds are missing', () => {
    const found = judgeRounds(simulated('two modes', 3, 0.02, 30), threshold, looks);
    expect(found).toMatchObject({ status: 'inconclusive', reason: 'undecided', rounds: 30 });
    expect(found.samplesMissing === null || found.samplesMissing > 0).toBe(true);
    const bad = { ...simulated('quiet', 1), baseline: [0] };
    expect(judgeRounds(bad, threshold, looks)).toMatchObject({ reason: 'not-a-number', bounds: null });
  });
});

describe('plans', () => {
  it('give no look what it cannot use', () => {
    // Of 12 rounds no outcome is rarer than 1 in 4096; a tenth of 0.5 % is.
    expect(looks.map(({ rounds, strictOrder }) => [rounds, strictOrder > 0])).toEqual([
      [12, false],
      [16, true],
      [22, true],
      [30, true],
      [42, true],
      [60, true],
    ]);
    expect(looks.every(({ passOrder }) => passOrder > 0)).toBe(true);
  });
});

describe('trials', () => {
  const recorded = Array.from({ length: 4 }, (_, index): JudgedSeries => ({
    ...simulated('bursts', 40 + index, 0, 300),
    threshold,
  }));
  const plan = planLooks(recorded.length, errors);

  it('repeat decisions on recorded rounds, as they are and slowed down', () => {
    const still = tryDecisions(recorded, plan, new Random(1), { count: 100, blockLength: 10 });
    expect(still.counts.regressed).toBeLessThanOrEqual(2);
    const slowed = tryDecisions(recorded, plan, new Random(2), {
      count: 100,
      blockLength: 10,
      slowdown: 0.05,
    });
    expect(slowed.counts.regressed).toBeGreaterThanOrEqual(95);
    expect(slowed.roundsMean).toBeLessThan(60);
    expect(slowed.roundsMean).toBeGreaterThanOrEqual(16);
  });
});
