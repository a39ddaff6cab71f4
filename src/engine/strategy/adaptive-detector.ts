/**
 * `adaptive`: every target region is followed from what lies opposite; where enough was found nowhere, an index of the whole base is built and
 * the unknown ranges are searched with it. Base leaves that nobody hashed on the way are hashed afterwards.
 */
import { present } from '../../base/errors.js';
import { ByteVector } from '../../base/vector.js';
import type { RangesRelocated } from '../detect/adaptive.js';
import { alignmentOf, type Alignment } from '../detect/alignment.js';
import { planBaseIndex, type BaseIndex } from '../detect/base-index.js';
import { bytesOf, rangesBetween, uncoveredRanges } from '../detect/base-ranges.js';
import { openingDiagonals } from '../detect/openings.js';
import { shareFound } from '../detect/sources.js';
import { ExtentCursor, ExtentList, type ExtentColumns } from '../detect/extents.js';
import { contentDigests } from '../fingerprint/identity.js';
import type { Layout, Region } from '../snapshot/layout.js';
import { buildBaseIndex } from './base-indexer.js';
import type { Detection, DetectionInput, StrategyOf } from './detector.js';
import { leastEncodeMs } from './estimate.js';
import type { Job } from './jobs.js';
import { LeafColumn, hashMissingLeaves } from './leaf-column.js';
import { newData } from './level.js';
import { detectFromManifest } from './mixed-detector.js';
import { recognisedAlignment, recognisedBlockBytes } from './recognised.js';
import type { EngineRun } from './run.js';
import type { Effort } from './strategy.js';

/**
 * An index is built when this many times the bytes that are unknown or strange outweigh the base. A byte that is found nowhere is compressed
 * and sent: some 10 ns, and half of its size on a link. A byte of base costs 0.7 ns to index. The higher efforts ask for bytes, not for time.
 */
const indexWorth: Readonly<Record<Effort, number>> = { fast: 32, thorough: 1024, maximum: Infinity };

/** Encoding gets the index, too, when this many times what resembles a place of the base outweighs what is left. */
const resemblingWorth = 32;

interface Followed {
  readonly region: Region;
  readonly blockBytes: number;
  readonly extents: ExtentColumns;
  readonly unknown: Float64Array;
  readonly strange: Float64Array;
}

export async function detectAdaptively(input: DetectionInput<StrategyOf<'adaptive'>>): Promise<Detection> {
  const { base, target, run, strategy } = input;
  if (base.kind === 'digests') return detectFromManifest(input, base.manifest);
  const { layout } = base.shape;
  const targetLeaves = new ByteVector();
  const baseLeaves = new LeafColumn(layout, run.hasher.fingerprint.digestBytes);
  const alignment = recognisedAlignment(input, strategy.recognisers);
  const followed: Followed[] = [];
  let soughtBytes = 0;
  let strangeBytes = 0;
  /** What the new data so far will take to encode: threads that this is worth load while detection goes on. */
  let encodeMs = 0;
  const regions = [...target.layout.regions()];
  const blockBytes = recognisedBlockBytes(input, regions, strategy.recognisers, strategy.blockBytes);
  for await (const found of run.run(
    followJobs(regions, alignment, blockBytes, openings(input, regions, alignment)),
  )) {
    const { extents, unknown, strange, leafDigests } = found;
    const at = followed.length;
    followed.push({
      region: present(regions[at], 'region'),
      blockBytes: present(blockBytes[at], 'granularity'),
      extents,
      unknown,
      strange,
    });
    targetLeaves.append(leafDigests);
    for (const known of found.baseLeaves) baseLeaves.put(known);
    soughtBytes += found.unknownBytes + found.strangeBytes;
    strangeBytes += found.strangeBytes;
    encodeMs += leastEncodeMs(newData(extents), strategy.compression);
    await run.prepare(encodeMs);
  }
  const index = isWorthAnIndex(soughtBytes, layout, strategy.effort)
    ? await indexed(input, followed, soughtBytes, baseLeaves)
    : undefined;
  await hashMissingLeaves(run, baseLeaves);
  const { extents, leftBytes, resemblingBytes } = await joined(run, followed, index);
  // Where what is left shares anchors with many places and none in particular, as log lines do, the codec alone does better.
  const isOfUse = (strangeBytes + resemblingBytes) * resemblingWorth >= leftBytes;
  return {
    extents,
    targetLeafDigests: targetLeaves.view(),
    baseEntryDigests: contentDigests(run.hasher, base.shape, baseLeaves.digests),
    exchangeBytes: 0,
    ...(strategy.effort !== 'fast' && { sought: soughtRanges(followed) }),
    isBaseSearched: index !== undefined,
    ...(index && isOfUse && { index }),
  };
}

function isWorthAnIndex(soughtBytes: number, { totalBytes }: Layout, effort: Effort): boolean {
  return soughtBytes > 0 && totalBytes > 0 && soughtBytes * indexWorth[effort] >= totalBytes;
}

