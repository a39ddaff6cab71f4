/**
 * Detection led by a tracker: only leaves that may have changed are read. A clean leaf is a copy and keeps the base's digest; dirty runs go through the
 * strategy's own jobs. So with a true tracker the extents, and with them the package, are those of the strategy alone. `adaptive` compares in place
 * here, as `compare` does: a volume that is tracked is written in place.
 *
 * The identity of both sides needs the digests of all base leaves. A manifest of fixed 64 KiB blocks is just these; without one the base
 * is hashed once, and nothing of it but the dirty leaves is read otherwise. The target is never read outside dirty leaves.
 */
import type { Clock } from '../../base/clock.js';
import { DataError, UsageError, assert } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import { alignEntries, alignmentOf } from '../detect/alignment.js';
import { ExtentList, extentKind } from '../detect/extents.js';
import type { DirtyLeaves } from '../detect/tracker/dirty-leaves.js';
import { contentDigests, equalBytes } from '../fingerprint/identity.js';
import type { BlockListing, BlockTable } from '../fingerprint/manifest.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import type { Region } from '../snapshot/layout.js';
import { blockTable, chunkerOf, matchTables, requireSameCutting } from './blocks-detector.js';
import type { Detection, DetectionInput, StrategyOf } from './detector.js';
import { estimateDetectMs } from './estimate.js';
import type { Job } from './jobs.js';
import type { Strategy, StrategyName } from './strategy.js';
import { scrubTracker, staleManifest, type ScrubOptions, type TrackerScrub } from './tracker-scrub.js';

/** What leads a detection. */
export interface Tracking {
  readonly dirty: DirtyLeaves;
  /** The base's manifest of fixed 64 KiB blocks, where its content is given too. */
  readonly baseManifest?: BlockListing;
  /** Whether clean leaves are sampled, and how many. */
  readonly scrub?: ScrubOptions;
}

/** What a tracked detection did. */
export interface TrackedReport {
  readonly leafCount: number;
  /** Leaves that were looked at: the tracker's, rounded out to the strategy's blocks. */
  readonly dirtyLeaves: number;
  /** Bytes of the base that were read because nobody knew its digests; 0 with a manifest. */
  readonly baseHashedBytes: number;
  readonly scrub?: TrackerScrub;
}

/** Strategies that look at each place for itself, and so can be led to places. */
export const trackedStrategies = ['adaptive', 'compare', 'fixed'] as const satisfies StrategyName[];

type TrackedInput = DetectionInput<StrategyOf<(typeof trackedStrategies)[number]>>;

/** Digests of the base, as far as they are known before the target is looked at. */
interface KnownBase {
  readonly leaves: Uint8Array;
  readonly entryDigests: Uint8Array;
  /** Blocks of strategy `fixed`. */
  readonly blocks: BlockTable | undefined;
  readonly hashedBytes: number;
}

/** Throws UsageError where a tracker cannot lead, DataError where it lied, or where base and manifest contradict each other. */
export async function detectTracked(
  input: DetectionInput,
  tracking: Tracking,
  clock: Clock,
): Promise<{ readonly detection: Detection; readonly tracked: TrackedReport }> {
  requireTrackable(input);
  const { strategy, base, target, run } = input;
  const images = { baseBytes: base.shape.layout.totalBytes, targetBytes: target.layout.totalBytes };
  assert(
    tracking.dirty.images.baseBytes === images.baseBytes &&
      tracking.dirty.images.targetBytes === images.targetBytes,
    'the tracker is of these images',
  );
  const dirty = tracking.dirty.roundedTo(Math.max(leafBytes, strategy.blockBytes));
  const known = await knownBase(input, tracking.baseManifest);
  const scrub =
    tracking.scrub && (await scrubTracker(input, dirty.clean(), known.leaves, tracking.scrub, clock));
  const width = run.hasher.fingerprint.digestBytes;
  const leaves = new Uint8Array(target.layout.leafCount * width);
  leaves.set(known.leaves.subarray(0, leaves.length));
  const work = { input, runs: [...dirty.runs()], known, leaves };
  const extents = strategy.name === 'fixed' ? await scanRuns(work) : await compareRuns(work);
  return {
    detection: {
      extents: extents.finish(),
      targetLeafDigests: leaves,
      baseEntryDigests: known.entryDigests,
      exchangeBytes: 0,
    },
    tracked: {
      leafCount: dirty.leafCount,
      dirtyLeaves: dirty.dirtyCount,
      baseHashedBytes: known.hashedBytes,
      ...(scrub === undefined ? {} : { scrub }),
    },
  };
}

