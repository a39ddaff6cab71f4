/** `compare`: every target region against the same offsets of the base; base leaves that no comparison covered are hashed afterwards. */
import { ExtentList } from '../detect/extents.js';
import { alignEntries, alignmentOf, type Alignment } from '../detect/alignment.js';
import { contentDigests } from '../fingerprint/identity.js';
import { ByteVector } from '../../base/vector.js';
import type { Layout } from '../snapshot/layout.js';
import type { Detection, DetectionInput, StrategyOf } from './detector.js';
import type { Job } from './jobs.js';
import { LeafColumn, hashMissingLeaves } from './leaf-column.js';

export async function detectByComparison(input: DetectionInput<StrategyOf<'compare'>>): Promise<Detection> {
  const { base, target, run, pairs, strategy } = input;
  const extents = new ExtentList();
  const targetLeaves = new ByteVector();
  const baseLeaves = new LeafColumn(base.shape.layout, run.hasher.fingerprint.digestBytes);
  const alignment = alignEntries(base.shape, target, pairs);
  for await (const found of run.run(compareJobs(target.layout, alignment, strategy.blockBytes))) {
    extents.append(found.extents);
    targetLeaves.append(found.leafDigests);
    for (const known of found.baseLeaves) baseLeaves.put(known);
  }
  await hashMissingLeaves(run, baseLeaves);
  return {
    extents: extents.finish(),
    targetLeafDigests: targetLeaves.view(),
    baseEntryDigests: contentDigests(run.hasher, base.shape, baseLeaves.digests),
    exchangeBytes: 0,
  };
}

function* compareJobs(layout: Layout, alignment: Alignment, blockBytes: number): Generator<Job<'compare'>> {
  for (const region of layout.regions()) {
    yield {
      type: 'compare',
      region,
      alignment: alignmentOf(alignment, region.address, region.length),
      blockBytes,
    };
  }
}
