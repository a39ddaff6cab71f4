/**
 * Builds the index of a base: regions are read, hashed and searched for anchors by the lanes, and the calling thread puts what they find into the
 * shared table. Any order of regions gives the same table.
 */
import { ByteVector } from '../../base/vector.js';
import { AnchorSlots, anchorTableBytes } from '../detect/anchor-slots.js';
import type { AnchorChoice, BaseIndex, BaseIndexPlan } from '../detect/base-index.js';
import type { Layout } from '../snapshot/layout.js';
import { estimateIndexMs } from './estimate.js';
import type { Job } from './jobs.js';
import type { EngineRun } from './run.js';

export interface IndexedBase {
  readonly index: BaseIndex;
  /** Of the whole base, laid end to end: the pass hashes what it reads. */
  readonly baseLeafDigests: Uint8Array;
}

/** One pass over the base's content, which must be at hand. Throws WorldError, CancelledError. */
export async function buildBaseIndex(
  run: EngineRun,
  baseLayout: Layout,
  plan: BaseIndexPlan,
): Promise<IndexedBase> {
  const { tableBits, spacingBits, sampleBits } = plan;
  const table = new SharedArrayBuffer(anchorTableBytes(tableBits));
  const slots = new AnchorSlots(table, tableBits);
  const leaves = new ByteVector();
  run.meter.time('detect', () => slots.clear());
  const jobs = indexJobs(baseLayout, { spacingBits, sampleBits });
  for await (const { region, anchors, leafDigests } of run.run(
    jobs,
    estimateIndexMs(baseLayout.totalBytes),
  )) {
    run.meter.time('detect', () => slots.insert(anchors, region.address));
    leaves.append(leafDigests);
  }
  return { index: { table, tableBits, spacingBits, sampleBits }, baseLeafDigests: leaves.view() };
}

function* indexJobs(layout: Layout, choice: AnchorChoice): Generator<Job<'index'>> {
  for (const region of layout.regions()) yield { type: 'index', region, choice };
}
