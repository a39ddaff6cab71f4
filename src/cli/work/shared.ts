/** What several commands need: the clock, the base or its manifest, how many workers, and texts of options. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Clock } from '../../base/clock.js';
import { DataError, UsageError } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import { fingerprints, Hasher } from '../../engine/fingerprint/fingerprint.js';
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { encodePreamble } from '../../engine/package/format.js';
import { decodeManifest } from '../../engine/package/manifest-file.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import type { Strategy } from '../../engine/strategy/strategy.js';
import { createWasmKernels } from '../../kernels/load.js';
import { Arena } from '../../kernels/arena.js';
import type { Input } from '../input.js';

export const monotonicClock: Clock = { nowMs: () => performance.now() };

/** --workers (never above the profile's limit), or as many as pay. */
export function workersFor(
  input: Input,
  profileMax: number | undefined,
): { readonly workers: number | 'auto'; readonly workersMax?: number } {
  const given = input.count('workers', 1, 256);
  if (given !== undefined) return { workers: Math.min(given, profileMax ?? given) };
  return profileMax === undefined ? { workers: 'auto' } : { workers: 'auto', workersMax: profileMax };
}

export function hasherFor(fingerprint: FingerprintName): Hasher {
  return new Hasher(fingerprints[fingerprint], new Arena(createWasmKernels()));
}

/** Whether a file begins as a manifest of ours. */
function isManifest(path: string): boolean {
  if (!orWorldError('open', path, () => statSync(path)).isFile()) return false;
  const magic = encodePreamble('manifest').subarray(0, 8);
  const start = new Uint8Array(magic.length);
  const file = orWorldError('open', path, () => openSync(path, 'r'));
  try {
    orWorldError('read', path, () => readSync(file, start));
  } finally {
    closeSync(file);
  }
  return Buffer.compare(start, magic) === 0;
}

/** Throws DataError that names the file. */
export function readManifest(path: string): Manifest {
  const bytes = orWorldError('read', path, () => readFileSync(path));
  return named(path, () => decodeManifest(bytes, hasherFor));
}

/** A base is its content, or a manifest that stands for it. */
export function openBase(path: string): {
  readonly base: Snapshot | Manifest;
  readonly manifest: Manifest | undefined;
} {
  if (!isManifest(path)) return { base: openSnapshot(path), manifest: undefined };
  const manifest = readManifest(path);
  return { base: manifest, manifest };
}

/** A strategy whose blocks a manifest can list. */
export function chunking(strategy: Strategy): Strategy & { readonly name: 'fixed' | 'fastcdc' } {
  if (strategy.name === 'fixed' || strategy.name === 'fastcdc') return strategy;
  throw new UsageError(`strategy ${strategy.name} has no blocks to list`, {
    hint: 'use --strategy fixed or fastcdc',
  });
}

/** Puts the file's name before what is wrong with its bytes. */
export function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw namedError(path, error);
  }
}

/** As `named`, for work that takes its time. */
export async function namedAsync<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw namedError(path, error);
  }
}

function namedError(path: string, error: unknown): unknown {
  if (!(error instanceof DataError)) return error;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new DataError(`${path === '-' ? 'stdin' : path}: ${error.message}`, { ...hint, cause: error });
}

export function progressLine(doing: string, doneBytes: number, totalBytes: number): string {
  const share = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
  return `${doing} ${share} % of ${formatBytes(totalBytes)}`;
}

/** `2026-01-31T12:00:00Z` (a zone is required) or `@1769860800`, as microseconds since the epoch. */
export function timeMicros(text: string): number {
  const seconds = /^@(-?\d+)$/.exec(text)?.[1];
  const isDated = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = seconds === undefined ? (isDated ? Date.parse(text) : NaN) : Number(seconds) * 1000;
  const micros = Math.round(ms * 1000);
  if (!Number.isSafeInteger(micros)) {
    throw new UsageError(`--time: '${text}' is not a time`, {
      hint: 'write 2026-01-31T12:00:00Z, or @SECONDS since 1970',
    });
  }
  return micros;
}

/** Counters by writer, from NAME=COUNT. */
export function versionVector(pairs: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pairs).map(([writer, text]) => {
      const count = /^\d+$/.test(text) ? Number(text) : NaN;
      if (!Number.isSafeInteger(count)) {
        throw new UsageError(`--writer: '${text}' is not a whole number`, { hint: 'write NAME=COUNT' });
      }
      return [writer, count];
    }),
  );
}