function requireTrackable(input: DetectionInput): asserts input is TrackedInput {
  const { strategy, base, target } = input;
  if (base.kind === 'digests' && strategy.name === 'adaptive') {
    throw new UsageError(
      "strategy adaptive, led by a tracker, needs the base's content, but the base is a manifest",
      { hint: 'use --strategy fixed --set blockBytes=64KiB, or give the base itself' },
    );
  }
  if (target.form !== 'image') {
    throw new UsageError(
      'a tracker speaks of one file or block device, and BASE and TARGET are directories',
      {
        hint: 'leave --tracker out',
      },
    );
  }
  if (!trackedStrategies.some((name) => name === strategy.name)) {
    throw new UsageError(
      `strategy ${strategy.name} cannot be led by a tracker: it looks for moved data everywhere`,
      {
        hint: `use one that compares in place: ${trackedStrategies.join(', ')}`,
      },
    );
  }
  if (strategy.name === 'fixed' && strategy.exchange !== 'kept') {
    throw new UsageError(
      `a diff that a tracker leads knows the base's digests: no exchange ${strategy.exchange}`,
      {
        hint: 'leave --tracker or exchange out',
      },
    );
  }
}

async function knownBase(input: TrackedInput, manifest: BlockListing | undefined): Promise<KnownBase> {
  const { base, run, strategy } = input;
  const { hasher } = run;
  if (base.kind === 'digests') {
    const known = fromManifest(hasher, base.manifest);
    if (strategy.name === 'fixed') requireSameCutting(base, strategy, chunkerOf(strategy));
    return known;
  }
  if (manifest !== undefined && manifest.layout.totalBytes !== base.shape.layout.totalBytes) {
    throw new DataError(
      `the base has ${base.shape.layout.totalBytes} bytes, its manifest is of ${manifest.layout.totalBytes}`,
      { hint: 'make the manifest again: snapdelta manifest BASE -o MANIFEST' },
    );
  }
  const needsOtherBlocks = strategy.name === 'fixed' && strategy.blockBytes !== leafBytes;
  if (manifest !== undefined && !needsOtherBlocks) return fromManifest(hasher, manifest);
  const spec =
    strategy.name === 'fixed' ? chunkerOf(strategy) : ({ name: 'fixed', blockBytes: leafBytes } as const);
  const { blocks, leafDigests } = await blockTable(run, 'base', base.shape.layout, spec);
  const entryDigests = contentDigests(hasher, base.shape, leafDigests);
  return { leaves: leafDigests, entryDigests, blocks, hashedBytes: base.shape.layout.totalBytes };
}

