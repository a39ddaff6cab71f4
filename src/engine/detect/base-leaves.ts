/**
 * Digests of base leaves, learned on the way: where a leaf's bytes were found equal to a target leaf's, that one's digest; where they lie in a window
 * anyway, hashed there. What nobody learned is hashed afterwards.
 */
import { present } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import { ByteVector } from '../../base/vector.js';
import type { Layout } from '../snapshot/layout.js';

/** Digests of `count` leaves from `first`, end to end. */
export interface KnownLeaves {
  readonly first: number;
  readonly count: number;
  readonly digests: Uint8Array;
}

/** The leaves of one entry that lie wholly in [address, address + length), a range inside the entry that holds its first byte. */
export function wholeLeaves(
  layout: Layout,
  address: number,
  length: number,
): { readonly first: number; readonly count: number } {
  const entry = layout.entryAt(address);
  const start = layout.startOf(entry);
  const first = Math.ceil((address - start) / leafBytes);
  const end = address + length;
  const stop =
    end >= layout.endOf(entry)
      ? Math.ceil((layout.endOf(entry) - start) / leafBytes)
      : Math.floor((end - start) / leafBytes);
  return { first: layout.firstLeafOf(entry) + first, count: Math.max(0, stop - first) };
}

/** Collects what a region's job learns; neighbours become one. */
export class LeafRuns {
  readonly #runs: { first: number; count: number; digests: ByteVector }[] = [];

  push({ first, count, digests }: KnownLeaves): void {
    if (count === 0) return;
    const last = this.#runs[this.#runs.length - 1];
    if (last !== undefined && last.first + last.count === first) {
      last.count += count;
      last.digests.append(digests);
      return;
    }
    const vector = new ByteVector();
    vector.append(digests);
    this.#runs.push({ first, count, digests: vector });
  }

  /** The first leaf from `first` on that the last run does not hold. */
  beyond(first: number): number {
    const last = this.#runs[this.#runs.length - 1];
    if (last === undefined || first < last.first) return first;
    return Math.max(first, last.first + last.count);
  }

  finish(): KnownLeaves[] {
    return this.#runs.map(({ first, count, digests }) => ({ first, count, digests: digests.view() }));
  }
}

/** For each of `count` leaves from a piece's first byte: whether a run of changed bytes touches it. `runs` alternate, first equal, then different. */
export function changedLeaves(runs: Uint32Array, count: number): Uint8Array {
  const changed = new Uint8Array(count);
  let at = 0;
  for (let i = 0; i < runs.length; i++) {
    const length = present(runs[i], 'run');
    if (i % 2 === 1) changed.fill(1, Math.floor(at / leafBytes), Math.ceil((at + length) / leafBytes));
    at += length;
  }
  return changed;
}
