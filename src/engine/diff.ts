/**
 * The diff pipeline: detect, plan, encode, package. Everything before the first byte out is one pass over both snapshots
 * (and none over a base that is known by its manifest); after it only changed bytes are read again.
 *
 * The package's bytes depend on the snapshots, the strategy and the options alone: not on workers, clock or machine.
 */
import { UsageError } from '../base/errors.js';
import type { Reading } from '../base/meter.js';
import { chunkerNames } from './chunk/spec.js';
import { planSegments, type SegmentPlan } from './delta/plan.js';
import { pairEntries } from './detect/pairing.js';
import type { Hasher } from './fingerprint/fingerprint.js';
import { contentDigests, snapshotId } from './fingerprint/identity.js';
import type { BlockListing } from './fingerprint/manifest.js';
import { PackageEncoder } from './package/encode.js';
import type { CompressionChoice } from './package/codecs.js';
import type { PackageHeader, PackageSignature } from './package/model.js';
import type { Layout } from './snapshot/layout.js';
import type { Snapshot, SnapshotShape } from './snapshot/snapshot.js';
import { newestTime } from './snapshot/shape.js';
import { structureBetween, type Structure } from './snapshot/structure.js';
import type { Base, Detection } from './strategy/detector.js';
import type { Job } from './strategy/jobs.js';
import { estimateEncodeMs } from './strategy/estimate.js';
import { decidedCompression, newData, type NewData } from './strategy/level.js';
import { detect, strategyParts } from './strategy/registry.js';
import { EngineRun, type RunOptions } from './strategy/run.js';
import { literalsExpected, segmentBorders } from './strategy/segments.js';
import { packageSettings } from './strategy/settings.js';
import type { Strategy } from './strategy/strategy.js';
import { detectTracked, type TrackedReport, type Tracking } from './strategy/tracked-detector.js';

export interface DiffOptions extends RunOptions {
  readonly strategy: Strategy;
  readonly volume?: string;
  /** The target's time in microseconds since the epoch; by default its newest modification time. */
  readonly timeMicros?: number;
  readonly versions?: Readonly<Record<string, number>>;
  /** Signs the package: gets the message that binds its root (package/signature.ts). Needs a collision-resistant fingerprint. */
  readonly sign?: (rootMessage: Uint8Array) => PackageSignature;
  /** Says where to look; nothing else of the target is read. For images. */
  readonly tracking?: Tracking;
}

export interface DiffSummary {
  readonly header: PackageHeader;
  readonly structure: Structure;
  readonly segmentCount: number;
  readonly packageBytes: number;
  readonly exchangeBytes: number;
  readonly exchangeMessages: number;
  /** Beyond that of offer and answer. */
  readonly exchangeTrips: number;
  readonly packageRoot: Uint8Array;
  readonly reading: Reading;
  /** Digest of every 64 KiB leaf of the target: with them its manifest can be made without reading it again (leafManifest). */
  readonly targetLeafDigests: Uint8Array;
  /** Where a tracker led. */
  readonly tracked?: TrackedReport;
}

/** A running diff: iterate it once for the package's bytes, in order. */
export class DiffRun implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncGenerator<Uint8Array, DiffSummary, void>;
  #summary: DiffSummary | undefined;
  #isTaken = false;

  constructor(chunks: AsyncGenerator<Uint8Array, DiffSummary, void>) {
    this.#chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    if (this.#isTaken) throw new UsageError('a diff can be iterated once', { hint: 'start another one' });
    this.#isTaken = true;
    this.#summary = yield* this.#chunks;
  }

  /** What was done. Throws UsageError until the last byte was taken. */
  get summary(): DiffSummary {
    if (this.#summary === undefined)
      throw new UsageError('the diff has no summary before its last byte was taken');
    return this.#summary;
  }
}

/**
 * Starts a diff that turns `base` (a snapshot, or its manifest or block listing where only digests are known) into `target`. Nothing is read before
 * the first iteration. Iterating throws UsageError (a strategy that cannot work here), WorldError (unreadable or changing files),
 * CancelledError.
 */
export function diff(base: Snapshot | BlockListing, target: Snapshot, options: DiffOptions): DiffRun {
  const known: Base =
    'blocks' in base
      ? { kind: 'digests', shape: base, manifest: base }
      : { kind: 'content', shape: base, snapshot: base };
  return new DiffRun(runDiff(known, target, options));
}

async function* runDiff(
  base: Base,
  target: Snapshot,
  options: DiffOptions,
): AsyncGenerator<Uint8Array, DiffSummary, void> {
  requirePossible(base, target, options.strategy);
  const strategy = { ...options.strategy, subBlock: options.strategy.subBlock && base.kind === 'content' };
  const pairs = pairEntries(base.shape, target);
  const content = base.kind === 'content' ? base.snapshot : undefined;
  const run = new EngineRun({ base: content, target, pairs }, strategy, options);
  try {
    if (options.tracking === undefined) await run.prepare();
    const input = { strategy, base, target, pairs, run };
    const { detection, tracked } =
      options.tracking === undefined
        ? { detection: await detect(input), tracked: undefined }
        : await detectTracked(input, options.tracking, options.clock);
    const encoder = new PackageEncoder(run.hasher);
    const found = newData(detection.extents);
    const compression = decidedCompression(strategy, found, target.layout.totalBytes);
    const plans = run.meter.time('detect', () => {
      const borders = segmentBorders(detection, target.layout, found, compression);
      return planSegments(detection.extents, target.layout, borders);
    });
    const used = { ...strategy, compression };
    const { header, structure } = describe(run.hasher, base, target, used, detection, options);
    let packageBytes = 0;
    for await (const frame of frames(run, encoder, {
      header,
      structure,
      plans,
      found,
      detection,
      sign: options.sign,
      compression,
    })) {
      packageBytes += frame.length;
      yield frame;
    }
    run.meter.count('bytesOut', packageBytes);
    return {
      header,
      structure,
      segmentCount: plans.length,
      packageBytes,
      ...exchangeOf(detection),
      packageRoot: encoder.root,
      reading: run.meter.reading(),
      targetLeafDigests: detection.targetLeafDigests,
      ...(tracked === undefined ? {} : { tracked }),
    };
  } finally {
    await run.close();
  }
}

