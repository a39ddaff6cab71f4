/**
 * Looking more than once without erring more often: an error rate is spent over the looks at growing data, so that what all looks spend
 * together is the rate. Source: Lan and DeMets (1983).
 *
 * Each look gets what is newly spent as a level of its own. That adds the looks' rates as if they erred on different occasions, so the
 * true rate is below the nominal one; no assumption on how looks depend on each other is needed.
 */
import { normalCdf, normalQuantile } from './normal.js';

/** How much is spent when the share `t` of the data is there, as a share of the rate. */
export type SpendingName = 'pocock' | 'obrien-fleming' | 'linear';

/** Of a one-sided rate, what may be spent at share `t`, from 0 to 1, of all data. */
export function spent(name: SpendingName, rate: number, t: number): number {
  if (t >= 1) return rate;
  switch (name) {
    case 'pocock':
      return rate * Math.log(1 + (Math.E - 1) * t);
    case 'obrien-fleming':
      return 2 * (1 - normalCdf(normalQuantile(1 - rate / 2) / Math.sqrt(t)));
    case 'linear':
      return rate * t;
  }
}

/** Levels of looks at ascending shares of the data; the last share is 1. They sum to the rate. */
export function lookLevels(name: SpendingName, rate: number, shares: readonly number[]): number[] {
  return shares.map(
    (share, index) =>
      spent(name, rate, share) - (index === 0 ? 0 : spent(name, rate, shares[index - 1] ?? 0)),
  );
}
