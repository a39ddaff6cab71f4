/**
 * Which base blocks a segment is encoded against. Around a needed block the target has blocks that the base has, too: what lies there in the base between the same
 * neighbours is what the block was made from, whether it was changed in place or shifted. Where there is no such neighbour, the same place of the same entry.
 */
import { present } from '../../base/errors.js';
import { pairEntries } from '../../engine/detect/pairing.js';
import type { DigestIndex } from '../../engine/detect/digest-index.js';
import { fingerprints } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { blockLength, blockStart, indexOf } from './selection.js';

/** Runs of [first, count], ascending. */
export type BaseRuns = readonly (readonly [first: number, count: number])[];

/** Base bytes may be so many times a segment's. */
export const baseShareMax = 2;

/** How far back a neighbour is looked for, in blocks. */
const neighbourBlocksMax = 64;

export class Opposite {
  readonly #base: Manifest;
  readonly #target: Manifest;
  readonly #index: DigestIndex;
  readonly #pairs: Int32Array;
  readonly #width: number;

  constructor(base: Manifest, target: Manifest) {
    this.#base = base;
    this.#target = target;
    this.#index = indexOf(base);
    this.#pairs = pairEntries(base, target);
    this.#width = fingerprints[target.fingerprint].digestBytes;
  }

  /** Base blocks around the opposite places of target blocks (ascending positions), at most `bytesMax` bytes. */
  runs(positions: Int32Array, bytesMax: number): BaseRuns {
    const chosen = new Set<number>();
    let bytes = 0;
    for (const position of positions) {
      const start = this.#baseAddress(position);
      if (start === undefined) continue;
      const end = start + blockLength(this.#target, position);
      const count = this.#base.blocks.ends.length;
      for (let block = this.#blockAt(start); block < count && blockStart(this.#base, block) < end; block++) {
        if (chosen.has(block)) continue;
        bytes += blockLength(this.#base, block);
        if (bytes > bytesMax) return runsOfPositions([...chosen].sort((a, b) => a - b));
        chosen.add(block);
      }
    }
    return runsOfPositions([...chosen].sort((a, b) => a - b));
  }

  /** Where in the base the block's content was, probably. */
  #baseAddress(position: number): number | undefined {
    const { layout, blocks } = this.#target;
    const start = blockStart(this.#target, position);
    const entry = layout.entryAt(start);
    const entryStart = layout.startOf(entry);
    const leastBlock = Math.max(0, position - neighbourBlocksMax);
    for (
      let block = position - 1;
      block >= leastBlock && blockStart(this.#target, block) >= entryStart;
      block--
    ) {
      const found = this.#index.find(blocks.digests, block * this.#width);
      if (found >= 0) return blockStart(this.#base, found) + start - blockStart(this.#target, block);
    }
    const opposite = present(this.#pairs[entry], 'pair');
    if (opposite < 0) return undefined;
    return this.#base.layout.startOf(opposite) + start - entryStart;
  }

  /** The base block that holds an address, or the count of blocks. */
  #blockAt(address: number): number {
    const { ends } = this.#base.blocks;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (present(ends[middle], 'end') > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Ascending positions as runs. */
export function runsOfPositions(positions: readonly number[]): BaseRuns {
  const runs: [number, number][] = [];
  for (const position of positions) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last[0] + last[1] === position) last[1]++;
    else runs.push([position, 1]);
  }
  return runs;
}

/** Positions of runs, one by one. */
export function positionsOf(runs: BaseRuns): number[] {
  return runs.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i));
}
