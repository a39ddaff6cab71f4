/**
 * What a power cut at this moment would leave of a disk, at the least: names whose folders were synced, bytes whose files were. Read without time, faults or
 * trace, so that whoever looks changes nothing.
 *
 * Law: this is the only part of a disk on which a promise may rest; what else a cut leaves (names.ts, file.ts) is chance. Reading only: a change is a WorldError, but for the removal and the
 * syncs that opening a store asks for, which do nothing.
 */
import { WorldError } from '../../base/errors.js';
import type { Disk } from '../../replication/store/disk.js';
import { Folder } from './names.js';
import type { Names, Node } from './names.js';
import { SimulatedFile } from './file.js';

export function durableDisk(names: Names): Disk {
  const find = (path: string): Node | undefined => {
    let node: Node | undefined = names.root;
    if (path === '') return node;
    for (const name of path.split('/')) {
      if (!(node instanceof Folder)) return undefined;
      node = node.durable.get(name);
    }
    return node;
  };
  const refuse = (): Promise<never> =>
    Promise.reject(new WorldError('what a power cut would leave can only be read'));
  return {
    read: (path, offset, length) => {
      const file = find(path);
      return Promise.resolve(file instanceof SimulatedFile ? file.readSynced(offset, length) : undefined);
    },
    size: (path) => {
      const file = find(path);
      return Promise.resolve(file instanceof SimulatedFile ? file.syncedSize : undefined);
    },
    list: (path) => {
      const folder = find(path);
      if (!(folder instanceof Folder)) return Promise.resolve([]);
      const rows = [...folder.durable].map(([name, node]) => ({
        name,
        kind: node instanceof Folder ? ('directory' as const) : ('file' as const),
      }));
      return Promise.resolve(rows.sort((a, b) => (a.name < b.name ? -1 : 1)));
    },
    write: refuse,
    rename: refuse,
    makeDirectory: refuse,
    unlink: () => Promise.resolve(),
    sync: () => Promise.resolve(),
    syncDirectory: () => Promise.resolve(),
  };
}
