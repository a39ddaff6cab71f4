/**
 * Prices of work from runs of which exact counts and CPU times are known: each part of a run by itself (statistics/non-negative.ts). Of zstd, whose levels have few runs each, a level
 * costs no less than the one below.
 *
 * Every fifth run is left out of the fit; the errors are those of these runs.
 */
import { assert, present } from '../../base/errors.js';
import { fittedPrices } from '../statistics/non-negative.js';
import { quantile } from '../statistics/quantile.js';
import { median } from '../statistics/summary.js';
import { costMs, type Amounts } from './work-model.js';
import {
  levelPrice,
  parts,
  pricedLevels,
  priceNames,
  type Part,
  type WorkPrices,
  type WorkPricesFile,
} from './work-prices.js';

export interface PricedRun {
  readonly amounts: Readonly<Record<Part, Amounts>>;
  /** CPU milliseconds. */
  readonly paidMs: Readonly<Record<Part, number>>;
}

const nanosecondsPerMs = 1e6;
/** A tenth of a millisecond more or less is noise of the clock. */
const feltNanosecondsMin = 1e5;
const leftOutOneIn = 5;

export interface PriceFit {
  readonly prices: WorkPrices;
  readonly errors: WorkPricesFile['errors'];
}

/** Throws where there are fewer runs than are left out. */
export function fitPrices(runs: readonly PricedRun[]): PriceFit {
  assert(runs.length >= leftOutOneIn, 'some runs to fit, and one to judge by');
  const isLeftOut = (i: number): boolean => i % leftOutOneIn === leftOutOneIn - 1;
  const seen = runs.filter((_, i) => !isLeftOut(i));
  const prices = Object.fromEntries(parts.map((part) => [part, pricesOf(part, seen)])) as Record<
    Part,
    Record<string, number>
  >;
  const leftOut = runs.filter((_, i) => isLeftOut(i));
  return {
    prices,
    errors: { diff: errorOf('diff', leftOut, prices), apply: errorOf('apply', leftOut, prices) },
  };
}

function pricesOf(part: Part, runs: readonly PricedRun[]): Record<string, number> {
  const names: readonly string[] = priceNames[part];
  const bills = runs
    .map(({ amounts, paidMs }) => ({
      amounts: names.map((name) => amounts[part][name] ?? 0),
      paid: paidMs[part] * nanosecondsPerMs,
    }))
    .filter(({ amounts }) => amounts.some((amount) => amount > 0));
  if (bills.length === 0) return Object.fromEntries(names.map((name) => [name, 0]));
  // A price that is to be no less than another is that one and a step: its amounts count for both.
  const below = names.map((name) => names.indexOf(levelBelow(name) ?? ''));
  const steps = bills.map(({ amounts, paid }) => ({ amounts: withThoseAbove(amounts, below), paid }));
  const fitted = fittedPrices(steps, feltNanosecondsMin);
  const whole: number[] = [];
  for (const [i, step] of fitted.entries()) whole.push(step + (whole[below[i] ?? -1] ?? 0));
  return Object.fromEntries(names.map((name, i) => [name, rounded(present(whole[i], 'price'))]));
}

/** The name of the same price one priced level below; names of levels stand in ascending order. */
function levelBelow(name: string): string | undefined {
  const [of = '', level, unit = ''] = name.split(' ');
  const at = pricedLevels.findIndex((priced) => String(priced) === level);
  const before = pricedLevels[at - 1];
  return before === undefined ? undefined : levelPrice(of, before, unit);
}

function withThoseAbove(amounts: readonly number[], below: readonly number[]): number[] {
  const sums = [...amounts];
  for (let i = sums.length - 1; i >= 0; i--) {
    const under = below[i] ?? -1;
    if (under >= 0) sums[under] = (sums[under] ?? 0) + (sums[i] ?? 0);
  }
  return sums;
}

/** Three digits are more than such a fit knows. */
function rounded(price: number): number {
  return Number(price.toPrecision(3));
}

function errorOf(
  side: 'diff' | 'apply',
  runs: readonly PricedRun[],
  prices: WorkPrices,
): PriceFit['errors']['diff'] {
  const mine = parts.filter((part) => part.startsWith(side));
  const errors = runs.map(({ amounts, paidMs }) => {
    const paid = mine.reduce((sum, part) => sum + paidMs[part], 0);
    const predicted = mine.reduce((sum, part) => sum + costMs(amounts[part], prices[part]), 0);
    return Math.abs(predicted - paid) / paid;
  });
  return { runs: runs.length, median: rounded(median(errors)), p90: rounded(quantile(errors, 0.9)) };
}
