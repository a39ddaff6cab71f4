/**
 * `gate --calibrate`: this build against itself. From the recorded rounds decisions are drawn again and again: how often they call a
 * regression where nothing differs, and how large a change has to be to be found.
 */
import { UsageError, throwIfCancelled } from '../base/errors.js';
import { Random } from '../base/prng.js';
import { gateErrors } from './gate-files.js';
import { judgedSeries, looksUpTo, type LiveGateOptions, type LiveGateProgress } from './gate-live.js';
import { Rounds, type Contest } from './gate-rounds.js';
import { realClock } from './io/clock.js';
import { captureEnvironment } from './io/environment.js';
import type { Environment } from './measurement/environment.js';
import { gateCalibrationSchemaName, type GateCalibration } from './report/gate/calibration.js';
import { medianAbsoluteDeviation, normalPerDeviation } from './statistics/quantile.js';
import { median } from './statistics/summary.js';
import { planLooks, type Look } from './verdict/rounds.js';
import { tryDecisions, type JudgedSeries } from './verdict/trial.js';

/** As long as a burst of other work or a collection lasts, or longer. */
const blockLength = 10;
const stillDecisions = 1000;
const slowedDecisions = 200;
const metricDecisions = 40;
const slowdown = 0.05;
/** Changes that are tried for each metric. */
const changes = [0.025, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1] as const;
const foundMin = 0.9;

/** Recorded at most, and for how long at most, unless it is said otherwise. */
const usualRounds = 240;
const usualElapsedMs = 10 * 60_000;

export interface Recording {
  readonly environment: Environment;
  readonly series: readonly JudgedSeries[];
}

/** Rounds of a contest whose sides are the same. Throws what gateLive throws. */
export async function recordRounds(
  contest: Contest,
  options: LiveGateOptions,
  onProgress: (progress: LiveGateProgress) => void,
): Promise<Recording> {
  const {
    roundsMax = usualRounds,
    elapsedMsMax = usualElapsedMs,
    seed = 1,
    isWallJudged = false,
    signal,
  } = options;
  const environment = captureEnvironment();
  const random = new Random(seed);
  const rounds = new Rounds(contest, { random, isWallJudged, ...(signal === undefined ? {} : { signal }) });
  const startMs = realClock.nowMs();
  while (rounds.count < roundsMax && realClock.nowMs() - startMs < elapsedMsMax) {
    throwIfCancelled(signal);
    onProgress({ phase: 'rounds', rounds: rounds.count, undecided: 0, metrics: 0 });
    await rounds.run();
  }
  return { environment, series: judgedSeries(rounds, options) };
}

/** The same for the same recording and seed. Throws UsageError where it is too short. */
export function calibrateGate({ environment, series }: Recording, seed = 1): GateCalibration {
  const [first] = series;
  const looks = looksUpTo(undefined);
  const recorded = first?.baseline.length ?? 0;
  if (first === undefined || recorded < 2 * blockLength) {
    throw new UsageError(`${recorded} rounds are too few to draw decisions from`, {
      hint: `record ${2 * blockLength} at least, better hundreds: --rounds, --time`,
    });
  }
  const random = new Random(seed);
  const plan = planLooks(series.length, gateErrors, looks);
  const trial = (share: number, count: number): GateCalibration['trials'][number] => {
    const choice = { count, blockLength, slowdown: share };
    return {
      slowdown: share,
      decisions: count,
      ...tryDecisions(series, plan, random.fork(`all ${share}`), choice),
    };
  };
  return {
    schema: gateCalibrationSchemaName,
    environment,
    errors: { ...gateErrors },
    looks,
    blockLength,
    trials: [trial(0, stillDecisions), trial(slowdown, slowedDecisions)],
    metrics: series.map((one) => calibratedMetric(one, plan, random)),
  };
}

function calibratedMetric(
  series: JudgedSeries,
  plan: readonly Look[],
  random: Random,
): GateCalibration['metrics'][number] {
  const { metric, unit, direction, threshold, baseline, candidate } = series;
  const ratios = baseline.map((value, round) => Math.log((candidate[round] ?? value) / value));
  const isFound = (change: number): boolean => {
    const choice = { count: metricDecisions, blockLength, slowdown: change };
    const { counts } = tryDecisions([series], plan, random.fork(`${metric} ${change}`), choice);
    return counts.regressed >= foundMin * metricDecisions;
  };
  return {
    metric,
    unit,
    direction,
    threshold,
    median: median(baseline),
    deviation: normalPerDeviation * medianAbsoluteDeviation(ratios),
    smallestChange: changes.find((change) => change > threshold.relative && isFound(change)) ?? null,
    baseline: [...baseline],
    candidate: [...candidate],
  };
}

/** The rounds that a calibration file holds. */
export function recordingOf({ environment, metrics }: GateCalibration): Recording {
  return {
    environment,
    series: metrics.map(({ metric, unit, direction, threshold, baseline, candidate }) => ({
      metric,
      unit,
      direction,
      threshold,
      baseline,
      candidate,
    })),
  };
}