/** Blocks of 64 KiB are leaves, so here, unlike in other manifests, blocks and content digests prove each other. */
function fromManifest(hasher: Hasher, manifest: BlockListing): KnownBase {
  const { chunker, fingerprint, blocks, entryDigests } = manifest;
  if (chunker.name !== 'fixed' || chunker.blockBytes !== leafBytes) {
    throw new UsageError("the base's manifest does not list its 64 KiB leaves, which name what is not read", {
      hint: 'make it with: snapdelta manifest BASE -o MANIFEST --strategy fixed --set blockBytes=64KiB',
    });
  }
  if (fingerprint !== hasher.fingerprint.name) {
    throw new UsageError(
      `the base's manifest has ${fingerprint} digests, the diff uses ${hasher.fingerprint.name}`,
      {
        hint: `use --set fingerprint=${fingerprint}`,
      },
    );
  }
  if (!equalBytes(contentDigests(hasher, manifest, blocks.digests), entryDigests)) {
    throw new DataError("the base's manifest: its blocks do not give its content digest", {
      hint: 'make or fetch it again',
    });
  }
  return { leaves: blocks.digests, entryDigests, blocks, hashedBytes: 0 };
}

interface Work {
  readonly input: TrackedInput;
  readonly runs: readonly Region[];
  readonly known: KnownBase;
  /** The target's leaf digests; dirty ones are put in their places. */
  readonly leaves: Uint8Array;
}

/** Every dirty run compared in place; what lies between is a copy. */
async function compareRuns({ input, runs, known, leaves }: Work): Promise<ExtentList> {
  const { run, strategy, base, target, pairs } = input;
  const width = run.hasher.fingerprint.digestBytes;
  const { blockBytes } = strategy;
  const alignment = alignEntries(base.shape, target, pairs);
  const jobs = runs.map((region): Job<'compare'> => ({
    type: 'compare',
    region,
    alignment: alignmentOf(alignment, region.address, region.length),
    blockBytes,
  }));
  const extents = new ExtentList();
  let at = 0;
  let index = 0;
  for await (const found of run.run(jobs, estimateMs(strategy, runs, 2))) {
    const region = runs[index++];
    assert(region !== undefined, 'an answer for every run');
    extents.push(extentKind.copy, region.address - at, at);
    extents.append(found.extents);
    at = region.address + region.length;
    leaves.set(found.leafDigests, region.firstLeaf * width);
    for (const { first, digests } of found.baseLeaves)
      requireSameBase(known.leaves, first * width, digests, width);
  }
  extents.push(extentKind.copy, target.layout.totalBytes - at, at);
  return extents;
}

/** The bytes of the base that were read must be those of the digests that the rest is known by. */
function requireSameBase(known: Uint8Array, offset: number, found: Uint8Array, width: number): void {
  if (equalBytes(known.subarray(offset, offset + found.length), found)) return;
  throw staleManifest(Math.floor(offset / width) * leafBytes);
}

/** The target's block table, of which only dirty runs were hashed, matched with the base's. */
async function scanRuns({ input, runs, known, leaves }: Work): Promise<ExtentList> {
  const { run, strategy, target } = input;
  assert(strategy.name === 'fixed' && known.blocks !== undefined, 'blocks of the base are known');
  const chunker = chunkerOf(strategy);
  const width = run.hasher.fingerprint.digestBytes;
  const { totalBytes } = target.layout;
  const count = Math.ceil(totalBytes / strategy.blockBytes);
  const ends = Float64Array.from({ length: count }, (_, i) =>
    Math.min(totalBytes, (i + 1) * strategy.blockBytes),
  );
  const digests = new Uint8Array(count * width);
  digests.set(known.blocks.digests.subarray(0, digests.length));
  const jobs = runs.map((region): Job<'scan'> => ({ type: 'scan', side: 'target', region, chunker }));
  for await (const { region, blocks, leafDigests } of run.run(jobs, estimateMs(strategy, runs, 1))) {
    digests.set(blocks.digests, (region.address / strategy.blockBytes) * width);
    leaves.set(leafDigests, region.firstLeaf * width);
  }
  const extents = new ExtentList();
  extents.append(matchTables(input, chunker, known.blocks, { ends, digests }));
  return extents;
}

function estimateMs(strategy: Strategy, runs: readonly Region[], sides: number): number {
  return estimateDetectMs(strategy, runs.reduce((sum, { length }) => sum + length, 0) * sides);
}
