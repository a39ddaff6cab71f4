/**
 * What the volumes seen so far say of a candidate: gates first, then metrics, then the score. docs/canary.md has the rules in words, docs/decisions/0020-canary-verdicts.md the reasons.
 *
 * Law: a candidate is rejected on one finding of a gate; on a metric that is surely worse than tolerated and may be worse by what is harm; and, in the end, on metrics that are surely worse
 * and that its gains do not make up for. It is promoted where each metric is surely no harm. Otherwise nobody knows: inconclusive. The rate of false rejections is shared among metrics and
 * spent over stages, so that it holds for the whole rollout.
 */
import { lookLevels } from '../statistics/spending.js';
import { boundsOf, estimateOf, type PairedFigures } from './estimate.js';
import { gateNames, type GateName, type Problem } from './gates.js';
import {
  fleetBasis,
  groupNames,
  groupWeights,
  type Basis,
  type CanaryMetric,
  type GroupName,
  type UnitName,
} from './metrics.js';
import type { Stage } from './stages.js';

export const metricStatuses = ['harmful', 'worse', 'undecided', 'pass', 'better'] as const;
export type MetricStatus = (typeof metricStatuses)[number];

export interface MetricFinding {
  readonly metric: string;
  readonly group: GroupName;
  readonly unit: CanaryMetric['unit'];
  readonly status: MetricStatus;
  readonly stable: number | null;
  readonly candidate: number | null;
  /** Candidate over stable, less 1, as it is judged: floors included. */
  readonly change: number;
  /** It is at least so much with the strict level, and at most so much with the level of a pass. */
  readonly low: number;
  readonly high: number;
  readonly volumes: number;
  /** Volumes left out, since a value was no number. */
  readonly unusable: number;
}

export interface GateFinding {
  readonly gate: GateName;
  /** Volumes that were checked. */
  readonly checked: number;
  readonly problems: readonly Problem[];
}

export type Decision = 'go on' | 'promoted' | 'rejected' | 'inconclusive';

export interface StageFinding {
  readonly decision: Decision;
  readonly reasons: readonly string[];
  readonly gates: readonly GateFinding[];
  readonly metrics: readonly MetricFinding[];
  /** Weighted geometric mean of what the groups changed by, less 1; below 0 is a gain. */
  readonly score: number;
}

export interface Rules {
  /** A change for the worse that nobody minds. */
  readonly tolerated: number;
  /** A change for the worse that must not be promoted. */
  readonly harm: number;
  /** Chance of a false rejection in the whole rollout, and of passing a metric that is worse by just `harm`. */
  readonly alpha: number;
  readonly beta: number;
}

export const usualRules: Rules = { tolerated: 0.02, harm: 0.1, alpha: 0.01, beta: 0.025 };

/** With fewer volumes drawing them again says nothing of others. What is exact and worse by harm on all that were given is rejected all the same. */
const volumesMin = 10;
const unusableShareMax = 0.05;

/** What is seen at the end of one stage. */
export interface Evidence {
  readonly pairs: readonly PairedFigures[];
  readonly problems: readonly Problem[];
  /** Volumes that each gate has checked. */
  readonly checked: Readonly<Record<GateName, number>>;
}

/** `index`: which of the stages has come to its end. */
export function judgeStage(
  stages: readonly Stage[],
  index: number,
  { pairs, problems, checked }: Evidence,
  rules: Rules,
  seed: number,
  basis: Basis = fleetBasis,
): StageFinding {
  const levels = lookLevels(
    'pocock',
    rules.alpha / basis.metrics.length,
    stages.map(({ seen }) => seen / (stages.at(-1)?.seen ?? seen)),
  );
  const gates = gateNames.map((gate) => ({
    gate,
    checked: checked[gate],
    problems: problems.filter((problem) => problem.gate === gate),
  }));
  const metrics = basis.metrics.map((metric) => judgeMetric(metric, pairs, levels[index] ?? 0, rules, seed));
  const score = scoreOf(metrics, basis);
  const isLast = index === stages.length - 1;
  return { ...decided({ gates, metrics, score }, isLast, rules, basis.unit), gates, metrics, score };
}

