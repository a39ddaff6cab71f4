/**
 * A store in a folder of a disk: the embedded default. Layout: docs/formats/directory-store-v1.md.
 *
 * A put, in this order, each step awaited:
 *   1. write `temporary/n`       the object never grows under its own name, so nobody sees a part of it
 *   2. sync that file            before it is renamed: else a crash could leave the name with bytes missing or zero
 *   3. rename to the object      atomic: old bytes or new ones; `create` was decided before, under the key's lock
 *   4. sync the object's folder  before the put resolves: else a crash could take the name back
 * A folder that is new is made and its parent synced before 3, since a name in a folder that is lost is lost. `temporary/` itself is never synced: its names have no
 * meaning, and what a crash leaves or brings back there is removed when the store is opened. A remove is unlink and 4.
 *
 * Law: that of store.ts, at any crash and any failure of the disk. A failure after 2 leaves the object old or new; nobody is shown
 * it before its folder was synced after all.
 * Limits: one process at a time (the edge holds a lock). Rot is not noticed: readers check digests, or wrap. Folders stay when they are empty.
 */
import { DataError, WorldError, assert } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import {
  fanOf,
  formatPath,
  formatText,
  keyPartOf,
  lockShape,
  objectsFolder,
  placeOf,
  temporaryFolder,
} from './directory-layout.js';
import type { Disk } from './disk.js';
import { Folders, isDoubtful } from './folders.js';
import type { Folder } from './folders.js';
import { KeyLocks } from './key-locks.js';
import { checkKey, checkPrefix, checkRange, isKey } from './key.js';
import type { Range } from './key.js';
import type { ObjectInfo, PutMode, Store } from './store.js';

/** Largest object, as the largest manifest file: it is read in one piece. */
const objectBytesMax = 2 ** 30;

/** Files whose sizes are asked for at once while listing. */
const sizesAtOnce = 256;

export interface DirectoryStoreOptions {
  /**
   * Objects in one folder before new ones go to its fan-out folders. By default 4096: up to there one folder lists in milliseconds, and a small store
   * is spared up to 256 folders, each with a directory sync of its parent.
   */
  readonly fanOutAbove?: number;
}

interface Found {
  readonly folder: Folder;
  readonly path: string;
}

export class DirectoryStore implements Store {
  readonly #disk: Disk;
  readonly #folders: Folders;
  readonly #locks = new KeyLocks();
  readonly #fanOutAbove: number;
  #temporaries = 0;

  private constructor(disk: Disk, fanOutAbove: number) {
    this.#disk = disk;
    this.#folders = new Folders(disk, objectsFolder);
    this.#fanOutAbove = fanOutAbove;
  }

  /**
   * Opens the store in the disk's root, or makes one where the root is empty. Removes what a crash left in `temporary/`. Throws DataError when there is something else, WorldError.
   */
  static async open(disk: Disk, { fanOutAbove = 4096 }: DirectoryStoreOptions = {}): Promise<DirectoryStore> {
    const text = await disk.read(formatPath, 0, formatText.length + 1);
    if (text === undefined) await create(disk);
    else await check(disk, text);
    for (const { name, kind } of await disk.list(temporaryFolder))
      if (kind === 'file') await disk.unlink(`${temporaryFolder}/${name}`);
    return new DirectoryStore(disk, fanOutAbove);
  }

