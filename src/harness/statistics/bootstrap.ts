/**
 * Bootstrap intervals: how a statistic would vary over samples like this one. Source: Efron and Tibshirani (1993), chapters 13 and 14;
 * moving blocks for samples that depend on their neighbours: Kuensch (1989).
 */
import { assert } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import { normalCdf, normalQuantile } from './normal.js';
import { ascending, quantileOfSorted } from './quantile.js';

export interface BootstrapOptions {
  /** By default 0.95. */
  readonly confidence?: number;
  /** By default 2000. */
  readonly resamples?: number;
  /** `percentile`: quantiles of the resampled statistic; `bca` (default): corrected for bias and skew by the jackknife. */
  readonly method?: 'percentile' | 'bca';
  /** Neighbours that are drawn together; by default 1, for independent samples. Larger ones take the percentile method. */
  readonly blockLength?: number;
}

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Samples must not be empty. */
export function bootstrapInterval(
  samples: readonly number[],
  statistic: (samples: readonly number[]) => number,
  random: Random,
  options: BootstrapOptions = {},
): Interval {
  const { confidence = 0.95, resamples = 2000, blockLength = 1 } = options;
  const method = options.method ?? (blockLength > 1 ? 'percentile' : 'bca');
  assert(method === 'percentile' || blockLength === 1, 'blocks with the percentile method');
  const estimate = statistic(samples);
  const drawn = ascending(
    Array.from({ length: resamples }, () => statistic(movingBlocks(samples, blockLength, random))),
  );
  const shares = [(1 - confidence) / 2, (1 + confidence) / 2].map((share) =>
    method === 'bca' ? corrected(share, { samples, statistic, estimate, drawn }) : share,
  );
  const [low = 0, high = 1] = shares;
  return { estimate, low: quantileOfSorted(drawn, low), high: quantileOfSorted(drawn, high) };
}

/** As many items as there are, in runs of `blockLength` neighbours from random places; the last run may be cut short. */
export function movingBlocks<T>(
  items: readonly T[],
  blockLength: number,
  random: Random,
  count = items.length,
): T[] {
  assert(items.length > 0 && blockLength >= 1, 'items, and blocks of at least one');
  const length = Math.min(blockLength, items.length);
  const drawn: T[] = [];
  while (drawn.length < count) {
    const start = random.below(items.length - length + 1);
    drawn.push(...items.slice(start, start + Math.min(length, count - drawn.length)));
  }
  return drawn;
}

interface Bootstrapped {
  readonly samples: readonly number[];
  readonly statistic: (samples: readonly number[]) => number;
  readonly estimate: number;
  readonly drawn: readonly number[];
}

/** The share of the drawn statistics that BCa takes in place of `share`. */
function corrected(share: number, { samples, statistic, estimate, drawn }: Bootstrapped): number {
  const below = drawn.filter((value) => value < estimate).length;
  const ties = drawn.filter((value) => value === estimate).length;
  const bias = normalQuantile((below + ties / 2) / drawn.length);
  // All on one side, or nothing varies: there is nothing to correct by.
  if (!Number.isFinite(bias)) return share;
  const without = samples.map((_, place) => statistic(samples.filter((_value, other) => other !== place)));
  const mean = without.reduce((sum, value) => sum + value, 0) / without.length;
  const sumOf = (power: number): number => without.reduce((sum, value) => sum + (mean - value) ** power, 0);
  const squares = sumOf(2);
  const acceleration = squares === 0 ? 0 : sumOf(3) / (6 * squares ** 1.5);
  const z = bias + normalQuantile(share);
  return normalCdf(bias + z / (1 - acceleration * z));
}
