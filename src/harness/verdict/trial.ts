/**
 * A gate's own error rates, from rounds in which nothing differed: decisions are repeated on rounds drawn in blocks of neighbours from the
 * recorded ones, as they are for false regressions, and with one metric made slower for what is found.
 */
import type { Random } from '../../base/prng.js';
import { movingBlocks } from '../statistics/bootstrap.js';
import { judgeRounds, type Look, type PairedSeries } from './rounds.js';
import type { Threshold } from './verdict.js';
import { countsOf, overallOf, type Counts, type Status } from './verdict.js';

export interface JudgedSeries extends PairedSeries {
  readonly threshold: Threshold;
}

export interface Decision {
  readonly status: Status;
  /** After which the verdict stood. */
  readonly rounds: number;
}

/** The whole verdict over rounds that lie ready, looked at as in a run: it ends where a metric regressed, or all are decided. */
export function decide(series: readonly JudgedSeries[], looks: readonly Look[]): Decision {
  const findings = series.map((one) => judgeRounds(one, one.threshold, looks));
  const regressed = findings.filter(({ status }) => status === 'regressed').map(({ rounds }) => rounds);
  if (regressed.length > 0) return { status: 'regressed', rounds: Math.min(...regressed) };
  return {
    status: overallOf(countsOf(findings)),
    rounds: Math.max(0, ...findings.map(({ rounds }) => rounds)),
  };
}

export interface TrialOptions {
  readonly count: number;
  /** Neighbouring rounds that are drawn together. */
  readonly blockLength: number;
  /** Candidate's figures are made worse by this share, of one metric at a time, in turn; only of metrics whose threshold is smaller. */
  readonly slowdown?: number;
}

export interface TrialOutcome {
  readonly counts: Counts;
  /** Of the decisions: rounds until the verdict stood, on average. */
  readonly roundsMean: number;
}

/** All series have the same rounds; `count` decisions are drawn from them. */
export function tryDecisions(
  series: readonly JudgedSeries[],
  looks: readonly Look[],
  random: Random,
  { count, blockLength, slowdown = 0 }: TrialOptions,
): TrialOutcome {
  const recorded = series[0]?.baseline.length ?? 0;
  const places = Array.from({ length: recorded }, (_, round) => round);
  const roundsMax = looks.at(-1)?.rounds ?? 0;
  const slowable = [...series.entries()].flatMap(([index, { threshold }]) =>
    slowdown > threshold.relative ? [index] : [],
  );
  const decisions = Array.from({ length: count }, (_, trial): Decision => {
    const drawn = movingBlocks(places, blockLength, random, roundsMax);
    const slower = slowable[trial % Math.max(1, slowable.length)];
    return decide(
      series.map((one, index) => resampled(one, drawn, index === slower ? slowdown : 0)),
      looks,
    );
  });
  return {
    counts: countsOf(decisions),
    roundsMean: decisions.reduce((sum, { rounds }) => sum + rounds, 0) / Math.max(1, count),
  };
}

function resampled(series: JudgedSeries, rounds: readonly number[], slowdown: number): JudgedSeries {
  const factor = series.direction === 'less' ? 1 + slowdown : 1 / (1 + slowdown);
  return {
    ...series,
    baseline: rounds.map((round) => series.baseline[round] ?? NaN),
    candidate: rounds.map((round) => (series.candidate[round] ?? NaN) * factor),
  };
}
