/**
 * What the ids of a strategy risk: the probability that two of all the blocks ever told apart by them collide by accident.
 *
 * The number of blocks is an upper bound: the whole id space in blocks of the strategy's smallest size, all of them different.
 */
import { leafBytes } from '../../base/limits.js';
import { collisionLog10 } from '../fingerprint/collision.js';
import { fingerprints } from '../fingerprint/fingerprint.js';
import type { Strategy } from '../strategy/strategy.js';

/** A PiB under one set of ids: what a large archive keeps. */
export const idSpaceBytesDefault = 2 ** 50;

/** log10 of the probability of an accidental collision among all blocks of `idSpaceBytes`. */
export function idRiskLog10(strategy: Strategy, idSpaceBytes: number): number {
  const { digestBytes } = fingerprints[strategy.fingerprint];
  return collisionLog10(digestBytes * 8, idSpaceBytes / smallestBlockBytes(strategy));
}

/** Smallest block that a strategy gives an id, but for the last of an entry. Leaves of 64 KiB have ids in every strategy. */
function smallestBlockBytes(strategy: Strategy): number {
  if ('minBytes' in strategy) return strategy.minBytes;
  // `adaptive` and `compare` tell blocks apart by their bytes; `rolling` chooses from 512 bytes up.
  if (strategy.name === 'adaptive' || strategy.name === 'compare') return leafBytes;
  return strategy.blockBytes === 0 ? 512 : Math.min(strategy.blockBytes, leafBytes);
}
