/** Leaf digests of the base that arrive in pieces while regions are compared, which of them are still missing, and the jobs that hash these. */
import { assert, present } from '../../base/errors.js';
import { leafBytes, regionBytes } from '../../base/limits.js';
import type { KnownLeaves } from '../detect/base-leaves.js';
import type { Layout, Region } from '../snapshot/layout.js';
import type { Job } from './jobs.js';
import type { EngineRun } from './run.js';

export class LeafColumn {
  readonly digests: Uint8Array;
  readonly #known: Uint8Array;
  readonly #layout: Layout;
  readonly #width: number;

  constructor(layout: Layout, width: number) {
    this.digests = new Uint8Array(layout.leafCount * width);
    this.#known = new Uint8Array(layout.leafCount);
    this.#layout = layout;
    this.#width = width;
  }

  put({ first, count, digests }: KnownLeaves): void {
    assert(digests.length === count * this.#width, 'a digest for every leaf');
    this.digests.set(digests, first * this.#width);
    this.#known.fill(1, first, first + count);
  }

  /** For each of `count` leaves from `first` 1 where its digest is missing. */
  missingIn(first: number, count: number): Uint8Array {
    return this.#known.slice(first, first + count).map((known) => 1 - known);
  }

  /** Runs of missing leaves, at most a region each. */
  *missing(): Generator<Region> {
    const runMax = regionBytes / leafBytes;
    let index = 0;
    for (let leaf = 0; leaf < this.#known.length;) {
      if (present(this.#known[leaf], 'leaf') === 1) {
        leaf++;
        continue;
      }
      let end = leaf + 1;
      while (end < this.#known.length && end - leaf < runMax && this.#known[end] === 0) end++;
      const address = this.#layout.leafAddress(leaf);
      const length = this.#layout.leafAddress(end) - address;
      yield { index: index++, address, length, firstLeaf: leaf, leafCount: end - leaf };
      leaf = end;
    }
  }
}

/** Hashes what is still missing of a column. */
export async function hashMissingLeaves(run: EngineRun, leaves: LeafColumn): Promise<void> {
  for await (const { region, leafDigests } of run.run(leafJobs(leaves))) {
    leaves.put({ first: region.firstLeaf, count: region.leafCount, digests: leafDigests });
  }
}

function* leafJobs(leaves: LeafColumn): Generator<Job<'leaves'>> {
  for (const region of leaves.missing()) yield { type: 'leaves', side: 'base', region };
}
