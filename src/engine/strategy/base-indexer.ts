/**
 * Builds the index of a base, or of ranges of it: regions are read, searched for anchors and hashed where digests are missing by the lanes, and the calling
 * thread puts what they find into the shared table. Any order of regions gives the same table.
 */
import { AnchorSlots, anchorTableBytes } from '../detect/anchor-slots.js';
import type { AnchorChoice, BaseIndex, BaseIndexPlan } from '../detect/base-index.js';
import { bytesOf, rangesIn } from '../detect/base-ranges.js';
import type { Layout } from '../snapshot/layout.js';
import { estimateIndexMs } from './estimate.js';
import type { Job } from './jobs.js';
import type { LeafColumn } from './leaf-column.js';
import type { EngineRun } from './run.js';

/**
 * One pass over ranges of the base's content, pairs (address, length), which must be at hand. Digests of leaves in regions that it reads are put into
 * `leaves` where they are missing. Throws WorldError, CancelledError.
 */
export async function buildBaseIndex(
  run: EngineRun,
  baseLayout: Layout,
  plan: BaseIndexPlan,
  ranges: Float64Array,
  leaves: LeafColumn,
): Promise<BaseIndex> {
  const { tableBits, spacingBits, sampleBits } = plan;
  const table = new SharedArrayBuffer(anchorTableBytes(tableBits));
  const slots = new AnchorSlots(table, tableBits);
  run.meter.time('detect', () => slots.clear());
  const jobs = indexJobs(baseLayout, { spacingBits, sampleBits }, ranges, leaves);
  for await (const found of run.run(jobs, estimateIndexMs(bytesOf(ranges)))) {
    run.meter.time('detect', () => slots.insert(found.anchors, found.region.address));
    for (const known of found.leaves) leaves.put(known);
  }
  return { table, tableBits, spacingBits, sampleBits };
}

function* indexJobs(
  layout: Layout,
  choice: AnchorChoice,
  ranges: Float64Array,
  leaves: LeafColumn,
): Generator<Job<'index'>> {
  for (const region of layout.regions()) {
    const own = rangesIn(ranges, region.address, region.address + region.length);
    if (own.length === 0) continue;
    const askedLeaves = leaves.missingIn(region.firstLeaf, region.leafCount);
    yield { type: 'index', region, ranges: own, askedLeaves, choice };
  }
}
