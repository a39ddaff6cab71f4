/** Manifests of small contents for tests of coding. */
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { memorySnapshot, type MemoryEntry } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { WorkspacePool } from '../../../src/kernels/workspace-pool.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import type { CutAndHash } from '../../../src/replication/coding/cutting.js';
import { Grouping } from '../../../src/replication/coding/grouping.js';
import type { Group } from '../../../src/replication/coding/grouping.js';

export const kernels = createWasmKernels();
export const coder = new EngineCoder({ work: () => Promise.resolve() }, kernels, new WorkspacePool());

/** Blocks of 512 bytes. */
export const small: CutAndHash = { chunker: { name: 'fixed', blockBytes: 512 }, fingerprint: 'xxh3-128' };

/** An image of blocks of 512 bytes, each filled with the byte that a letter says: `aab` has three blocks, two of them equal. */
export function lettered(letters: string): Snapshot {
  const bytes = Buffer.concat(Array.from(letters).map((letter) => Buffer.alloc(512, letter)));
  return memorySnapshot('image', [{ path: '', bytes }]);
}

export function treeOf(files: Readonly<Record<string, string>>): Snapshot {
  const entries = Object.entries(files).map(([path, letters]): MemoryEntry => ({
    path,
    bytes: Buffer.concat(Array.from(letters).map((letter) => Buffer.alloc(512, letter))),
  }));
  return memorySnapshot('tree', [{ path: '.', kind: 'directory' }, ...entries]);
}

export function manifestOf(snapshot: Snapshot, cutting: CutAndHash = small): Promise<Manifest> {
  return coder.manifestOf(snapshot, cutting, 'disk');
}

/** All groups of at most so many bytes. */
export function groupsOf(
  manifest: Manifest,
  needed: Int32Array,
  bytesMax: number,
  isFirst?: (position: number) => boolean,
): Group[] {
  const grouping = new Grouping(manifest, needed, isFirst);
  const groups: Group[] = [];
  for (let group = grouping.next(bytesMax); group !== undefined; group = grouping.next(bytesMax))
    groups.push(group);
  return groups;
}
