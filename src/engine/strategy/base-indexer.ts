/**
 * Builds the index of a base, or of ranges of it, in rounds: lanes read regions, search them for anchors, which they stage, and hash leaves where digests are
 * missing; then they put what was staged into the shared table, each another share of it. Any order of regions gives the same table.
 */
import { present } from '../../base/errors.js';
import { anchorTableBytes, shareCount } from '../detect/anchor-slots.js';
import { partWords, type StagedPart } from '../detect/anchor-stage.js';
import { anchorsMax, type BaseIndex, type BaseIndexPlan } from '../detect/base-index.js';
import { bytesOf, rangesIn } from '../detect/base-ranges.js';
import type { Layout, Region } from '../snapshot/layout.js';
import { estimateIndexMs } from './estimate.js';
import type { Job } from './jobs.js';
import type { LeafColumn } from './leaf-column.js';
import type { EngineRun } from './run.js';

/** Words of a round's parts if all are full. Independent bytes fill a quarter; what is not filled is no memory. */
const stageWordsMax = 24 * 1024 * 1024;
/** Tables up to so many slots are filled in one job, larger ones in as many as have so many each, up to 16. */
const insertedBitsMin = 16;
const insertedJobsBits = 4;

interface IndexedPart extends StagedPart {
  readonly region: Region;
  readonly ranges: Float64Array;
}

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
  stageWords = stageWordsMax,
): Promise<BaseIndex> {
  const { tableBits, spacingBits, sampleBits } = plan;
  const table = new SharedArrayBuffer(anchorTableBytes(tableBits));
  const index: BaseIndex = { table, tableBits, spacingBits, sampleBits };
  const estimateMs = estimateIndexMs(bytesOf(ranges));
  const { rounds, wordsMax } = roundsOf(baseLayout, plan, ranges, stageWords);
  const stage = new SharedArrayBuffer(wordsMax * 4);
  for (const [round, parts] of rounds.entries()) {
    for await (const found of run.run(indexJobs(parts, plan, stage, leaves), estimateMs)) {
      for (const known of found.leaves) leaves.put(known);
    }
    const inserted = run.run(insertJobs(index, stage, parts, round === 0), estimateMs);
    while ((await inserted.next()).done !== true);
  }
  return index;
}

/** Parts of the stage for all regions that have ranges, in as few rounds as it has room for, of which each has about as many; one round at least. */
function roundsOf(
  layout: Layout,
  plan: BaseIndexPlan,
  ranges: Float64Array,
  stageWords: number,
): { readonly rounds: readonly (readonly IndexedPart[])[]; readonly wordsMax: number } {
  const needed: { readonly region: Region; readonly ranges: Float64Array; readonly words: number }[] = [];
  for (const region of layout.regions()) {
    const own = rangesIn(ranges, region.address, region.address + region.length);
    if (own.length > 0) needed.push({ region, ranges: own, words: partWords(anchorsMax(plan, region, own)) });
  }
  const words = needed.reduce((sum, part) => sum + part.words, 0);
  const roundWords = words / Math.max(1, Math.ceil(words / stageWords));
  const rounds: IndexedPart[][] = [[]];
  let wordsMax = 0;
  let at = 0;
  for (const part of needed) {
    if (at >= roundWords) {
      rounds.push([]);
      at = 0;
    }
    const { region } = part;
    present(rounds.at(-1), 'round').push({ region, ranges: part.ranges, at, address: region.address });
    at += part.words;
    wordsMax = Math.max(wordsMax, at);
  }
  return { rounds, wordsMax };
}

function* indexJobs(
  parts: readonly IndexedPart[],
  choice: BaseIndexPlan,
  stage: SharedArrayBuffer,
  leaves: LeafColumn,
): Generator<Job<'index'>> {
  for (const { region, ranges, at } of parts) {
    const askedLeaves = leaves.missingIn(region.firstLeaf, region.leafCount);
    yield { type: 'index', region, ranges, askedLeaves, choice, stage, at };
  }
}

function* insertJobs(
  index: BaseIndex,
  stage: SharedArrayBuffer,
  indexed: readonly IndexedPart[],
  isFirst: boolean,
): Generator<Job<'insert'>> {
  const parts = indexed.map(({ at, address }): StagedPart => ({ at, address }));
  const jobs = 2 ** Math.min(insertedJobsBits, Math.max(0, index.tableBits - insertedBitsMin));
  const shares = shareCount / jobs;
  for (let first = 0; first < shareCount; first += shares) {
    yield { type: 'insert', index, stage, parts, first, end: first + shares, isFirst };
  }
}
