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

/** A file, and which of its durable contents it had. */
export interface DurableContent {
  readonly file: SimulatedFile;
  readonly version: number;
}

const refuse = (): Promise<never> =>
  Promise.reject(new WorldError('what a power cut would leave can only be read'));

export class DurableStore implements Store {
  readonly put: Store['put'] = refuse;
  readonly remove: Store['remove'] = refuse;
  readonly #contents = new Map<string, DurableContent>();
  #rows: readonly ObjectInfo[] | undefined;

  constructor(root: Folder) {
    const objects = root.durable.get(objectsFolder);
    if (objects instanceof Folder) collect(objects, '', this.#contents);
  }

  /** Whether both have the same bytes under the same keys, as far as the keys are meant. Exact: by files and their versions, no byte is read. */
  hasSame(other: DurableStore, isMeant: (key: string) => boolean): boolean {
    let count = 0;
    for (const [key, { file, version }] of this.#contents) {
      if (!isMeant(key)) continue;
      const theirs = other.#contents.get(key);
      if (theirs?.file !== file || theirs.version !== version) return false;
      count++;
    }
    for (const key of other.#contents.keys()) if (isMeant(key)) count--;
    return count === 0;
  }

  /** Of an object: the same file in the same version has the same bytes. */
  contentOf(key: string): DurableContent | undefined {
    return this.#contents.get(key);
  }

  get(
    key: string,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array | undefined> {
    const bytes = this.#contents.get(key)?.file.synced();
    return Promise.resolve(
      range === undefined ? bytes : bytes?.subarray(range.offset, range.offset + range.length),
    );
  }

  list(prefix: string): Promise<readonly ObjectInfo[]> {
    this.#rows ??= [...this.#contents]
      .map(([key, { file }]): ObjectInfo => ({ key, bytes: file.syncedSize }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    return Promise.resolve(
      prefix === '' ? this.#rows : this.#rows.filter(({ key }) => key.startsWith(prefix)),
    );
  }
}

function collect(folder: Folder, prefix: string, into: Map<string, DurableContent>): void {
  for (const [name, node] of folder.durable) {
    if (node instanceof SimulatedFile) {
      into.set(prefix + name, { file: node, version: node.syncedVersion });
      continue;
    }
    const part = keyPartOf(name);
    if (part !== undefined) collect(node, prefix + part, into);
  }
}
