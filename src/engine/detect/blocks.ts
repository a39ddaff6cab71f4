/**
 * Detection by fingerprint: a pure function of two block tables. What the base has is copied, what an earlier part of the target has is
 * repeated, blocks of zeros are declared, the rest is data.
 *
 * Of several equal base blocks the one that continues the previous copy is preferred, then the one at the same offset of the opposite
 * entry, then the first: long copies make few operations.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { BlockTable } from '../fingerprint/manifest.js';
import type { SnapshotShape } from '../snapshot/snapshot.js';
import { DigestIndex, sameDigest } from './digest-index.js';
import { ExtentList, extentKind, type ExtentColumns } from './extents.js';

export interface BlockMatchInput {
  readonly base: SnapshotShape;
  readonly target: SnapshotShape;
  readonly baseBlocks: BlockTable;
  readonly targetBlocks: BlockTable;
  readonly digestBytes: number;
  /** For each target entry the opposite base entry, or -1 (pairing.ts). */
  readonly pairs: Int32Array;
  /** Blocks of zeros by length: those lengths at which zeros are recognised, which are the longest of each chunker. */
  readonly zeroDigests: ReadonlyMap<number, Uint8Array>;
  readonly meter: Meter;
}

export function matchBlocks(input: BlockMatchInput): ExtentColumns {
  return input.meter.time('detect', () => new Matcher(input).run());
}

class Matcher {
  readonly #input: BlockMatchInput;
  readonly #extents = new ExtentList();
  readonly #inBase: DigestIndex;
  readonly #inTarget: DigestIndex;
  /** Block that follows the last copied one, and where the base continues opposite the present target position (-1: unknown). */
  #nextBlock = -1;
  #opposite = -1;
  #probes = 0;

  constructor(input: BlockMatchInput) {
    this.#input = input;
    this.#inBase = new DigestIndex(input.baseBlocks.digests, input.digestBytes);
    for (let block = 0; block < input.baseBlocks.ends.length; block++) this.#inBase.insert(block);
    this.#inTarget = new DigestIndex(input.targetBlocks.digests, input.digestBytes);
  }

  run(): ExtentColumns {
    const { ends } = this.#input.targetBlocks;
    const { layout } = this.#input.target;
    let entryEnd = 0;
    for (let block = 0, at = 0; block < ends.length; block++) {
      if (at === entryEnd) {
        const entry = layout.entryAt(at);
        entryEnd = layout.endOf(entry);
        this.#enterEntry(entry);
      }
      const end = present(ends[block], 'block end');
      this.#place(block, end - at);
      at = end;
    }
    this.#input.meter.count('probes', this.#probes);
    return this.#extents.finish();
  }

  #enterEntry(entry: number): void {
    const pair = present(this.#input.pairs[entry], 'pair');
    this.#opposite = pair < 0 ? -1 : this.#input.base.layout.startOf(pair);
  }

  #place(block: number, length: number): void {
    const { digestBytes, zeroDigests } = this.#input;
    const { digests } = this.#input.targetBlocks;
    const at = block * digestBytes;
    const zeros = zeroDigests.get(length);
    if (zeros !== undefined && sameDigest(digests, at, zeros, 0, digestBytes)) {
      this.#extents.push(extentKind.zero, length, 0);
      this.#advance(length);
      return;
    }
    const match = this.#findInBase(at, length);
    if (match >= 0) {
      const address = blockStart(this.#input.baseBlocks, match);
      this.#extents.push(extentKind.copy, length, address);
      this.#nextBlock = match + 1;
      this.#opposite = address + length;
      return;
    }
    this.#probes++;
    const first = this.#inTarget.insert(block);
    if (first === block) {
      const hint = this.#opposite < this.#input.base.layout.totalBytes ? this.#opposite : -1;
      this.#extents.push(extentKind.data, length, hint);
    } else {
      this.#extents.push(extentKind.repeat, length, blockStart(this.#input.targetBlocks, first));
    }
    this.#advance(length);
  }

  #advance(length: number): void {
    if (this.#opposite >= 0) this.#opposite += length;
  }

  #findInBase(at: number, length: number): number {
    const { baseBlocks, targetBlocks, digestBytes } = this.#input;
    const expected = this.#nextBlock;
    if (expected >= 0 && expected < baseBlocks.ends.length) {
      this.#probes++;
      const same = sameDigest(
        baseBlocks.digests,
        expected * digestBytes,
        targetBlocks.digests,
        at,
        digestBytes,
      );
      if (same && blockLength(baseBlocks, expected) === length) return expected;
    }
    this.#probes++;
    const found = this.#inBase.find(targetBlocks.digests, at);
    if (found < 0 || blockLength(baseBlocks, found) !== length) return -1;
    const opposite = blockAt(baseBlocks, this.#opposite);
    if (opposite >= 0 && opposite !== found && blockLength(baseBlocks, opposite) === length) {
      const same = sameDigest(
        baseBlocks.digests,
        opposite * digestBytes,
        targetBlocks.digests,
        at,
        digestBytes,
      );
      if (same) return opposite;
    }
    return found;
  }
}

function blockStart(blocks: BlockTable, block: number): number {
  return block === 0 ? 0 : present(blocks.ends[block - 1], 'block end');
}

function blockLength(blocks: BlockTable, block: number): number {
  return present(blocks.ends[block], 'block end') - blockStart(blocks, block);
}

/** The block that begins at `address`, or -1. */
function blockAt(blocks: BlockTable, address: number): number {
  if (address < 0) return -1;
  if (address === 0) return 0;
  let low = 0;
  let high = blocks.ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (present(blocks.ends[middle], 'block end') < address) low = middle + 1;
    else high = middle;
  }
  return blocks.ends[low] === address && low + 1 < blocks.ends.length ? low + 1 : -1;
}
