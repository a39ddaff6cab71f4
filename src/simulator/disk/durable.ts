/**
 * What a power cut at this moment would leave of a directory store, at the least: names whose folders were synced, bytes whose files were. Read without time, faults or
 * trace, so that whoever looks changes nothing.
 *
 * Law: this is the only part of a disk on which a promise may rest; what else a cut leaves (names.ts, file.ts) is chance. Reading only: a change is a WorldError. Bytes are views of the
 * disk's own: they hold until the disk changes.
 * Limits: that the store itself opens after a cut is seen when a server starts again, not here; docs/formats/directory-store-v1.md has the layout.
 */
import { WorldError } from '../../base/errors.js';
import { keyPartOf, objectsFolder } from '../../replication/store/directory-layout.js';
import type { ObjectInfo, Store } from '../../replication/store/store.js';
import { Folder } from './names.js';
import { SimulatedFile } from './file.js';

export function durableStore(root: Folder): Store {
  const files = new Map<string, SimulatedFile>();
  const objects = root.durable.get(objectsFolder);
  if (objects instanceof Folder) collect(objects, '', files);
  const rows = [...files]
    .map(([key, file]): ObjectInfo => ({ key, bytes: file.syncedSize }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const refuse = (): Promise<never> =>
    Promise.reject(new WorldError('what a power cut would leave can only be read'));
  return {
    get: (key, range) => {
      const { offset, length } = range ?? { offset: 0, length: Infinity };
      return Promise.resolve(
        files
          .get(key)
          ?.synced()
          .subarray(offset, offset + length),
      );
    },
    list: (prefix) =>
      Promise.resolve(prefix === '' ? rows : rows.filter(({ key }) => key.startsWith(prefix))),
    put: refuse,
    remove: refuse,
  };
}

function collect(folder: Folder, prefix: string, into: Map<string, SimulatedFile>): void {
  for (const [name, node] of folder.durable) {
    if (node instanceof SimulatedFile) {
      into.set(prefix + name, node);
      continue;
    }
    const part = keyPartOf(name);
    if (part !== undefined) collect(node, prefix + part, into);
  }
}
