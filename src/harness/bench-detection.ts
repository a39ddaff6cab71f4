/**
 * `bench detection`: what a Merkle walk exchanges, set against sending the manifest. Images as lists of block ids alone (a walk reads nothing else), changed at random places,
 * in one run, by one insertion, at the end; both sides' machines run over encoded messages. Everything but CPU time is exact.
 */
import { throwIfCancelled } from '../base/errors.js';
import { Random } from '../base/prng.js';
import { createWasmKernels } from '../kernels/load.js';
import { Workspace } from '../kernels/workspace.js';
import { walkMerkle } from '../engine/detect/merkle-exchange.js';
import { fingerprints, Hasher } from '../engine/fingerprint/fingerprint.js';
import { contentDigests, snapshotId } from '../engine/fingerprint/identity.js';
import type { BlockListing } from '../engine/fingerprint/manifest.js';
import { manifestBytes } from '../engine/package/manifest-file.js';
import { shapeOf } from '../engine/snapshot/shape.js';
import { cpuClock } from './io/cpu-clock.js';
import { captureEnvironment } from './io/environment.js';
import {
  detectionChanges,
  detectionSchemaName,
  type DetectionChange,
  type DetectionResults,
  type DetectionRow,
} from './report/detection-results.js';

export interface DetectionBenchOptions {
  /** Blocks of each image; by default 1024, 16,384 and 262,144. */
  readonly blocks?: readonly number[];
  /** Changed blocks; by default 0, 1, 10, 100, 1000 and 10,000, as far as they are fewer than half of the blocks. */
  readonly changed?: readonly number[];
  /** What a round trip is worth, in bytes a level (detect/merkle-reader.ts); by default the walk's own. */
  readonly tripBytes?: number;
  /** By default 1. */
  readonly seed?: number;
  /** Whether CPU time is measured; otherwise the document is the same from run to run. */
  readonly speed?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

const blockBytes = 64 * 1024;

/** Throws UsageError, CancelledError. */
export async function benchDetection(options: DetectionBenchOptions = {}): Promise<DetectionResults> {
  const { blocks = [1024, 16_384, 262_144], changed = [0, 1, 10, 100, 1000, 10_000] } = options;
  const { seed = 1, speed = true, signal, onProgress } = options;
  const cases = blocks.flatMap((count) =>
    changed
      .filter((edits) => edits * 2 <= count)
      .flatMap((edits) =>
        (edits === 0 ? (['random'] as const) : detectionChanges).map((kind) => ({ count, edits, kind })),
      ),
  );
  const rows: DetectionRow[] = [];
  for (const [done, { count, edits, kind }] of cases.entries()) {
    await new Promise((next) => setImmediate(next));
    throwIfCancelled(signal);
    onProgress?.({ done, total: cases.length });
    rows.push(measure(count, edits, kind, seed, speed, options.tripBytes));
  }
  const environment = speed ? captureEnvironment() : null;
  return { schema: detectionSchemaName, environment, seed, tripBytes: options.tripBytes ?? null, rows };
}

function measure(
  count: number,
  edits: number,
  kind: DetectionChange,
  seed: number,
  speed: boolean,
  tripBytes: number | undefined,
): DetectionRow {
  const hasher = new Hasher(fingerprints['xxh3-128'], new Workspace(createWasmKernels()).arena);
  const random = new Random(seed);
  const before = new Uint8Array(count * hasher.fingerprint.digestBytes);
  random.fork('base').fill(before);
  const remote = imageOf(before, hasher);
  const own = imageOf(changedIds(before, edits, kind, random.fork('target')), hasher);
  const started = cpuClock.nowMs();
  const { cost } = walkMerkle(remote, own, hasher, tripBytes === undefined ? {} : { tripBytes });
  const cpuMs = speed ? cpuClock.nowMs() - started : null;
  return {
    blocks: count,
    change: kind,
    changed: edits,
    ...cost,
    manifestBytes: manifestBytes(remote, hasher),
    cpuMs,
  };
}

/** An image with these block ids; they stand for its leaves, too. */
function imageOf(digests: Uint8Array, hasher: Hasher): BlockListing {
  const count = digests.length / hasher.fingerprint.digestBytes;
  const entry = {
    path: '',
    kind: 'file',
    mode: 0o644,
    mtimeMicros: 0,
    sizeBytes: count * blockBytes,
  } as const;
  const shape = shapeOf({ form: 'image', entries: [entry] });
  const entryDigests = contentDigests(hasher, shape, digests);
  const ends = Float64Array.from({ length: count }, (_, i) => (i + 1) * blockBytes);
  const id = snapshotId(hasher, shape, entryDigests);
  const chunker = { name: 'fixed', blockBytes } as const;
  return { ...shape, id, fingerprint: 'xxh3-128', chunker, entryDigests, blocks: { ends, digests } };
}

function changedIds(before: Uint8Array, edits: number, kind: DetectionChange, random: Random): Uint8Array {
  const width = 16;
  const count = before.length / width;
  const fresh = new Uint8Array(edits * width);
  random.fork('ids').fill(fresh);
  const at = random.below(count - edits + 1);
  const grown = new Uint8Array(before.length + fresh.length);
  switch (kind) {
    case 'random': {
      const after = before.slice();
      for (let i = 0; i < edits; i++) {
        after.set(fresh.subarray(i * width, (i + 1) * width), random.below(count) * width);
      }
      return after;
    }
    case 'clustered': {
      const after = before.slice();
      after.set(fresh, at * width);
      return after;
    }
    case 'inserted':
      grown.set(before.subarray(0, at * width));
      grown.set(fresh, at * width);
      grown.set(before.subarray(at * width), at * width + fresh.length);
      return grown;
    case 'appended':
      grown.set(before);
      grown.set(fresh, before.length);
      return grown;
  }
}
