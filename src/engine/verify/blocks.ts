/** Blocks of two manifests, compared entry by entry and place by place (verify.ts says what the findings mean). */
import { present } from '../../base/errors.js';
import { DigestIndex } from '../detect/digest-index.js';
import type { BlockTable, Manifest } from '../fingerprint/manifest.js';

export interface BlockFinding {
  readonly kind: 'altered' | 'moved' | 'missing' | 'extra';
  readonly path: string;
  /** Within the entry. */
  readonly offset: number;
  readonly length: number;
}

/** The blocks [from, to) of one entry, which begins at `start`. */
interface Range {
  readonly path: string;
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

export class BlockComparison {
  readonly #kept: Side;
  readonly #found: Side;
  readonly #findingsMax: number;
  readonly #findings: BlockFinding[] = [];
  readonly #counts = { altered: 0, moved: 0, missing: 0, extra: 0 };
  #index: DigestIndex | undefined;

  constructor(kept: Manifest, found: Manifest, findingsMax: number) {
    this.#kept = new Side(kept);
    this.#found = new Side(found);
    this.#findingsMax = findingsMax;
  }

  /** Compares the entry `kept` of the kept manifest with the entry `found` of the other; undefined where a side has none. */
  compare(kept: number | undefined, found: number | undefined): void {
    const a = this.#kept.range(kept);
    const b = this.#found.range(found);
    let i = a.from;
    let j = b.from;
    while (i < a.to || j < b.to) {
      const left = i < a.to ? this.#kept.startOf(i) - a.start : Infinity;
      const right = j < b.to ? this.#found.startOf(j) - b.start : Infinity;
      if (left === right && this.#kept.lengthOf(i) === this.#found.lengthOf(j)) {
        if (!this.#isSame(i, j)) this.#note(this.#isElsewhere(i) ? 'moved' : 'altered', this.#kept, a, i);
        i++;
        j++;
      } else if (left <= right) {
        this.#note(this.#isElsewhere(i) ? 'moved' : 'missing', this.#kept, a, i++);
      } else {
        this.#note('extra', this.#found, b, j++);
      }
    }
  }

  finish(): {
    readonly findings: readonly BlockFinding[];
    readonly counts: Readonly<Record<BlockFinding['kind'], number>>;
  } {
    return { findings: this.#findings, counts: this.#counts };
  }

  #isSame(i: number, j: number): boolean {
    return Buffer.compare(this.#kept.digestOf(i), this.#found.digestOf(j)) === 0;
  }

  #isElsewhere(i: number): boolean {
    this.#index ??= this.#found.index();
    return this.#index.find(this.#kept.digestOf(i), 0) >= 0;
  }

  #note(kind: BlockFinding['kind'], side: Side, range: Range, block: number): void {
    this.#counts[kind]++;
    if (this.#findings.length >= this.#findingsMax) return;
    const offset = side.startOf(block) - range.start;
    this.#findings.push({ kind, path: range.path, offset, length: side.lengthOf(block) });
  }
}

/** One manifest's block table. */
class Side {
  readonly #manifest: Manifest;
  readonly #blocks: BlockTable;
  readonly #width: number;

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
    this.#blocks = manifest.blocks;
    this.#width = manifest.blocks.digests.length / Math.max(1, manifest.blocks.ends.length);
  }

  range(entry: number | undefined): Range {
    if (entry === undefined) return { path: '', start: 0, from: 0, to: 0 };
    const { entries, layout } = this.#manifest;
    const start = layout.startOf(entry);
    const { path } = present(entries[entry], 'entry');
    return { path, start, from: this.#firstAfter(start), to: this.#firstAfter(layout.endOf(entry)) };
  }

  startOf(block: number): number {
    return block === 0 ? 0 : present(this.#blocks.ends[block - 1], 'block');
  }

  lengthOf(block: number): number {
    return present(this.#blocks.ends[block], 'block') - this.startOf(block);
  }

  digestOf(block: number): Uint8Array {
    return this.#blocks.digests.subarray(block * this.#width, (block + 1) * this.#width);
  }

  index(): DigestIndex {
    const index = new DigestIndex(this.#blocks.digests, this.#width);
    for (let block = 0; block < this.#blocks.ends.length; block++) index.insert(block);
    return index;
  }

  /** The first block that begins at `address` or behind it: blocks never span entries, so one begins where an entry does. */
  #firstAfter(address: number): number {
    const { ends } = this.#blocks;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (present(ends[middle], 'block') <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
