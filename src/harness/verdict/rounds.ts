/**
 * Sampled figures in pairs: rounds in one job, each of which measures baseline and candidate alternately. What is judged is the logarithm
 * of their ratio in each round, so that whatever the machine does to both cancels.
 *
 * Law: in each round a coin decides whether the baseline or the candidate comes first. Where nothing differs, swapping the two changes
 * nothing but the sign of the round's ratio, so each sign is a coin of its own, whatever the noise: heavy tails, drift, bursts, modes,
 * dependence between rounds. The signed-rank test counts exactly over these coins (statistics/signed-rank.ts). Its interval decides
 * (shift.ts).
 *
 * Rounds go on only while something is undecided. Looks are planned before; a metric is decided at the first look that decides it. The
 * rate of false regressions is shared among metrics (Bonferroni) and spent over looks (statistics/spending.ts), so that it holds for the
 * whole verdict.
 */
import { assert } from '../../base/errors.js';
import { shiftAt, signedRankOrder } from '../statistics/signed-rank.js';
import { lookLevels } from '../statistics/spending.js';
import { median } from '../statistics/summary.js';
import type { Measure } from './measure.js';
import type { ErrorRates, SampledFinding } from './samples.js';
import { decisiveChange, judgeBounds, samplesFactor, type ChangeBounds } from './shift.js';
import type { Threshold } from './verdict.js';

/** One metric over rounds; both arrays in the order of rounds. */
export interface PairedSeries extends Pick<Measure, 'metric' | 'unit' | 'direction'> {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

/** When is looked, and which order statistics of the means of two rounds then bound a change; 0 for none. */
export interface Look {
  readonly rounds: number;
  readonly strictOrder: number;
  readonly passOrder: number;
}

/** Twelve rounds may pass what is quiet; from some sixteen on a regression of one metric among twenty can be called. */
export const usualLooks: readonly number[] = [12, 16, 22, 30, 42, 60];

/** `metricCount` metrics are judged together. Looks are numbers of rounds, ascending. */
export function planLooks(
  metricCount: number,
  { alpha, beta }: ErrorRates,
  looks: readonly number[] = usualLooks,
): Look[] {
  const last = looks.at(-1) ?? 0;
  assert(metricCount > 0 && last > 0, 'metrics, and looks at them');
  const shares = looks.map((rounds) => rounds / last);
  const orders = (rate: number): number[] => {
    // What a look cannot use, because no outcome of so few rounds is as rare, is left to the next.
    let saved = 0;
    return lookLevels('pocock', rate, shares).map((level, index) => {
      const order = signedRankOrder(looks[index] ?? last, level + saved);
      saved = order === 0 ? level + saved : 0;
      return order;
    });
  };
  const [strict, pass] = [orders(alpha / metricCount), orders(beta)];
  return looks.map((rounds, index) => ({
    rounds,
    strictOrder: strict[index] ?? 0,
    passOrder: pass[index] ?? 0,
  }));
}

export interface RoundsFinding extends SampledFinding {
  /** At which it was decided, or all there are. */
  readonly rounds: number;
  /** Whether more rounds change nothing. What passes and seems to be better is looked at again, as long as looks are left. */
  readonly isSettled: boolean;
}

/** What the looks that were reached say of one metric. Before the first look all is undecided. */
export function judgeRounds(
  series: PairedSeries,
  threshold: Threshold,
  looks: readonly Look[],
): RoundsFinding {
  const { direction, baseline, candidate } = series;
  const rounds = Math.min(baseline.length, candidate.length);
  if (![...baseline, ...candidate].every((value) => Number.isFinite(value) && value > 0)) {
    const found = { status: 'inconclusive', reason: 'not-a-number' } as const;
    return { ...found, bounds: null, samplesMissing: null, rounds, isSettled: true };
  }
  const sign = direction === 'less' ? 1 : -1;
  const changes = baseline
    .slice(0, rounds)
    .map((value, round) => sign * Math.log((candidate[round] ?? value) / value));
  const reached = looks.filter((look) => look.rounds <= rounds);
  let last: { bounds: ChangeBounds; decisive: number } | undefined;
  for (const look of reached) {
    const decisive = decisiveChange(median(baseline.slice(0, look.rounds)), threshold);
    const bounds = boundsAt(changes.slice(0, look.rounds), look);
    const finding = judgeBounds(bounds, decisive);
    const isTentative = finding.status === 'pass' && bounds.estimate < -decisive && look !== looks.at(-1);
    if (finding.status !== 'inconclusive' && !isTentative)
      return { ...finding, bounds, samplesMissing: null, rounds: look.rounds, isSettled: true };
    last = { bounds, decisive };
  }
  if (last === undefined) {
    const first = looks[0]?.rounds ?? rounds;
    const few = { status: 'inconclusive', reason: 'too-few', bounds: null, rounds } as const;
    return { ...few, samplesMissing: Math.max(1, first - rounds), isSettled: false };
  }
  const { bounds, decisive } = last;
  const finding = judgeBounds(bounds, decisive);
  const samplesMissing = finding.status === 'pass' ? null : missing(rounds, bounds, decisive);
  return { ...finding, bounds, samplesMissing, rounds, isSettled: reached.length === looks.length };
}

function boundsAt(changes: readonly number[], { strictOrder, passOrder }: Look): ChangeBounds {
  const strict = shiftAt(changes, { low: strictOrder, high: strictOrder });
  const { high } = shiftAt(changes, { low: 0, high: passOrder });
  return { estimate: strict.estimate, low: strict.low, high, surelyHigh: strict.high };
}

/** Nobody waits for more rounds than this. */
const roundsMissingMax = 10_000;

function missing(rounds: number, bounds: ChangeBounds, decisive: number): number | null {
  const factor = samplesFactor(bounds, decisive);
  const more = Math.max(1, Math.ceil(rounds * factor) - rounds);
  return Number.isFinite(factor) && more <= roundsMissingMax ? more : null;
}