export function judgeMetric(
  metric: CanaryMetric,
  pairs: readonly PairedFigures[],
  level: number,
  { tolerated, harm, beta }: Rules,
  seed: number,
): MetricFinding {
  const estimate = estimateOf(metric, pairs, seed);
  const { volumes, unusable, stable, candidate } = estimate;
  const known = {
    metric: metric.name,
    group: metric.group,
    unit: metric.unit,
    stable,
    candidate,
    volumes,
    unusable,
  };
  if (volumes === 0) return { ...known, status: 'undecided', change: 0, low: -1, high: Infinity };
  const strict = boundsOf(estimate, level);
  const { high } = boundsOf(estimate, beta);
  const bounds = { change: Math.expm1(estimate.change), low: Math.expm1(strict.low), high: Math.expm1(high) };
  const isKnown = volumes >= volumesMin && unusable <= unusableShareMax * pairs.length;
  const isSurelyWorse = bounds.low > tolerated;
  const isSurelyNoHarm = bounds.high < harm;
  const isHarmfulHere = metric.isExact === true && volumes < volumesMin && bounds.change >= harm;
  const status = !isKnown
    ? isHarmfulHere
      ? 'harmful'
      : 'undecided'
    : isSurelyWorse
      ? isSurelyNoHarm
        ? 'worse'
        : 'harmful'
      : Math.expm1(strict.high) < -tolerated
        ? 'better'
        : isSurelyNoHarm || metric.mayStayOpen === true
          ? 'pass'
          : 'undecided';
  return { ...known, ...bounds, status };
}

/** A group changes as the worst of its metrics that have to be decided; groups without any have no weight. */
function scoreOf(metrics: readonly MetricFinding[], basis: Basis): number {
  const open = new Set(basis.metrics.filter(({ mayStayOpen }) => mayStayOpen).map(({ name }) => name));
  let [sum, weights] = [0, 0];
  for (const group of groupNames) {
    const own = metrics.filter((one) => one.group === group && !open.has(one.metric));
    if (own.length === 0) continue;
    sum += groupWeights[group] * Math.max(...own.map(({ change }) => Math.log1p(change)));
    weights += groupWeights[group];
  }
  return Math.expm1(sum / weights);
}

function decided(
  { gates, metrics, score }: Pick<StageFinding, 'gates' | 'metrics' | 'score'>,
  isLast: boolean,
  { tolerated, harm }: Rules,
  unit: UnitName,
): Pick<StageFinding, 'decision' | 'reasons'> {
  const broken = gates.flatMap(({ gate, problems: [first, ...more] }) =>
    first === undefined
      ? []
      : [
          `${gate}: ${unit} ${first.volume}: ${first.message}${more.length === 0 ? '' : ` (and ${more.length} more)`}`,
        ],
  );
  if (broken.length > 0) return { decision: 'rejected', reasons: broken };
  const of = (status: MetricStatus): MetricFinding[] => metrics.filter((one) => one.status === status);
  const harmful = of('harmful').map(
    (one) => `${one.metric}: ${changeWords(one)}, where ${shareWords(tolerated)} is tolerated`,
  );
  if (harmful.length > 0) return { decision: 'rejected', reasons: harmful };
  if (!isLast) return { decision: 'go on', reasons: [] };
  const seen = Math.max(...metrics.map(({ volumes, unusable }) => volumes + unusable));
  if (seen < volumesMin) {
    const missing = `${volumesMin - seen} more are needed before anything can be promoted`;
    return {
      decision: 'inconclusive',
      reasons: [`${unitsWords(seen, unit)} alone tell${seen === 1 ? 's' : ''} nothing of others: ${missing}`],
    };
  }
  const undecided = of('undecided').map(
    ({ metric, low, high, volumes, unusable }) =>
      `${metric}: between ${shareWords(low)} and ${shareWords(high)} over ${unitsWords(volumes, unit)}: may be harm (${shareWords(harm)})` +
      (unusable === 0
        ? ''
        : `; ${unitsWords(unusable, unit)} ${unusable === 1 ? 'has' : 'have'} no usable value`),
  );
  if (undecided.length > 0) return { decision: 'inconclusive', reasons: undecided };
  const worse = of('worse').map((one) => `${one.metric}: ${changeWords(one)}`);
  if (worse.length > 0 && score > 0) {
    return {
      decision: 'rejected',
      reasons: [...worse, `and nothing makes up for it: the score is worse by ${shareWords(score)}`],
    };
  }
  const better = of('better').map((one) => `${one.metric}: ${changeWords(one)}`);
  const paid =
    worse.length === 0
      ? []
      : [...worse.map((text) => `${text}, which the gains make up for`), `score ${shareWords(score)}`];
  return {
    decision: 'promoted',
    reasons: [`no metric is worse by ${shareWords(harm)} or more`, ...better, ...paid],
  };
}

/** `1 step`, `3 directories` */
export function unitsWords(count: number, unit: UnitName): string {
  if (count === 1) return `1 ${unit}`;
  return `${count} ${unit === 'directory' ? 'directories' : `${unit}s`}`;
}

function changeWords({ change, low, high }: MetricFinding): string {
  return `${shareWords(change)} (${shareWords(low)} to ${shareWords(high)})`;
}

/** `+12.3 %`, `-0.02 %`, `0 %`. */
export function shareWords(share: number): string {
  if (!Number.isFinite(share)) return 'any';
  const percent = Number((share * 100).toPrecision(3));
  return `${percent > 0 ? '+' : ''}${percent === 0 ? 0 : percent} %`;
}
