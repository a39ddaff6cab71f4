/**
 * Binary Merkle trees over digests, shaped as in RFC 9162 section 2.1: a tree over n > 1 leaves splits at the largest power
 * of two below n. A node is H(0x01 || left || right). Leaves are digests already; every place that uses a tree also binds the
 * leaf count (through a size or count field), so a node cannot pose as a leaf.
 */
import { assert } from '../../base/errors.js';
import type { Hasher } from './fingerprint.js';

/** Root over `count` digests laid end to end. An empty tree's root is H(0x01). */
export function merkleRoot(
  hasher: Hasher,
  digests: Uint8Array,
  first = 0,
  count = digests.length / hasher.fingerprint.digestBytes,
): Uint8Array {
  const width = hasher.fingerprint.digestBytes;
  assert((first + count) * width <= digests.length, 'the tree lies inside its digests');
  if (count === 0) return hasher.digest(Uint8Array.of(1));
  if (count === 1) return digests.slice(first * width, (first + 1) * width);
  // Level by level, in place: pairing neighbours and promoting an odd last node gives exactly the RFC's shape.
  const level = digests.slice(first * width, (first + count) * width);
  for (let left = count; left > 1; left = Math.ceil(left / 2)) {
    hasher.pairUp(level, Math.floor(left / 2));
    if (left % 2 === 1) level.copyWithin(((left - 1) / 2) * width, (left - 1) * width, left * width);
  }
  return level.slice(0, width);
}
