/**
 * What of the base lies opposite what of the target: runs of target addresses, each with the base address of its first byte. By default the same
 * offset of the paired entry (pairing.ts); whoever knows more of the content (members of an archive paired by name) may say it by finer runs.
 *
 * Law: runs ascend and do not overlap, and each stays inside one entry of either side. A run is a hint for where to look first, never a claim about
 * content.
 */
import { present } from '../../base/errors.js';
import type { SnapshotShape } from '../snapshot/snapshot.js';

/** Structured-cloneable columns of equal length. */
export interface Alignment {
  readonly targetAddresses: Float64Array;
  readonly baseAddresses: Float64Array;
  readonly lengths: Float64Array;
}

/** A range of the target; `baseAddress` is -1 where nothing is known to lie opposite. */
export interface Span {
  readonly address: number;
  readonly length: number;
  readonly baseAddress: number;
}

/** Paired entries opposite each other, byte by byte, as far as both reach. `pairs` as pairEntries() gives them. */
export function alignEntries(base: SnapshotShape, target: SnapshotShape, pairs: Int32Array): Alignment {
  const runs: Span[] = [];
  pairs.forEach((pair, entry) => {
    if (pair < 0) return;
    const address = target.layout.startOf(entry);
    const baseAddress = base.layout.startOf(pair);
    const length = Math.min(target.layout.endOf(entry) - address, base.layout.endOf(pair) - baseAddress);
    if (length > 0) runs.push({ address, length, baseAddress });
  });
  return alignmentFrom(runs);
}

/** Columns of runs that keep the law above. */
export function alignmentFrom(runs: readonly Span[]): Alignment {
  return {
    targetAddresses: Float64Array.from(runs, ({ address }) => address),
    baseAddresses: Float64Array.from(runs, ({ baseAddress }) => baseAddress),
    lengths: Float64Array.from(runs, ({ length }) => length),
  };
}

/** The runs that reach into [address, address + length), whole: what a job about this range has to know. */
export function alignmentOf(alignment: Alignment, address: number, length: number): Alignment {
  const { targetAddresses, baseAddresses, lengths } = alignment;
  let first = firstAfter(targetAddresses, address);
  if (first > 0 && endOf(alignment, first - 1) > address) first--;
  const end = firstAfter(targetAddresses, address + length - 1);
  return {
    targetAddresses: targetAddresses.slice(first, end),
    baseAddresses: baseAddresses.slice(first, end),
    lengths: lengths.slice(first, end),
  };
}

/** [address, address + length) cut into what lies opposite one run and what lies opposite nothing, in order. */
export function* spansOf(alignment: Alignment, address: number, length: number): Generator<Span> {
  const { targetAddresses, baseAddresses } = alignment;
  const end = address + length;
  let at = address;
  for (let run = Math.max(0, firstAfter(targetAddresses, address) - 1); at < end; run++) {
    const start = run < targetAddresses.length ? present(targetAddresses[run], 'run') : end;
    if (start > at) {
      const stop = Math.min(start, end);
      yield { address: at, length: stop - at, baseAddress: -1 };
      at = stop;
    }
    if (at >= end) return;
    const stop = Math.min(endOf(alignment, run), end);
    if (stop <= at) continue;
    yield {
      address: at,
      length: stop - at,
      baseAddress: present(baseAddresses[run], 'run') + at - start,
    };
    at = stop;
  }
}

function endOf({ targetAddresses, lengths }: Alignment, run: number): number {
  return present(targetAddresses[run], 'run') + present(lengths[run], 'run');
}

/** Index of the first run that begins after `address`. */
function firstAfter(addresses: Float64Array, address: number): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (present(addresses[middle], 'run') <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
