/** A gate that measures both sides itself: exact figures first, then rounds until the verdict stands or time runs out. */
import { UsageError, throwIfCancelled } from '../base/errors.js';
import { Random } from '../base/prng.js';
import { countMeasures, Rounds, type Contest } from './gate-rounds.js';
import { gateErrors } from './gate-files.js';
import { realClock } from './io/clock.js';
import { captureEnvironment } from './io/environment.js';
import { gateResults, type GateResults } from './report/gate/results.js';
import { changeInterval, compareMeasures, describe } from './verdict/compare.js';
import type { Measure, MeasureSet } from './verdict/measure.js';
import { judgeRounds, planLooks, usualLooks, type Look } from './verdict/rounds.js';
import { thresholdOf, type Defaults, type Rule } from './verdict/rules.js';
import type { ChangeBounds } from './verdict/shift.js';
import type { JudgedSeries } from './verdict/trial.js';
import type { MetricVerdict } from './verdict/verdict.js';

/** What is felt of a time that is measured side by side. */
const withinJob = 0.02;

export interface LiveGateOptions {
  readonly rules?: readonly Rule[];
  readonly isExactOnly?: boolean;
  /** Allowed relative change of what is sampled; by default 0.02 for kernels, 0.05 for diffs and applies. */
  readonly sampledThreshold?: number;
  /** Judges wall time beside CPU time. */
  readonly isWallJudged?: boolean;
  /** At most; by default as many as the usual looks have. */
  readonly roundsMax?: number;
  /** No round begins after this. By default 60 s. */
  readonly elapsedMsMax?: number;
  /** Of the coins. By default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface LiveGateProgress {
  readonly phase: 'counting' | 'rounds';
  readonly rounds: number;
  readonly undecided: number;
  readonly metrics: number;
}

/** Throws UsageError, WorldError, CancelledError, and what the measured code throws. */
export async function gateLive(
  contest: Contest,
  options: LiveGateOptions = {},
  onProgress: (progress: LiveGateProgress) => void = () => undefined,
): Promise<GateResults> {
  const { rules = [], isExactOnly = false, signal } = options;
  const environment = captureEnvironment();
  onProgress({ phase: 'counting', rounds: 0, undecided: 0, metrics: 0 });
  const [old, now] = [
    await countedSet(contest.baseline, signal),
    await countedSet(contest.candidate, signal),
  ];
  const exact = compareMeasures(old, now, { rules, defaults: defaultsOf(options), errors: gateErrors });
  const sampled = isExactOnly ? undefined : await runRounds(contest, options, onProgress);
  const metrics = [...exact, ...(sampled?.metrics ?? [])];
  if (metrics.length === 0) throw new UsageError('every metric is ignored by a rule');
  return gateResults(
    {
      baseline: { label: contest.baseline.label, environment },
      candidate: { label: contest.candidate.label, environment },
      rounds: sampled?.rounds ?? null,
      errors: { ...gateErrors },
    },
    metrics,
  );
}

async function countedSet(
  contestant: Contest['baseline'],
  signal: AbortSignal | undefined,
): Promise<MeasureSet> {
  return { label: contestant.label, environment: null, measures: await countMeasures(contestant, signal) };
}

/** A whole delta allocates and asks the system for memory, which varies more than a kernel's pass. */
const deltaRules: readonly Rule[] = ['**/diff/*Ms', '**/apply/*Ms'].map((metric) => ({
  metric,
  kind: 'sampled',
  relative: 0.05,
}));

/** Those given come first; a threshold that is asked for holds for all. */
function rulesOf({
  rules = [],
  sampledThreshold,
}: Pick<LiveGateOptions, 'rules' | 'sampledThreshold'>): readonly Rule[] {
  return sampledThreshold === undefined ? [...rules, ...deltaRules] : rules;
}

/** No floors: a pass of a kernel takes microseconds. */
function defaultsOf({ sampledThreshold = withinJob }: Pick<LiveGateOptions, 'sampledThreshold'>): Defaults {
  return {
    exact: { relative: 0, absolute: 0 },
    sampled: { relative: sampledThreshold, floors: {} },
  };
}

interface Sampled {
  readonly metrics: readonly MetricVerdict[];
  readonly rounds: NonNullable<GateResults['rounds']>;
}

async function runRounds(
  contest: Contest,
  options: LiveGateOptions,
  onProgress: (progress: LiveGateProgress) => void,
): Promise<Sampled> {
  const { roundsMax, elapsedMsMax = 60_000, seed = 1, isWallJudged = false, signal } = options;
  const looksAt = looksUpTo(roundsMax);
  const roundsLast = looksAt.at(-1) ?? 0;
  const rounds = new Rounds(contest, { random: new Random(seed), isWallJudged, ...given(signal) });
  const startMs = realClock.nowMs();
  let [isStanding, undecided] = [false, 0];
  let looks: readonly Look[] = [];
  const settled = new Set<string>();
  let judged: JudgedSeries[] = [];
  while (!isStanding && rounds.count < roundsLast && realClock.nowMs() - startMs < elapsedMsMax) {
    throwIfCancelled(signal);
    onProgress({ phase: 'rounds', rounds: rounds.count, undecided, metrics: judged.length });
    await rounds.run((metric) => !settled.has(metric));
    judged = judgedSeries(rounds, options);
    if (judged.length === 0) break;
    if (looks.length === 0) looks = planLooks(judged.length, gateErrors, looksAt);
    if (!looksAt.includes(rounds.count)) continue;
    const findings = judged.map((series) => judgeRounds(series, series.threshold, looks));
    // More rounds change nothing for these, and end sooner without them.
    for (const [index, { isSettled }] of findings.entries())
      if (isSettled) settled.add(judged[index]?.metric ?? '');
    undecided = findings.length - settled.size;
    isStanding = undecided === 0 || findings.some(({ status }) => status === 'regressed');
  }
  return {
    metrics: judged.map((series) => verdictOf(series, looks)),
    rounds: {
      count: rounds.count,
      elapsedMs: Math.round(realClock.nowMs() - startMs),
      isCutShort: !isStanding && judged.length > 0 && rounds.count < roundsLast,
    },
  };
}

/** What rounds have shown so far, with what is allowed; what a rule ignores is left out. */
export function judgedSeries(
  { series }: Pick<Rounds, 'series'>,
  options: Pick<LiveGateOptions, 'rules' | 'sampledThreshold'>,
): JudgedSeries[] {
  return series.flatMap((one) => {
    const measure = { ...one, kind: 'sampled' as const };
    const threshold = thresholdOf(measure, rulesOf(options), defaultsOf(options));
    return threshold === undefined ? [] : [{ ...one, threshold }];
  });
}

/** The usual looks that so many rounds reach, and one at their end. */
export function looksUpTo(roundsMax: number | undefined): number[] {
  if (roundsMax === undefined) return [...usualLooks];
  return [...usualLooks.filter((rounds) => rounds < roundsMax), roundsMax];
}

function verdictOf(series: JudgedSeries, looks: readonly Look[]): MetricVerdict {
  const { threshold } = series;
  const { status, reason, bounds, samplesMissing } = judgeRounds(series, threshold, looks);
  const side = (values: readonly number[]): Measure => ({
    metric: series.metric,
    unit: series.unit,
    direction: series.direction,
    kind: 'sampled',
    values: [...values],
  });
  const described = describe(side(series.baseline), side(series.candidate), threshold);
  const interval = bounds === null ? null : changeInterval(series, bounds);
  // The middle of paired changes, not the change of middles: what is judged.
  const change = bounds === null ? described.change : (changeInterval(series, middleOf(bounds)).low ?? null);
  return { ...described, change, status, reason, interval, samplesMissing };
}

function middleOf({ estimate }: ChangeBounds): { low: number; high: number } {
  return { low: estimate, high: estimate };
}

function given(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
