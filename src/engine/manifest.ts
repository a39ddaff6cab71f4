/** Building a manifest: the same scan and seams that strategies with blocks detect with, kept instead of matched. */
import type { Reading } from '../base/meter.js';
import { present } from '../base/errors.js';
import { leafBytes } from '../base/limits.js';
import { pairEntries } from './detect/pairing.js';
import { DigestIndex } from './detect/digest-index.js';
import type { Hasher } from './fingerprint/fingerprint.js';
import { contentDigests, snapshotId } from './fingerprint/identity.js';
import type { ChunkerSpec, Cutting } from './chunk/spec.js';
import type { BlockTable, Manifest, OriginRun } from './fingerprint/manifest.js';
import type { Snapshot, SnapshotShape } from './snapshot/snapshot.js';
import { newestTime } from './snapshot/shape.js';
import { blockTable, chunkerOf } from './strategy/blocks-detector.js';
import { judgedRules, mixedTable, oppositeRules } from './strategy/mixed-detector.js';
import { EngineRun, type RunOptions } from './strategy/run.js';
import type { ListingStrategy } from './strategy/strategy.js';

/** What a manifest says besides content. */
export interface ManifestText {
  readonly volume?: string;
  /** The snapshot's time in microseconds since the epoch; by default its newest modification time. */
  readonly timeMicros?: number;
  /** The manifest of the snapshot before, of the same fingerprint: blocks that it has keep their origin. */
  readonly previous?: Manifest;
}

export interface ManifestOptions extends RunOptions, ManifestText {
  /** Names the chunker and the fingerprint; its other choices do not matter here. */
  readonly strategy: ListingStrategy;
  /** For `adaptive`: a manifest whose rules hold for pieces at the same places, so that its blocks can be compared. Otherwise pieces are judged by their bytes. */
  readonly rulesOf?: Manifest;
}

/** Reads the whole snapshot once. Throws WorldError when a file cannot be read or changes meanwhile. */
export async function buildManifest(
  snapshot: Snapshot,
  options: ManifestOptions,
): Promise<{ readonly manifest: Manifest; readonly reading: Reading }> {
  const { strategy } = options;
  const pairs = new Int32Array(snapshot.entries.length).fill(-1);
  const run = new EngineRun({ base: undefined, target: snapshot, pairs }, strategy, options);
  try {
    const content =
      strategy.name === 'adaptive'
        ? await mixedContent(run, strategy.blockBytes, options.rulesOf)
        : await uniformContent(run, chunkerOf(strategy));
    run.assertUnchanged();
    const manifest = manifestOf(snapshot, run.hasher, content, options);
    return { manifest, reading: run.meter.reading() };
  } finally {
    await run.close();
  }
}

async function uniformContent(run: EngineRun, chunker: ChunkerSpec): Promise<Content> {
  return { chunker, ...(await blockTable(run, 'target', run.sides.target.layout, chunker)) };
}

async function mixedContent(
  run: EngineRun,
  blockBytes: number,
  kept: Manifest | undefined,
): Promise<Content> {
  const { layout } = run.sides.target;
  const rules =
    kept?.chunker.name === 'mixed'
      ? oppositeRules(run, kept.layout, kept.chunker, pairEntries(kept, run.sides.target))
      : judgedRules(run, 'target', layout);
  const chunker = { name: 'mixed', blockBytes, rules } as const;
  return { chunker, ...(await mixedTable(run, 'target', layout, chunker)) };
}

/**
 * The manifest of fixed 64 KiB blocks that a snapshot's leaf digests are, such as a diff leaves of its target: nothing is read. It is what
 * `buildManifest` with strategy `fixed` of that size would give.
 */
export function leafManifest(
  snapshot: SnapshotShape,
  hasher: Hasher,
  leafDigests: Uint8Array,
  options: ManifestText = {},
): Manifest {
  const { layout } = snapshot;
  const ends = Float64Array.from({ length: layout.leafCount }, (_, leaf) => layout.leafAddress(leaf + 1));
  // An empty file after a leaf begins where that leaf ends, so ends are the addresses of the leaves behind them.
  const blocks = { ends, digests: leafDigests };
  return manifestOf(
    snapshot,
    hasher,
    { chunker: { name: 'fixed', blockBytes: leafBytes }, blocks, leafDigests },
    options,
  );
}

interface Content {
  readonly chunker: Cutting;
  readonly blocks: BlockTable;
  readonly leafDigests: Uint8Array;
}

function manifestOf(
  snapshot: SnapshotShape,
  hasher: Hasher,
  { chunker, blocks, leafDigests }: Content,
  options: ManifestText,
): Manifest {
  const entryDigests = contentDigests(hasher, snapshot, leafDigests);
  const id = snapshotId(hasher, snapshot, entryDigests);
  const { form, entries, layout } = snapshot;
  return {
    form,
    entries,
    layout,
    volume: options.volume ?? 'default',
    timeMicros: options.timeMicros ?? newestTime(snapshot),
    id,
    fingerprint: hasher.fingerprint.name,
    chunker,
    entryDigests,
    blocks,
    ...originsOf(blocks, id.content, hasher.fingerprint.digestBytes, options.previous),
  };
}

/** For each block the snapshot that introduced it: as the previous manifest says, or this one. */
export function originsOf(
  blocks: BlockTable,
  self: Uint8Array,
  digestBytes: number,
  previous: Manifest | undefined,
): { origins: Uint8Array[]; originRuns: OriginRun[] } {
  const count = blocks.ends.length;
  if (previous === undefined) {
    return { origins: [self], originRuns: count === 0 ? [] : [{ origin: 0, blocks: count }] };
  }
  const index = new DigestIndex(previous.blocks.digests, digestBytes);
  const before = new Int32Array(previous.blocks.ends.length);
  let block = 0;
  for (const run of previous.originRuns) {
    for (let i = 0; i < run.blocks; i++, block++) {
      before[block] = run.origin;
      index.insert(block);
    }
  }
  // What has the content of a snapshot from before is that snapshot, and takes its place at the end.
  const isSelf = (origin: Uint8Array): boolean => Buffer.compare(origin, self) === 0;
  const origins = [...previous.origins.filter((origin) => !isSelf(origin)), self];
  const own = origins.length - 1;
  const again = previous.origins.findIndex(isSelf);
  const numberNow = (origin: number): number =>
    origin === again ? own : again >= 0 && origin > again ? origin - 1 : origin;
  const originRuns: { origin: number; blocks: number }[] = [];
  for (let i = 0; i < count; i++) {
    const found = index.find(blocks.digests, i * digestBytes);
    const origin = found < 0 ? own : numberNow(present(before[found], 'origin'));
    const last = originRuns[originRuns.length - 1];
    if (last?.origin === origin) last.blocks++;
    else originRuns.push({ origin, blocks: 1 });
  }
  return { origins, originRuns };
}
