/**
 * By how much the candidate is worse in a metric, over volumes that ran with both sides, and how surely: the logarithm of candidate over stable, and bounds from drawing volumes again (the
 * bootstrap, Efron and Tibshirani 1993, chapter 13). Volumes are drawn whole, with both sides and all their pushes, since pushes of one volume depend on each other.
 *
 * Law: the same volumes and seed give the same bounds. A volume with a value that is no finite number, or negative, is left out and counted.
 */
import { Random } from '../../base/prng.js';
import { quantileOfSorted } from '../statistics/quantile.js';
import { middleOf, type CanaryMetric } from './metrics.js';
import type { VolumeFigures } from './volume-run.js';

/** A volume that ran with both sides. */
export interface PairedFigures {
  readonly number: number;
  readonly stable: VolumeFigures;
  readonly candidate: VolumeFigures;
}

export interface Estimate {
  /** Volumes that were compared. */
  readonly volumes: number;
  /** Volumes left out. */
  readonly unusable: number;
  /** Of the metric over all volumes: what a person reads. Null where no volume can be used. */
  readonly stable: number | null;
  readonly candidate: number | null;
  /** Logarithm of candidate over stable; above 0 is worse. */
  readonly change: number;
  /** Of the change, drawn again, ascending; as long as `resamples`. */
  readonly drawn: Float64Array;
}

export const resamples = 4000;
const tailShare = 0.01;

/** Sums over volumes from which a gathering makes its logarithm. */
interface Gathered {
  /** Of the volumes with these multiplicities. */
  changeOf(counts: Uint32Array): number;
  readonly stable: number;
  readonly candidate: number;
}

export function estimateOf(metric: CanaryMetric, pairs: readonly PairedFigures[], seed: number): Estimate {
  const usable = pairs.filter(({ stable, candidate }) =>
    [...metric.of(stable), ...metric.of(candidate)].every((value) => Number.isFinite(value) && value >= 0),
  );
  const unusable = pairs.length - usable.length;
  if (usable.length === 0) {
    return { volumes: 0, unusable, stable: null, candidate: null, change: 0, drawn: new Float64Array(0) };
  }
  const gathered = gatherings[metric.gathering](metric, usable);
  const counts = new Uint32Array(usable.length).fill(1);
  const change = gathered.changeOf(counts);
  const random = new Random(seed).fork(metric.name);
  const drawn = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) {
    counts.fill(0);
    for (let i = 0; i < usable.length; i++) {
      const at = random.below(usable.length);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    drawn[draw] = gathered.changeOf(counts);
  }
  const { stable, candidate } = gathered;
  return { volumes: usable.length, unusable, stable, candidate, change, drawn: drawn.sort() };
}

/** The change is below the first with a chance of `level` at most, and above the second likewise. */
export function boundsOf(
  { drawn }: Estimate,
  level: number,
): { readonly low: number; readonly high: number } {
  return { low: quantileOfSorted(drawn, level), high: quantileOfSorted(drawn, 1 - level) };
}

const gatherings: Readonly<
  Record<CanaryMetric['gathering'], (metric: CanaryMetric, pairs: readonly PairedFigures[]) => Gathered>
> = { each, total, slower, tail };

function each(metric: CanaryMetric, pairs: readonly PairedFigures[]): Gathered {
  const { floor } = metric;
  const value = (figures: VolumeFigures): number => (metric.of(figures)[0] ?? NaN) + floor;
  const logs = pairs.map(({ stable, candidate }) => Math.log(value(candidate) / value(stable)));
  const mean = (side: 'stable' | 'candidate'): number =>
    Math.exp(pairs.reduce((sum, pair) => sum + Math.log(value(pair[side])), 0) / pairs.length) - floor;
  return {
    stable: mean('stable'),
    candidate: mean('candidate'),
    changeOf: (counts) => weighted(logs, counts) / sumOf(counts),
  };
}

function total(metric: CanaryMetric, pairs: readonly PairedFigures[]): Gathered {
  const values = (side: 'stable' | 'candidate'): number[] =>
    pairs.map((pair) => metric.of(pair[side])[0] ?? NaN);
  return summed(metric, values('stable'), values('candidate'));
}

/** What counts as slower than the same push with the other side: what is harm. */
const slowerFactor = 1.1;

/** Weather strikes both sides alike: where nothing differs, as many pushes are slower here as there. */
function slower(metric: CanaryMetric, pairs: readonly PairedFigures[]): Gathered {
  const slowerThan = (one: readonly number[], other: readonly number[]): number =>
    one.filter((value, push) => value > (other[push] ?? Infinity) * slowerFactor).length;
  const values = pairs.map(({ stable, candidate }) => [metric.of(stable), metric.of(candidate)] as const);
  return summed(
    metric,
    values.map(([stable, candidate]) => slowerThan(stable, candidate)),
    values.map(([stable, candidate]) => slowerThan(candidate, stable)),
  );
}

function summed(metric: CanaryMetric, stable: readonly number[], candidate: readonly number[]): Gathered {
  const ones = new Uint32Array(stable.length).fill(1);
  return {
    stable: weighted(stable, ones),
    candidate: weighted(candidate, ones),
    changeOf: (counts) => {
      const floor = metric.floor * sumOf(counts);
      return Math.log((weighted(candidate, counts) + floor) / (weighted(stable, counts) + floor));
    },
  };
}

function tail(metric: CanaryMetric, pairs: readonly PairedFigures[]): Gathered {
  const [stable, candidate] = (['stable', 'candidate'] as const).map((side) =>
    descending(metric, pairs, side),
  );
  const ones = new Uint32Array(pairs.length).fill(1);
  const of = (pushes: readonly Push[] | undefined, counts: Uint32Array): number =>
    upperQuantile(pushes ?? [], counts, tailShare);
  return {
    stable: of(stable, ones),
    candidate: of(candidate, ones),
    changeOf: (counts) => Math.log(of(candidate, counts) / of(stable, counts)),
  };
}

interface Push {
  /** Position of its volume. */
  readonly volume: number;
  readonly multiple: number;
}

/** All pushes in multiples of what their volume usually takes on the stable side, the slowest first. */
function descending(
  metric: CanaryMetric,
  pairs: readonly PairedFigures[],
  side: 'stable' | 'candidate',
): Push[] {
  return pairs
    .flatMap((pair, volume) => {
      const usual = middleOf(metric.of(pair.stable));
      return metric.of(pair[side]).map((value) => ({ volume, multiple: value / usual }));
    })
    .sort((a, b) => b.multiple - a.multiple);
}

/** The value that a share of the pushes exceed, between order statistics in proportion. */
function upperQuantile(pushes: readonly Push[], counts: Uint32Array, share: number): number {
  let all = 0;
  for (const { volume } of pushes) all += counts[volume] ?? 0;
  const place = (all - 1) * share;
  const below = Math.floor(place);
  let before = 0;
  let above: number | undefined;
  for (const { volume, multiple } of pushes) {
    const count = counts[volume] ?? 0;
    if (count === 0) continue;
    before += count;
    if (above === undefined && before > below) above = multiple;
    if (above !== undefined && before > below + 1) return above + (multiple - above) * (place - below);
  }
  return above ?? NaN;
}

function weighted(values: readonly number[], counts: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (counts[i] ?? 0);
  return sum;
}

function sumOf(counts: Uint32Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
