/** `compare`: every target region against the same offsets of the base; base leaves that no comparison covered are hashed afterwards. */
import { assert, present } from '../../base/errors.js';
import { leafBytes, regionBytes } from '../../base/limits.js';
import { ExtentList } from '../detect/extents.js';
import type { KnownLeaves } from '../detect/compare.js';
import { contentDigests } from '../fingerprint/identity.js';
import { ByteVector } from '../../base/vector.js';
import type { Layout, Region } from '../snapshot/layout.js';
import type { Detection, DetectionInput, StrategyOf } from './detector.js';
import type { Job } from './jobs.js';

export async function detectByComparison(input: DetectionInput<StrategyOf<'compare'>>): Promise<Detection> {
  const { base, target, run, strategy } = input;
  const extents = new ExtentList();
  const targetLeaves = new ByteVector();
  const baseLeaves = new LeafColumn(base.shape.layout, run.hasher.fingerprint.digestBytes);
  for await (const found of run.run(compareJobs(target.layout, strategy.blockBytes))) {
    extents.append(found.extents);
    targetLeaves.append(found.leafDigests);
    for (const known of found.baseLeaves) baseLeaves.put(known);
  }
  for await (const { region, leafDigests } of run.run(leafJobs(baseLeaves))) {
    baseLeaves.put({ first: region.firstLeaf, count: region.leafCount, digests: leafDigests });
  }
  return {
    extents: extents.finish(),
    targetLeafDigests: targetLeaves.view(),
    baseEntryDigests: contentDigests(run.hasher, base.shape, baseLeaves.digests),
    exchangeBytes: 0,
  };
}

function* compareJobs(layout: Layout, blockBytes: number): Generator<Job<'compare'>> {
  for (const region of layout.regions()) yield { type: 'compare', region, blockBytes };
}

function* leafJobs(leaves: LeafColumn): Generator<Job<'leaves'>> {
  for (const region of leaves.missing()) yield { type: 'leaves', region };
}

/** Leaf digests that arrive in pieces, and which of them are still missing. */
class LeafColumn {
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
