/**
 * Series of real data. A series on disk is used where it lies; an excerpt and releases of a package become workloads that are
 * copied out with fixed times and modes, since what an installer leaves behind depends on when it ran.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { DataError, UsageError, present } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Entry, Snapshot } from '../../engine/snapshot/snapshot.js';
import {
  imageSnapshot,
  snapshotTimeMicros,
  type GeneratedSnapshot,
  type Workload,
} from '../../workload/workload.js';

/** The paths of snapshots 0..n of a series: the children of `folder` in natural order (`db-9` before `db-10`), hidden ones left out. */
export function seriesPaths(folder: string): string[] {
  const names = orWorldError('list', folder, () => readdirSync(folder)).filter(
    (name) => !name.startsWith('.'),
  );
  if (names.length < 2) {
    throw new UsageError(`${folder} holds ${names.length} snapshots, but a series has at least two`, {
      hint: 'give a folder whose files or folders are the snapshots, in the order of their names',
    });
  }
  return names.sort(naturalOrder).map((name) => join(folder, name));
}

/** Runs of digits compare as numbers, everything else by UTF-16 units; equal numbers by their length. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.match(/\d+|\D+/g) ?? []);
  for (let i = 0; ; i++) {
    const [x, y] = [left?.[i], right?.[i]];
    if (x === undefined || y === undefined) return x === y ? 0 : x === undefined ? -1 : 1;
    if (x === y) continue;
    const numbers = Number(x) - Number(y);
    return Number.isNaN(numbers) || numbers === 0 ? (x < y ? -1 : 1) : numbers;
  }
}

/** Equal parts of one brotli file, laid end to end: together they compress against each other. */
export function excerptWorkload(name: string, summary: string, file: string, parts: number): Workload {
  return {
    name,
    summary,
    kind: 'real',
    measure: 'unknown',
    *make({ snapshots }) {
      const bytes = unpackedExcerpt(file, parts);
      const sizeBytes = bytes.length / parts;
      for (let index = 0; index < Math.min(snapshots, parts); index++) {
        const part = bytes.subarray(index * sizeBytes, (index + 1) * sizeBytes);
        yield imageSnapshot(index, {
          sizeBytes,
          fill: (offset, into) => into.set(part.subarray(offset, offset + into.length)),
          changes: () => undefined,
        });
      }
    },
  };
}

const excerptBytesMax = 256 * 1024 * 1024;

function unpackedExcerpt(file: string, parts: number): Uint8Array {
  const packed = orWorldError('read', file, () => readFileSync(file));
  let bytes: Uint8Array;
  try {
    bytes = brotliDecompressSync(packed, { maxOutputLength: excerptBytesMax });
  } catch (cause) {
    throw new DataError(`${file}: the brotli data is damaged, cut off or too large`, { cause });
  }
  if (bytes.length % parts === 0) return bytes;
  throw new DataError(`${file}: ${bytes.length} bytes are not ${parts} equal parts`);
}

const modulesUrl = new URL('../../../node_modules/', import.meta.url);

/** Why the packages cannot be used here, or undefined: they are dev dependencies, which an installed program lacks. */
export function absentPackages(packages: readonly string[]): string | undefined {
  const missing = packages.filter((name) => !existsSync(new URL(name, modulesUrl)));
  return missing.length === 0 ? undefined : `dev dependencies are not installed: ${missing.join(', ')}`;
}

/** Installed packages as successive snapshots of one tree. Held in memory: for packages of some mebibytes. */
export function packagesWorkload(name: string, summary: string, packages: readonly string[]): Workload {
  return {
    name,
    summary,
    kind: 'real',
    measure: 'unknown',
    *make({ snapshots }) {
      let touched = new Map<string, Touched>();
      for (const [index, package_] of packages.slice(0, snapshots).entries()) {
        const snapshot = openSnapshot(fileURLToPath(new URL(package_, modulesUrl)));
        touched = touchedFiles(snapshot, index, touched);
        yield treeOf(snapshot.entries, index, touched);
      }
    },
  };
}

/** A file's content and the snapshot that changed it last. */
interface Touched {
  readonly bytes: Uint8Array;
  readonly index: number;
}

function touchedFiles(
  snapshot: Snapshot,
  index: number,
  before: ReadonlyMap<string, Touched>,
): Map<string, Touched> {
  const after = new Map<string, Touched>();
  const reader = snapshot.openReader();
  try {
    snapshot.entries.forEach((entry, i) => {
      if (entry.kind !== 'file') return;
      const bytes = new Uint8Array(entry.sizeBytes);
      reader.read(snapshot.layout.startOf(i), bytes);
      const old = before.get(entry.path);
      const isSame = old !== undefined && Buffer.compare(old.bytes, bytes) === 0;
      after.set(entry.path, isSame ? old : { bytes, index });
    });
  } finally {
    reader.close();
  }
  return after;
}

function treeOf(
  found: readonly Entry[],
  index: number,
  touched: ReadonlyMap<string, Touched>,
): GeneratedSnapshot {
  const entries = found.map((entry): Entry => {
    const mtimeMicros = snapshotTimeMicros(lastTouch(entry.path, touched));
    return { ...entry, mode: entry.kind === 'directory' ? 0o755 : 0o644, mtimeMicros };
  });
  return {
    index,
    form: 'tree',
    entries,
    fill: (entry, offset, into) => {
      const { bytes } = present(touched.get(present(entries[entry], 'entry').path), 'content');
      into.set(bytes.subarray(offset, offset + into.length));
    },
    changes: () => undefined,
  };
}

/** Of a file its own; of a directory that of the youngest file below it. */
function lastTouch(path: string, touched: ReadonlyMap<string, Touched>): number {
  const own = touched.get(path);
  if (own !== undefined) return own.index;
  let index = 0;
  for (const [file, { index: at }] of touched) {
    if (path === '.' || file.startsWith(`${path}/`)) index = Math.max(index, at);
  }
  return index;
}