/** With `fast` an index of what no copy takes; of the rest, too, where new data probably comes from there. The higher efforts index all. */
async function indexed(
  input: DetectionInput<StrategyOf<'adaptive'>>,
  followed: readonly Followed[],
  soughtBytes: number,
  baseLeaves: LeafColumn,
): Promise<BaseIndex> {
  const { base, run, strategy } = input;
  const { layout } = base.shape;
  const baseBytes = layout.totalBytes;
  const uncovered = uncoveredRanges(
    followed.map(({ extents }) => extents),
    baseBytes,
  );
  const isPart = strategy.effort === 'fast' && !areCopiesSources(run, followed, soughtBytes, uncovered);
  const ranges = isPart ? uncovered : Float64Array.of(0, baseBytes);
  const plan = planBaseIndex(baseBytes, strategy.effort, bytesOf(ranges));
  return await buildBaseIndex(run, layout, plan, ranges, baseLeaves);
}

/** Whether what the copied part of the base probably has of the sought bytes is worth an index of it, too. */
function areCopiesSources(
  run: EngineRun,
  followed: readonly Followed[],
  soughtBytes: number,
  uncovered: Float64Array,
): boolean {
  const { workspace, meter, layout, reader: baseReader } = run.scanContext('base');
  const { reader: targetReader } = run.scanContext('target');
  const covered = rangesBetween(uncovered, layout.totalBytes);
  const sought = Float64Array.from(followed.flatMap(({ unknown, strange }) => [...unknown, ...strange]));
  const share = shareFound({ workspace, meter, baseReader, targetReader }, sought, covered);
  return share * soughtBytes * indexWorth.fast >= bytesOf(covered);
}

/** Unknown and strange ranges, ascending. */
function soughtRanges(followed: readonly Followed[]): Float64Array {
  const pairs = followed.flatMap(({ unknown, strange }) =>
    [...pairsOf(unknown), ...pairsOf(strange)].sort(([a], [b]) => a - b),
  );
  return Float64Array.from(pairs.flat());
}

function* pairsOf(ranges: Float64Array): Generator<readonly [address: number, length: number]> {
  for (let i = 0; i < ranges.length; i += 2) {
    yield [present(ranges[i], 'range'), present(ranges[i + 1], 'range')];
  }
}

/** The extents of all regions, in which those of unknown ranges are replaced by what the index finds. */
async function joined(
  run: EngineRun,
  followed: readonly Followed[],
  index: BaseIndex | undefined,
): Promise<RangesRelocated> {
  const all = new ExtentList();
  const searched = index === undefined ? [] : followed.filter(({ unknown }) => unknown.length > 0);
  const jobs = searched.map(({ region, unknown, blockBytes }): Job<'relocate'> => ({
    type: 'relocate',
    region,
    ranges: unknown,
    blockBytes,
    index: present(index, 'index'),
  }));
  let next = 0;
  const appendUpTo = (end: number): void => {
    for (; next < end; next++) all.append(present(followed[next], 'region').extents);
  };
  let job = 0;
  let leftBytes = 0;
  let resemblingBytes = 0;
  for await (const found of run.run(jobs)) {
    leftBytes += found.leftBytes;
    resemblingBytes += found.resemblingBytes;
    const at = followed.indexOf(present(searched[job++], 'searched region'), next);
    appendUpTo(at);
    replace(present(followed[at], 'region'), found.extents, all);
    next = at + 1;
  }
  appendUpTo(followed.length);
  return { extents: all.finish(), leftBytes, resemblingBytes };
}

function replace({ region, extents, unknown }: Followed, found: ExtentColumns, into: ExtentList): void {
  const known = new ExtentCursor(extents);
  const replacement = new ExtentCursor(found);
  let at = region.address;
  for (let i = 0; i < unknown.length; i += 2) {
    const address = present(unknown[i], 'range');
    const length = present(unknown[i + 1], 'range');
    known.take(address - at, into);
    known.take(length);
    replacement.take(length, into);
    at = address + length;
  }
  known.take(region.address + region.length - at, into);
}

function* followJobs(
  regions: readonly Region[],
  alignment: Alignment,
  blockBytes: readonly number[],
  diagonals: readonly (number | undefined)[],
): Generator<Job<'follow'>> {
  for (const [at, region] of regions.entries()) {
    const opening = diagonals[at];
    yield {
      type: 'follow',
      region,
      alignment: alignmentOf(alignment, region.address, region.length),
      blockBytes: present(blockBytes[at], 'granularity'),
      ...(opening !== undefined && { opening }),
    };
  }
}

function openings(
  { run, base }: DetectionInput,
  regions: readonly Region[],
  alignment: Alignment,
): (number | undefined)[] {
  const { workspace, meter, layout, reader: targetReader } = run.scanContext('target');
  const { reader: baseReader } = run.scanContext('base');
  const context = { workspace, meter, layout, targetReader, baseReader, baseLayout: base.shape.layout };
  return openingDiagonals(context, regions, alignment);
}