  async get(key: string, range?: Range): Promise<Uint8Array | undefined> {
    checkKey(key);
    if (range !== undefined) checkRange(range);
    const { offset, length } = range ?? { offset: 0, length: objectBytesMax };
    // Again when a writer came between: what it renamed may not be durable yet.
    for (;;) {
      await this.#locks.pending(key);
      const places = await this.#places(key);
      let bytes: Uint8Array | undefined;
      for (const { path } of places) bytes ??= await this.#disk.read(path, offset, length);
      if (this.#locks.pending(key) === undefined && !places.some(({ folder }) => isDoubtful(folder)))
        return bytes;
    }
  }

  async put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
    checkKey(key);
    assert(
      bytes.length <= objectBytesMax,
      `an object has at most ${objectBytesMax} bytes, not ${bytes.length}`,
    );
    return this.#locks.exclusively(key, async () => {
      const old = await this.#locate(key);
      if (old !== undefined && mode === 'create') return false;
      const temporary = `${temporaryFolder}/${this.#temporaries++}`;
      try {
        await this.#disk.write(temporary, 0, bytes);
        if (!isPlanted('file-not-synced')) await this.#disk.sync(temporary);
        const { folder, path } = old ?? (await this.#newPlace(key));
        await this.#change(folder, () => this.#disk.rename(temporary, path));
        if (old === undefined) folder.files++;
      } catch (error) {
        // Space comes back now rather than at the next opening; if not, at least the name is not used again.
        await this.#disk.unlink(temporary).catch(() => undefined);
        throw error;
      }
      return true;
    });
  }

  async list(prefix: string): Promise<readonly ObjectInfo[]> {
    checkPrefix(prefix);
    const found: { key: string; path: string }[] = [];
    const { folder, name } = placeOf(prefix);
    await this.#walk(folder, prefix.slice(0, prefix.length - name.length), name, found);
    const rows: ObjectInfo[] = [];
    for (let at = 0; at < found.length; at += sizesAtOnce) {
      const some = found.slice(at, at + sizesAtOnce);
      const sizes = await Promise.all(some.map(({ key, path }) => this.#settledSize(key, path)));
      some.forEach(({ key }, index) => {
        const bytes = sizes[index];
        if (bytes !== undefined) rows.push({ key, bytes });
      });
    }
    return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.#locks.exclusively(key, async () => {
      const old = await this.#locate(key);
      if (old === undefined) return;
      await this.#change(old.folder, () => this.#disk.unlink(old.path));
      old.folder.files--;
    });
  }

  /** Where an object of this key may be: in its folder, or in the folder's fan-out. */
  async #places(key: string): Promise<Found[]> {
    const { folder: path, name } = placeOf(key);
    const found = this.#folders.find(path);
    const folder = found instanceof Promise ? await found : found;
    if (folder === undefined) return [];
    const flat = { folder, path: `${path}/${name}` };
    if (folder.below.size === 0) return [flat];
    const fan = await this.#folders.find(`${path}/${fanOf(name)}`);
    return fan === undefined ? [flat] : [flat, { folder: fan, path: `${fan.path}/${name}` }];
  }

  async #locate(key: string): Promise<Found | undefined> {
    for (const place of await this.#places(key))
      if ((await this.#disk.size(place.path)) !== undefined) return place;
    return undefined;
  }

  async #newPlace(key: string): Promise<Found> {
    const { folder: path, name } = placeOf(key);
    const flat = (await this.#folders.find(path)) ?? (await this.#folders.make(path));
    const folder = flat.files < this.#fanOutAbove ? flat : await this.#folders.make(`${path}/${fanOf(name)}`);
    return { folder, path: `${folder.path}/${name}` };
  }

  /** Changes a name in a folder and makes that durable. When either fails nobody knows which names the folder has until it was synced. */
  async #change(folder: Folder, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      folder.doubts++;
      throw error;
    }
    if (!isPlanted('folder-not-synced')) await this.#folders.settle(folder);
  }

  /** Collects the objects below a folder whose key goes on after `key` with `start`. */
  async #walk(
    path: string,
    key: string,
    start: string,
    found: { key: string; path: string }[],
  ): Promise<void> {
    if ((await this.#folders.at(path)) === undefined) return;
    for (const { name, kind } of await this.#disk.list(path)) {
      const below = `${path}/${name}`;
      if (kind === 'file') {
        if (name.startsWith(start) && isKey(key + name)) found.push({ key: key + name, path: below });
        continue;
      }
      const part = keyPartOf(name);
      if (part === '') await this.#walk(below, key, start, found);
      else if (part?.startsWith(start) === true) await this.#walk(below, key + part, '', found);
    }
  }

  /** Size of a file that was listed; once its writer is done when there is one. */
  async #settledSize(key: string, path: string): Promise<number | undefined> {
    for (;;) {
      await this.#locks.pending(key);
      const places = await this.#places(key);
      const bytes = await this.#disk.size(path);
      if (this.#locks.pending(key) === undefined && !places.some(({ folder }) => isDoubtful(folder)))
        return bytes;
    }
  }
}

/** Both folders are durable before the format file is: where that is, all is. */
async function create(disk: Disk): Promise<void> {
  const names = (await disk.list('')).map(({ name }) => name).filter((name) => !lockShape.test(name));
  const strange =
    names.find((name) => name !== objectsFolder && name !== temporaryFolder) ??
    (await disk.list(objectsFolder)).map(({ name }) => `${objectsFolder}/${name}`)[0];
  if (strange !== undefined)
    throw new DataError(`this folder is not a store, and not empty: it has '${strange}'`, {
      hint: 'name a folder that does not exist yet, or is empty',
    });
  await disk.makeDirectory(objectsFolder);
  await disk.makeDirectory(temporaryFolder);
  await disk.syncDirectory('');
  const temporary = `${temporaryFolder}/format`;
  await disk.unlink(temporary);
  await disk.write(temporary, 0, new TextEncoder().encode(formatText));
  await disk.sync(temporary);
  await disk.rename(temporary, formatPath);
  await disk.syncDirectory('');
}

async function check(disk: Disk, text: Uint8Array): Promise<void> {
  if (new TextDecoder().decode(text) !== formatText)
    throw new DataError('this folder is a store of an unknown format, or its format file is damaged', {
      hint: 'open it with the version of snapdelta that wrote it',
    });
  const names = (await disk.list('')).map(({ name }) => name);
  const missing = [objectsFolder, temporaryFolder].find((name) => !names.includes(name));
  if (missing !== undefined)
    throw new WorldError(`this store has lost its folder '${missing}'`, { hint: 'restore it from a copy' });
  // A process that was killed may have left a format file that is not durable.
  await disk.syncDirectory('');
}
