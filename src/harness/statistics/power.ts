/**
 * How many pairs a finding needs, and what so many can find. For the signed-rank test of paired differences, by the normal approximation
 * with its relative efficiency for normal noise, 3 / pi (Lehmann 1975); by simulation where noise is at hand.
 */
import type { Random } from '../../base/prng.js';
import { movingBlocks } from './bootstrap.js';
import { normalQuantile } from './normal.js';

const efficiency = 3 / Math.PI;

export interface Rates {
  /** Chance of finding what is not there, one-sided. */
  readonly alpha: number;
  /** Chance of finding what is there. */
  readonly power: number;
}

/** Pairs that find a shift of `shift` where differences deviate by `deviation`; Infinity for no shift. */
export function pairsNeeded(shift: number, deviation: number, { alpha, power }: Rates): number {
  if (shift === 0) return Infinity;
  const z = normalQuantile(1 - alpha) + normalQuantile(power);
  const pairs = (z * deviation) ** 2 / (efficiency * shift ** 2);
  // With fewer no sum of ranks is rare enough.
  return Math.max(Math.ceil(pairs), Math.ceil(-Math.log2(alpha)));
}

/** The smallest shift that so many pairs find. */
export function detectableShift(pairs: number, deviation: number, { alpha, power }: Rates): number {
  const z = normalQuantile(1 - alpha) + normalQuantile(power);
  return (z * deviation) / Math.sqrt(efficiency * pairs);
}

export interface Trials {
  /** By default 1000. */
  readonly count?: number;
  /** Neighbours that are drawn together; by default 1. */
  readonly blockLength?: number;
}

/** The share of samples, drawn from the observed ones and changed by `change`, in which `isFound` finds something. */
export function simulatedPower<T>(
  observed: readonly T[],
  change: (item: T) => T,
  isFound: (samples: readonly T[]) => boolean,
  random: Random,
  { count = 1000, blockLength = 1 }: Trials = {},
): number {
  let found = 0;
  for (let trial = 0; trial < count; trial++) {
    if (isFound(movingBlocks(observed, blockLength, random).map(change))) found++;
  }
  return found / count;
}
