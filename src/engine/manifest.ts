/** Building a manifest: the same scan and seams that strategies with blocks detect with, kept instead of matched. */
import type { Reading } from '../base/meter.js';
import { present } from '../base/errors.js';
import { DigestIndex } from './detect/digest-index.js';
import { contentDigests, snapshotId } from './fingerprint/identity.js';
import type { BlockTable, Manifest, OriginRun } from './fingerprint/manifest.js';
import type { Snapshot } from './snapshot/snapshot.js';
import { newestTime } from './snapshot/shape.js';
import { blockTable, chunkerOf } from './strategy/blocks-detector.js';
import { EngineRun, type RunOptions } from './strategy/run.js';
import type { CuttingStrategy } from './strategy/strategy.js';

export interface ManifestOptions extends RunOptions {
  /** Names the chunker and the fingerprint; its other choices do not matter here. */
  readonly strategy: CuttingStrategy;
  readonly volume?: string;
  /** The snapshot's time in microseconds since the epoch; by default its newest modification time. */
  readonly timeMicros?: number;
  /** The manifest of the snapshot before, of the same fingerprint: blocks that it has keep their origin. */
  readonly previous?: Manifest;
}

/** Reads the whole snapshot once. Throws WorldError when a file cannot be read or changes meanwhile. */
export async function buildManifest(
  snapshot: Snapshot,
  options: ManifestOptions,
): Promise<{ readonly manifest: Manifest; readonly reading: Reading }> {
  const { strategy, previous } = options;
  const pairs = new Int32Array(snapshot.entries.length).fill(-1);
  const run = new EngineRun({ base: undefined, target: snapshot, pairs }, strategy, options);
  try {
    const chunker = chunkerOf(strategy);
    const { blocks, leafDigests } = await blockTable(run, 'target', snapshot.layout, chunker);
    run.assertUnchanged();
    const entryDigests = contentDigests(run.hasher, snapshot, leafDigests);
    const id = snapshotId(run.hasher, snapshot, entryDigests);
    const { form, entries, layout } = snapshot;
    const manifest: Manifest = {
      form,
      entries,
      layout,
      volume: options.volume ?? 'default',
      timeMicros: options.timeMicros ?? newestTime(snapshot),
      id,
      fingerprint: strategy.fingerprint,
      chunker,
      entryDigests,
      blocks,
      ...originsOf(blocks, id.content, run.hasher.fingerprint.digestBytes, previous),
    };
    return { manifest, reading: run.meter.reading() };
  } finally {
    await run.close();
  }
}

/** For each block the snapshot that introduced it: as the previous manifest says, or this one. */
function originsOf(
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
  const own = previous.origins.length;
  const originRuns: { origin: number; blocks: number }[] = [];
  for (let i = 0; i < count; i++) {
    const found = index.find(blocks.digests, i * digestBytes);
    const origin = found < 0 ? own : present(before[found], 'origin');
    const last = originRuns[originRuns.length - 1];
    if (last?.origin === origin) last.blocks++;
    else originRuns.push({ origin, blocks: 1 });
  }
  return { origins: [...previous.origins, self], originRuns };
}
