/**
 * The scrub of a tracker: clean leaves, drawn at random, are read and hashed after all. One whose digest is not the base's convicts the
 * tracker, and nothing is written. What was read, how long it took and what the silence of the others is worth is reported.
 */
import type { Clock } from '../../base/clock.js';
import { DataError, present } from '../../base/errors.js';
import { leafBytes, regionBytes } from '../../base/limits.js';
import { Random } from '../../base/prng.js';
import { caughtProbability, sampleOf } from '../detect/tracker/scrub.js';
import { equalBytes } from '../fingerprint/identity.js';
import type { Layout, Region } from '../snapshot/layout.js';
import type { DetectionInput } from './detector.js';
import { estimateDetectMs } from './estimate.js';
import type { Job, Side } from './jobs.js';
import type { EngineRun } from './run.js';

export interface ScrubOptions {
  /** How much is read: leaves, a share of the clean ones from 0 to 1, or bytes; the latter two are rounded up to leaves. */
  readonly amount: { readonly leaves: number } | { readonly share: number } | { readonly bytes: number };
  /** Of the draw: 32 bits. Another each time covers more and more. */
  readonly seed: number;
}

/** Shares of clean leaves for which the probability is stated. */
const statedShares = [0.1, 0.01, 0.001];

export interface TrackerScrub {
  readonly seed: number;
  readonly cleanLeaves: number;
  readonly sampledLeaves: number;
  readonly bytesRead: number;
  readonly elapsedMs: number;
  /** Had this share of the clean leaves changed, the scrub would have caught it with this probability. */
  readonly confidence: readonly { readonly changedShare: number; readonly caughtProbability: number }[];
}

/** Throws DataError where a clean leaf differs. */
export async function scrubTracker(
  { base, target, run, strategy }: DetectionInput,
  clean: Uint32Array,
  baseLeaves: Uint8Array,
  { amount, seed }: ScrubOptions,
  clock: Clock,
): Promise<TrackerScrub> {
  const startMs = clock.nowMs();
  const count = Math.min(clean.length, leavesOf(amount, clean.length));
  const drawn = sampleOf(clean.length, count, new Random(seed).fork('tracker-scrub')).map((index) =>
    present(clean[index], 'clean leaf'),
  );
  const width = run.hasher.fingerprint.digestBytes;
  const changed: number[] = [];
  let bytesRead = 0;
  const regions = [...runsOf(drawn, target.layout)];
  const estimateMs = estimateDetectMs(strategy, drawn.length * leafBytes);
  for await (const { region, leafDigests } of run.run(leafJobs('target', regions), estimateMs)) {
    bytesRead += region.length;
    for (let i = 0; i < region.leafCount; i++) {
      const leaf = region.firstLeaf + i;
      const expected = baseLeaves.subarray(leaf * width, (leaf + 1) * width);
      if (!equalBytes(leafDigests.subarray(i * width, (i + 1) * width), expected)) changed.push(leaf);
    }
  }
  const [first] = changed;
  if (first !== undefined) {
    const region = present([...runsOf([first], target.layout)][0], 'run');
    const isStale = base.kind === 'content' && !(await isBaseLeaf(run, region, baseLeaves, width));
    throw isStale ? staleManifest(region.address) : lie(region, changed.length, drawn.length);
  }
  return {
    seed,
    cleanLeaves: clean.length,
    sampledLeaves: drawn.length,
    bytesRead,
    elapsedMs: clock.nowMs() - startMs,
    confidence: statedShares.map((changedShare) => ({
      changedShare,
      caughtProbability: caughtProbability(
        clean.length,
        drawn.length,
        Math.ceil(clean.length * changedShare),
      ),
    })),
  };
}

function leavesOf(amount: ScrubOptions['amount'], clean: number): number {
  if ('leaves' in amount) return amount.leaves;
  return Math.ceil('share' in amount ? amount.share * clean : amount.bytes / leafBytes);
}

/** Whether the base's own bytes have the digest that was taken for theirs. */
async function isBaseLeaf(
  run: EngineRun,
  region: Region,
  baseLeaves: Uint8Array,
  width: number,
): Promise<boolean> {
  const expected = baseLeaves.subarray(region.firstLeaf * width, (region.firstLeaf + 1) * width);
  for await (const { leafDigests } of run.run(leafJobs('base', [region]), 0)) {
    if (!equalBytes(leafDigests, expected)) return false;
  }
  return true;
}

function lie({ address, length }: Region, changed: number, sampled: number): DataError {
  return new DataError(
    `the tracker calls ${address} to ${address + length} clean, and it changed: ${changed} of ${sampled} sampled leaves differ from the base`,
    { hint: 'run without --tracker, and find out which writes it missed' },
  );
}

/** A base whose bytes are not those of the digests that stand for it. */
export function staleManifest(address: number): DataError {
  return new DataError(`the base is not what its manifest says, from ${address} on`, {
    hint: 'make the manifest again: snapdelta manifest BASE -o MANIFEST',
  });
}

function* leafJobs(side: Side, regions: readonly Region[]): Generator<Job<'leaves'>> {
  for (const region of regions) yield { type: 'leaves', side, region };
}

/** Neighbours among ascending leaves as runs of at most a region. */
function* runsOf(leaves: readonly number[], layout: Layout): Generator<Region> {
  for (let i = 0, index = 0; i < leaves.length; index++) {
    const firstLeaf = present(leaves[i], 'leaf');
    let leafCount = 1;
    while (leaves[i + leafCount] === firstLeaf + leafCount && leafCount < regionBytes / leafBytes)
      leafCount++;
    const address = layout.leafAddress(firstLeaf);
    yield {
      index,
      address,
      length: layout.leafAddress(firstLeaf + leafCount) - address,
      firstLeaf,
      leafCount,
    };
    i += leafCount;
  }
}
