/**
 * A line through the origin in many dimensions whose slopes are not negative: prices of amounts, fitted to what was paid.
 *
 * What counts is the ratio of predicted to paid, so that cheap runs count as dear ones: squares of (predicted - paid) / sqrt(predicted x paid), which near 1 is the logarithm of the
 * ratio. Outliers count by their size, not its square: Huber's weights, at 1.345 of the spread, by iterated reweighting. Each step is a least-squares problem with bounds, solved one coordinate
 * at a time (Franc, Hlavac, Navara, Sequential Coordinate-wise Algorithm for the Non-negative Least Squares Problem, 2005), which always converges.
 * Limit: some tens of names; names that rise and fall together share their price by chance.
 */
import { assert, present } from '../../base/errors.js';
import { median } from './summary.js';
import { normalPerDeviation } from './quantile.js';

export interface Bill {
  /** By index of the price, how many of its units; not negative. */
  readonly amounts: readonly number[];
  /** In the unit of the prices; not negative. */
  readonly paid: number;
}

const reweightings = 30;
const sweepsMax = 500;
/** A sweep that moves no price by more than this part of the largest contribution ends a step. */
const tolerance = 1e-9;
const huber = 1.345;
/** Ratios that differ by less are no outliers, however close the rest is. */
const spreadMin = 0.1;

/** `feltMin`: what is paid or predicted counts as more by so much, so that nothing is made of noise. Throws where there is no bill. */
export function fittedPrices(bills: readonly Bill[], feltMin: number): number[] {
  const [first] = bills;
  assert(first !== undefined, 'a fit of something');
  const count = first.amounts.length;
  // Each name's amounts by their greatest, so that the tolerance means the same for all.
  const scales = Array.from(
    { length: count },
    (_, i) => Math.max(...bills.map(({ amounts }) => amounts[i] ?? 0)) || 1,
  );
  const rows = bills.map(({ amounts }) => amounts.map((amount, i) => amount / present(scales[i], 'scale')));
  let weights = bills.map(({ paid }) => 1 / (paid + feltMin) ** 2);
  let prices = new Float64Array(count);
  for (let round = 0; round < reweightings; round++) {
    prices = solved(rows, bills, weights, prices);
    const residuals = rows.map((row, k) => {
      const { paid } = present(bills[k], 'bill');
      const predicted = row.reduce((sum, amount, i) => sum + amount * (prices[i] ?? 0), 0);
      const unit = Math.sqrt((paid + feltMin) * (predicted + feltMin));
      return { unit, error: Math.abs(predicted - paid) / unit };
    });
    const spread = Math.max(spreadMin, normalPerDeviation * median(residuals.map(({ error }) => error)));
    weights = residuals.map(
      ({ unit, error }) => Math.min(1, (huber * spread) / Math.max(error, 1e-12)) / unit ** 2,
    );
  }
  return [...prices].map((price, i) => price / present(scales[i], 'scale'));
}

/** Least squares with weights and no negative price, from `start`. */
function solved(
  rows: readonly (readonly number[])[],
  bills: readonly Bill[],
  weights: readonly number[],
  start: Float64Array,
): Float64Array<ArrayBuffer> {
  const count = start.length;
  const products = Array.from({ length: count }, () => new Float64Array(count));
  const wanted = new Float64Array(count);
  rows.forEach((row, k) => {
    const weight = weights[k] ?? 0;
    for (let i = 0; i < count; i++) {
      const mine = (row[i] ?? 0) * weight;
      if (mine === 0) continue;
      wanted[i] = (wanted[i] ?? 0) + mine * (bills[k]?.paid ?? 0);
      const line = present(products[i], 'line');
      for (let j = 0; j < count; j++) line[j] = (line[j] ?? 0) + mine * (row[j] ?? 0);
    }
  });
  const prices = Float64Array.from(start);
  for (let sweep = 0; sweep < sweepsMax; sweep++) {
    let moved = 0;
    products.forEach((line, i) => {
      const own = line[i] ?? 0;
      if (own === 0) return;
      const gradient = line.reduce((sum, value, j) => sum + value * (prices[j] ?? 0), 0) - (wanted[i] ?? 0);
      const before = prices[i] ?? 0;
      const after = Math.max(0, before - gradient / own);
      prices[i] = after;
      moved = Math.max(moved, Math.abs(after - before));
    });
    if (moved <= tolerance * Math.max(...prices)) break;
  }
  return prices;
}
