/**
 * The versions that chunkers are measured on: generated content with its edits, or the user's own file, series of snapshots or workload. Versions are
 * made one at a time, so that two are in memory and no more.
 */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, present } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Source } from '../../workload/content/source.js';
import { dataSummaries, freshSourceOf, sourceOf, type DataKind } from '../measurement/data-kinds.js';
import {
  drawEdits,
  editActions,
  editBytesMax,
  editCount,
  editedBytes,
  editSizes,
} from '../measurement/chunkers/edits.js';
import type { ChunkedData } from '../report/chunker-results.js';
import { preparePairs } from './pairs.js';

export interface Version {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ChunkerData {
  readonly record: ChunkedData;
  readonly original: Uint8Array;
  /** No version is larger. */
  readonly versionBytesMax: number;
  versions(): Iterable<Version>;
}

/** One of the built-in kinds. */
export function generatedData(kind: DataKind, seed: number, bytes: number): ChunkerData {
  const dataSeed = new Random(seed).fork(kind).u32();
  const original = new Uint8Array(bytes);
  sourceOf(kind, dataSeed).fill(0, original);
  return editedData(kind, dataSummaries[kind], original, freshSourceOf(kind, dataSeed), seed);
}

/** Of snapshots larger than this only the beginning is used: data, edited version and both kernel memories are held at once. */
export const ownBytesMax = 512 * 1024 * 1024;

/**
 * A file; a folder (anything with a slash) whose children are a series of snapshots; or a workload by name, made below `folder`. Of a series and
 * a workload the next snapshot is one more version. Throws UsageError, WorldError.
 */
export async function ownData(
  given: string,
  folder: string,
  seed: number,
  sizeBytes: number | undefined,
  signal?: AbortSignal,
): Promise<ChunkerData> {
  const bytesMax = Math.min(sizeBytes ?? ownBytesMax, ownBytesMax);
  if (existsSync(given) && statSync(given).isFile()) return readData(given, [given], seed, bytesMax);
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  const control = signal === undefined ? {} : { signal };
  const [prepared] = await preparePairs(
    join(folder, 'workloads'),
    { workloads: [given], scale: 1, ...size, ...control },
    () => undefined,
  );
  const { pair } = present(prepared, given);
  return readData(given, [pair.basePath, pair.targetPath], seed, bytesMax);
}

function readData(name: string, paths: readonly string[], seed: number, bytesMax: number): ChunkerData {
  const [original, next] = paths.map((path) => snapshotBytes(path, bytesMax));
  if (original === undefined || original.length === 0) throw new UsageError(`${name} is empty`);
  const random = new Random(seed).fork('own');
  // New bytes of the same kind: what stands at another place of the same data.
  const shift = random.below(original.length);
  const fresh: Source = {
    fill: (offset, into) => {
      for (let i = 0; i < into.length; i++) into[i] = original[(shift + offset + i) % original.length] ?? 0;
    },
  };
  const data = editedData(name, 'given by the user', original, fresh, seed);
  if (next === undefined) return data;
  return {
    ...data,
    versionBytesMax: Math.max(data.versionBytesMax, next.length),
    *versions() {
      yield* data.versions();
      yield { name: 'next snapshot', bytes: next };
    },
  };
}

/** The files of a snapshot, end to end. */
function snapshotBytes(path: string, bytesMax: number): Uint8Array {
  const snapshot = openSnapshot(path);
  const bytes = new Uint8Array(Math.min(snapshot.layout.totalBytes, bytesMax));
  const reader = snapshot.openReader();
  try {
    reader.read(0, bytes);
  } finally {
    reader.close();
  }
  return bytes;
}

/** Six edited versions: each action, small and large. */
function editedData(
  name: string,
  summary: string,
  original: Uint8Array,
  fresh: Source,
  seed: number,
): ChunkerData {
  const edits = editCount(original.length);
  const sha256 = createHash('sha256').update(original).digest('hex');
  return {
    record: { name, summary, bytes: original.length, sha256, edits },
    original,
    versionBytesMax: original.length + edits * editBytesMax.large,
    *versions() {
      for (const action of editActions) {
        for (const size of editSizes) {
          const random = new Random(seed).fork(`${name} ${action} ${size}`);
          const script = drawEdits(random, original.length, edits, action, size, fresh);
          yield { name: `${action} ${size}`, bytes: editedBytes(original, script) };
        }
      }
    },
  };
}
