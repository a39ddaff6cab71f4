/** The options of `diff` that lead it by a tracker, and what is told about it afterwards. */
import { nodeCrypto } from '../../base/builtins.js';
import { DataError, UsageError } from '../../base/errors.js';
import { leafBytes, trackerBytesMax } from '../../base/limits.js';
import { formatBytes, formatNumber, parseBytes } from '../../base/units.js';
import type { DiffSummary } from '../../engine/diff.js';
import {
  readTracker,
  trackerFormats,
  type Tracker,
  type TrackerOptions,
} from '../../engine/detect/tracker/tracker.js';
import type { TrackedImages } from '../../engine/detect/tracker/dirty-leaves.js';
import { depthMax } from '../../engine/detect/tracker/qemu-map.js';
import { trackerBlockBytesMin } from '../../engine/detect/tracker/bitmap.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { Tracking } from '../../engine/strategy/tracked-detector.js';
import type { ScrubOptions, TrackerScrub } from '../../engine/strategy/tracker-scrub.js';
import type { Input } from '../input.js';
import { readPieces } from '../pieces.js';
import { namedAsync } from './naming.js';

/** One leaf in a hundred changed unseen: 300 draws meet one with 95 %. */
const scrubLeavesDefault = 300;
const seedMax = 2 ** 32 - 1;

/** A tracker as it was asked for. */
export interface TrackingRequest {
  readonly tracker: Tracker;
  readonly tracking: Tracking;
}

/** What --tracker and the options that go with it ask for. Throws UsageError, DataError with the file's name, WorldError. */
export async function trackingOf(
  input: Input,
  images: TrackedImages,
  baseManifest: Manifest | undefined,
): Promise<TrackingRequest | undefined> {
  const path = input.text('tracker');
  if (path === undefined) {
    for (const name of [
      'tracker-format',
      'tracker-block',
      'tracker-depth',
      'verify-tracker',
      'verify-seed',
      'base-manifest',
    ]) {
      if (input.text(name) !== undefined) throw new UsageError(`--${name} goes with --tracker`);
    }
    return undefined;
  }
  const options = trackerOptions(input);
  const seed = seedOf(input);
  const scrub = seed === undefined ? undefined : { amount: amountOf(input), seed };
  const tracker = await namedAsync(path, async () => readTracker(await readWhole(path), images, options));
  const tracking: Tracking = {
    dirty: tracker.dirty,
    ...(baseManifest === undefined ? {} : { baseManifest }),
    ...(scrub === undefined ? {} : { scrub }),
  };
  return { tracker, tracking };
}

function trackerOptions(input: Input): TrackerOptions {
  const format = input.choice('tracker-format', trackerFormats);
  const blockBytes = input.bytes('tracker-block');
  if (
    blockBytes !== undefined &&
    (blockBytes < trackerBlockBytesMin || blockBytes % trackerBlockBytesMin !== 0)
  ) {
    throw new UsageError(`--tracker-block: ${blockBytes} is not a multiple of ${trackerBlockBytesMin}`);
  }
  const baseDepth = input.count('tracker-depth', 1, depthMax);
  return {
    ...(format === undefined ? {} : { format }),
    ...(blockBytes === undefined ? {} : { blockBytes }),
    ...(baseDepth === undefined ? {} : { baseDepth }),
  };
}

/** A new seed each time, so that the draws of many nights cover more and more; undefined without a scrub. */
function seedOf(input: Input): number | undefined {
  const given = input.count('verify-seed', 0, seedMax);
  if (input.text('verify-tracker') !== undefined) return given ?? nodeCrypto().randomInt(seedMax);
  if (given !== undefined) throw new UsageError('--verify-seed goes with --verify-tracker');
  return undefined;
}

function amountOf(input: Input): ScrubOptions['amount'] {
  const text = input.text('verify-tracker') ?? '';
  if (text === '') return { leaves: scrubLeavesDefault };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent === undefined) return { bytes: parseBytes(text, '--verify-tracker') };
  if (Number(percent) > 100) throw new UsageError(`--verify-tracker: ${text} is more than all`);
  return { share: Number(percent) / 100 };
}

async function readWhole(path: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readPieces(path)) {
    length += piece.length;
    if (length > trackerBytesMax) {
      throw new DataError(`more than ${formatBytes(trackerBytesMax)}, which no tracker needs`, {
        hint: 'is it the tracker? A raw bitmap can have a larger --tracker-block',
      });
    }
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces);
}

/** For --json. */
export function trackedDocument(request: TrackingRequest | undefined, { tracked }: DiffSummary) {
  if (request === undefined || tracked === undefined) return {};
  const { format, markedBytes } = request.tracker;
  return { tracker: { format, markedBytes, ...tracked } };
}

/** Lines for people: where the tracker led, what that cost besides, what the scrub proves. */
export function trackedText(request: TrackingRequest | undefined, { tracked }: DiffSummary): string[] {
  if (request === undefined || tracked === undefined) return [];
  const { leafCount, dirtyLeaves, baseHashedBytes, scrub } = tracked;
  const lines = [
    `tracker (${request.tracker.format}): looked at ${dirtyLeaves} of ${leafCount} leaves of ${formatBytes(leafBytes)}`,
  ];
  if (baseHashedBytes > 0) {
    lines.push(
      `the base was hashed once, ${formatBytes(baseHashedBytes)}: keep --target-manifest FILE and give it as --base-manifest next time`,
    );
  }
  if (scrub !== undefined) lines.push(scrubText(scrub));
  return lines;
}

function scrubText(scrub: TrackerScrub): string {
  const { seed, cleanLeaves, sampledLeaves, bytesRead, elapsedMs, confidence } = scrub;
  const caught = confidence.map(
    ({ changedShare, caughtProbability }) =>
      `${percent(changedShare)} changed unseen: caught with ${percent(caughtProbability)}`,
  );
  return `scrub: ${sampledLeaves} of ${cleanLeaves} clean leaves are the base's; ${formatBytes(bytesRead)} in ${formatNumber(elapsedMs)} ms, seed ${seed}; ${caught.join('; ')}`;
}

/** Rounded down, so that nothing short of certainty is called 100 %. */
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
