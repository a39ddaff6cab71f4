/**
 * From what a search has tried to what is worth measuring, and from what was measured to a verdict.
 *
 * A configuration is worth measuring when it keeps the profile's limits and its modelled score is better than the own strategy's by more than what is called equal. It is recommended when the
 * measurement does not contradict: its measured score is no worse than the own strategy's, and it keeps the limit of memory.
 */
import type { Profile } from '../../engine/profile/profile.js';
import type { Row } from '../measurement/row.js';
import { sampledMedian } from '../statistics/values.js';
import { equalScoreRatio, rank, type Score } from './score.js';
import type { SearchOutcome, Trial } from './search/search.js';
import type { TrialRun } from './search/trial-run.js';

export interface Candidate {
  readonly trial: Trial;
  readonly strategy: Trial['strategy'];
  /** Modelled, over the own strategy's. */
  readonly score: number;
}

/** What came to the end, keeps the limits and is better than the own strategy, best first. */
export function candidatesOf(outcome: SearchOutcome, run: TrialRun): Candidate[] {
  return eligible(outcome, run).filter(({ score }) => score * equalScoreRatio < 1);
}

/** What came to the end, keeps the limits and is no better than the own strategy, best first. */
export function alternativesOf(outcome: SearchOutcome, run: TrialRun): Candidate[] {
  return eligible(outcome, run).filter(({ score }) => score * equalScoreRatio >= 1);
}

/** All but the own strategy. */
function eligible({ trials }: SearchOutcome, run: TrialRun): Candidate[] {
  const [own] = trials;
  if (own === undefined) return [];
  const ownScore = run.logScore(run.figures(own.strategy));
  return trials
    .slice(1)
    .filter(({ objectives }) => objectives.length === run.rungs.length)
    .filter(({ strategy }) => run.excess(run.figures(strategy)) === 0)
    .map((trial) => ({
      trial,
      strategy: trial.strategy,
      score: Math.exp(run.logScore(run.figures(trial.strategy)) - ownScore),
    }))
    .sort((a, b) => a.score - b.score);
}

export interface Measured {
  readonly own: Score;
  readonly candidate: Score;
  /** Of the candidate over the own strategy's. */
  readonly ratio: number;
}

/** Both against each other, by the profile's objectives, memory included. */
export function measuredScore(
  profile: Profile,
  own: string,
  candidate: string,
  rows: readonly Row[],
): Measured | undefined {
  const rowsOf = (id: string): readonly Row[] => rows.filter(({ configuration }) => configuration === id);
  if (rowsOf(own).length === 0 || rowsOf(candidate).length === 0) return undefined;
  const scores = rank([own, candidate], rowsOf, profile.objectives, profile.link);
  const of = (id: string): Score | undefined => scores.find(({ configuration }) => configuration === id);
  const [mine, its] = [of(own), of(candidate)];
  return mine && its && { own: mine, candidate: its, ratio: its.score / mine.score };
}

/** Why a measurement contradicts; undefined where it does not. */
export function contradiction(
  profile: Profile,
  candidate: string,
  rows: readonly Row[],
  measured: Measured,
): string | undefined {
  const peak = Math.max(
    ...rows
      .filter((row) => row.configuration === candidate)
      .map((row) => sampledMedian(row, 'diffPeakBytes')),
  );
  const { peakMemoryBytesMax = Infinity } = profile.limits;
  if (peak > peakMemoryBytesMax)
    return `takes ${Math.ceil(peak / 2 ** 20)} MiB of memory, more than the profile allows`;
  if (measured.ratio > 1) return `measured, its score is ${measured.ratio.toFixed(3)} of the own strategy's`;
  return undefined;
}
