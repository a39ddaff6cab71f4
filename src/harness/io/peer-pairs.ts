/** Pairs of snapshots as tools of every kind take them: files or directories on disk, and what is known of them. */
import { realpathSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UsageError, WorldError } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { InputKind } from '../experiment/peer-tool.js';
import { firstDifference } from './compare-trees.js';
import type { PreparedPair } from './pairs.js';

export interface PeerPair {
  readonly name: string;
  readonly summary: string;
  /** As the command line names it. */
  readonly options: readonly string[];
  readonly kind: InputKind;
  /** Absolute, with links resolved. */
  readonly basePath: string;
  readonly targetPath: string;
  readonly baseBytes: number;
  readonly targetBytes: number;
  readonly isEqual: boolean;
}

/** Two snapshots of the user's. Reads both, so that they are cached. Throws UsageError where they are no two files or directories. */
export function pairOfPaths(basePath: string, targetPath: string): PeerPair {
  const name = [basePath, targetPath].map((path) => basename(path)).join(' to ');
  const options = ['--base', basePath, '--target', targetPath];
  return described({ name, summary: `${basePath} to ${targetPath}`, options, basePath, targetPath });
}

/** Prepared workloads, in short names: of a folder its last part, unless two folders share it. */
export function pairsOfWorkloads(prepared: readonly PreparedPair[]): PeerPair[] {
  const shortNames = prepared.map(({ record }) => basename(record.name));
  return prepared.map(({ pair, record }, index) => {
    const short = shortNames[index] ?? '';
    const isOwn = shortNames.filter((other) => other === short).length === 1;
    const { basePath, targetPath } = pair;
    const { name, summary } = record;
    const options = ['--workload', name];
    return described({ name: isOwn ? short : name, summary, options, basePath, targetPath });
  });
}

function described(
  given: Pick<PeerPair, 'name' | 'summary' | 'options' | 'basePath' | 'targetPath'>,
): PeerPair {
  const [basePath, targetPath] = [given.basePath, given.targetPath].map((path) =>
    orWorldError('open', path, () => realpathSync(path)),
  ) as [string, string];
  const kinds = [basePath, targetPath].map((path) => {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'directories';
    if (stats.isFile()) return 'files';
    throw new UsageError(`${path} is neither a file nor a directory`, {
      hint: 'other programs cannot read devices as files: copy it into a file',
    });
  });
  if (kinds[0] !== kinds[1]) {
    throw new UsageError(`${given.name}: base and target are a file and a directory`, {
      hint: 'give two files or two directories',
    });
  }
  const baseBytes = openSnapshot(basePath).layout.totalBytes;
  const targetBytes = openSnapshot(targetPath).layout.totalBytes;
  const isImage = kinds[0] === 'files' && baseBytes === targetBytes && baseBytes > 0 && baseBytes % 512 === 0;
  return {
    ...given,
    kind: isImage ? 'images' : kinds[0] === 'files' ? 'files' : 'directories',
    basePath,
    targetPath,
    baseBytes,
    targetBytes,
    isEqual: firstDifference(basePath, targetPath, 'content') === undefined,
  };
}

/**
 * Throws WorldError where the folder has no room for what `preparedCount` tools keep of the base, and for one round: a copy of that, a delta, what a
 * tool unpacks, and the rebuilt target.
 */
export function requireRoom(
  folder: string,
  { name, baseBytes, targetBytes }: PeerPair,
  preparedCount: number,
): void {
  requireFree(folder, baseBytes * (preparedCount + 1) + targetBytes * 3, name, 'fewer tools with --tools');
}

/** Throws WorldError where so much does not fit any more; `what` and `instead` are words for the message. */
export function requireFree(folder: string, neededBytes: number, what: string, instead: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  throw new WorldError(
    `${what}: ${formatBytes(neededBytes)} of scratch space may be needed, and ${dirname(folder)} has ${formatBytes(freeBytes)}`,
    { hint: `choose another folder with --scratch, or ${instead}` },
  );
}