function exchangeOf({
  exchangeBytes,
  exchange,
}: Detection): Pick<DiffSummary, 'exchangeBytes' | 'exchangeMessages' | 'exchangeTrips'> {
  const { messages, roundTrips } =
    exchange ?? (exchangeBytes === 0 ? { messages: 0, roundTrips: 0 } : { messages: 2, roundTrips: 1 });
  return { exchangeBytes, exchangeMessages: messages, exchangeTrips: roundTrips };
}

interface PackageContents {
  readonly header: PackageHeader;
  readonly structure: Structure;
  readonly plans: readonly SegmentPlan[];
  readonly found: NewData;
  readonly detection: Detection;
  readonly sign: DiffOptions['sign'];
  readonly compression: CompressionChoice;
}

/** The package's frames, in order; segments are encoded on the lanes. */
async function* frames(
  run: EngineRun,
  encoder: PackageEncoder,
  contents: PackageContents,
): AsyncGenerator<Uint8Array, void, void> {
  const { header, structure, plans, found, detection, sign, compression } = contents;
  const { layout } = run.sides.target;
  yield* encoder.start(header, structure);
  const { index, isBaseSearched = false, sought } = detection;
  const jobs = plans.map((plan): Job<'encode'> => ({
    type: 'encode',
    plan,
    compression,
    isBaseSearched,
    literalsExpected: literalsExpected(plan, sought),
    ...(index && { index }),
  }));
  // One segment is one lane's.
  const estimateMs = plans.length === 1 ? 0 : estimateEncodeMs(found, compression);
  for await (const { plan, streams, decisions } of run.run(jobs, estimateMs)) {
    const { targetAddress, targetBytes, dependencies } = plan;
    const contentDigest = rangeDigest(
      run.hasher,
      layout,
      detection.targetLeafDigests,
      targetAddress,
      targetBytes,
    );
    const segment = { index: plan.index, targetAddress, targetBytes, dependencies, contentDigest, streams };
    run.meter.count('segments', 1);
    yield run.meter.time('package', () =>
      encoder.segment(decisions === undefined ? segment : { ...segment, decisions }),
    );
    run.reportEncoded(targetAddress + targetBytes);
  }
  run.assertUnchanged();
  yield encoder.finish(sign);
}

/** Digest of the concatenated leaf digests of a range that begins and ends on leaf borders. */
function rangeDigest(
  hasher: Hasher,
  layout: Layout,
  leafDigests: Uint8Array,
  address: number,
  length: number,
): Uint8Array {
  const width = hasher.fingerprint.digestBytes;
  const end = address + length;
  const endLeaf = end === layout.totalBytes ? layout.leafCount : layout.leafAt(end);
  return hasher.digest(leafDigests.subarray(layout.leafAt(address) * width, endLeaf * width));
}

function describe(
  hasher: Hasher,
  base: Base,
  target: Snapshot,
  strategy: Strategy,
  detection: Detection,
  options: DiffOptions,
): { header: PackageHeader; structure: Structure } {
  const targetDigests = contentDigests(hasher, target, detection.targetLeafDigests);
  const header: PackageHeader = {
    volume: options.volume ?? 'default',
    form: target.form,
    base:
      base.kind === 'digests' ? base.manifest.id : snapshotId(hasher, base.shape, detection.baseEntryDigests),
    target: snapshotId(hasher, target, targetDigests),
    versions: options.versions ?? {},
    timeMicros: options.timeMicros ?? newestTime(target),
    strategy: strategy.name,
    parameters: packageSettings(strategy),
    sealing: null,
  };
  const keysOf = (digests: Uint8Array) => (index: number) =>
    digestKey(digests, index, hasher.fingerprint.digestBytes);
  return {
    header,
    structure: structureBetween(
      base.shape,
      target,
      keysOf(detection.baseEntryDigests),
      keysOf(targetDigests),
    ),
  };
}

/** A digest as a string that can be a map key. */
function digestKey(digests: Uint8Array, index: number, width: number): string {
  return String.fromCharCode(...digests.subarray(index * width, (index + 1) * width));
}

function requirePossible(base: Base, target: Snapshot, strategy: Strategy): void {
  if (base.shape.form !== target.form) {
    throw new UsageError(
      `the base is ${article(base.shape.form)} and the target is ${article(target.form)}`,
      {
        hint: 'give two files (or block devices), or two directories',
      },
    );
  }
  if (base.kind === 'digests' && !strategyParts[strategy.name].worksFromManifest) {
    throw new UsageError(`strategy ${strategy.name} needs the base's content, but the base is a manifest`, {
      hint: `use adaptive or a strategy with blocks (${chunkerNames.join(', ')}), or give the base itself`,
    });
  }
}

function article(form: SnapshotShape['form']): string {
  return form === 'image' ? 'a single file' : 'a directory';
}
