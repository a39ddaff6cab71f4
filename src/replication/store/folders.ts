/**
 * The folders of a directory store, and what is known of them.
 *
 * Law: a name that is shown is durable. A process that was killed, unlike a machine that lost power, leaves names that are seen but not yet durable; so a folder is
 * synced once before its names are first believed, and again after an operation on it failed half-way. A folder is made durable in its parent before
 * anything is put into it.
 *
 * Limits: what is known is a count and the names of subfolders, for each folder that was touched. Other processes must stay away meanwhile.
 */
import { isPlanted } from '../../base/planted.js';
import { folderOf } from './disk-path.js';
import type { Disk } from './disk.js';
import { SharedSync } from './shared-sync.js';

export interface Folder {
  readonly path: string;
  /** Files in it: exact after it was read, and kept up by whoever puts or removes. */
  files: number;
  readonly below: Set<string>;
  /** Failures that left its names in doubt, and how many of them a sync that began later has settled. */
  doubts: number;
  settled: number;
  readonly sync: SharedSync;
}

/** Whether names may be seen in it that are not durable, apart from those whose writers are under way. */
export function isDoubtful({ doubts, settled }: Folder): boolean {
  return settled < doubts;
}

export class Folders {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #known = new Map<string, Promise<Folder>>();
  /** Those of the known that have been read. */
  readonly #read = new Map<string, Folder>();
  readonly #making = new Map<string, Promise<Folder>>();

  /** `root`: a folder that exists, durably. */
  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** What at() would resolve with, where that takes no reading and no sync: most objects lie in folders that were seen before. Else the promise. */
  find(path: string): Folder | undefined | Promise<Folder | undefined> {
    const folder = this.#read.get(path);
    return folder === undefined || isDoubtful(folder) ? this.at(path) : folder;
  }

  /** The folder, its names durable; undefined when there is none. Throws WorldError. */
  async at(path: string): Promise<Folder | undefined> {
    const known = this.#known.get(path);
    if (known !== undefined) {
      const folder = await known;
      if (isDoubtful(folder)) await this.settle(folder);
      return folder;
    }
    if (path !== this.#root) {
      const parent = await this.at(folderOf(path));
      if (parent?.below.has(path.slice(parent.path.length + 1)) !== true) return undefined;
    }
    return this.#remember(path, () => this.#readNames(path));
  }

  /** The folder, made where it is missing. Throws WorldError. */
  async make(path: string): Promise<Folder> {
    const there = await this.at(path);
    if (there !== undefined) return there;
    let making = this.#making.get(path);
    if (making === undefined) {
      making = this.#make(path).finally(() => this.#making.delete(path));
      this.#making.set(path, making);
    }
    return making;
  }

  /** Makes every name that the folder has now durable, and every removal. Throws WorldError; then at() will try again. */
  async settle(folder: Folder): Promise<void> {
    const { doubts } = folder;
    try {
      await folder.sync.run();
      // A doubt that arose meanwhile may be younger than the sync.
      folder.settled = Math.max(folder.settled, doubts);
    } catch (error) {
      folder.doubts++;
      throw error;
    }
  }

  async #make(path: string): Promise<Folder> {
    const parent = await this.make(folderOf(path));
    await this.#disk.makeDirectory(path);
    if (!isPlanted('new-folder-not-synced')) await this.settle(parent);
    parent.below.add(path.slice(parent.path.length + 1));
    // Even where it was made before, by a put that failed before the parent was synced, nothing is in it yet.
    return this.#remember(path, () => Promise.resolve(this.#folder(path, [])));
  }

  #remember(path: string, read: () => Promise<Folder>): Promise<Folder> {
    // Whoever came first while the parent was looked up has begun to read it.
    const begun = this.#known.get(path);
    if (begun !== undefined) return begun;
    const reading = read().then(
      (folder) => {
        this.#read.set(path, folder);
        return folder;
      },
      (error: unknown) => {
        this.#known.delete(path);
        throw error;
      },
    );
    this.#known.set(path, reading);
    return reading;
  }

  async #readNames(path: string): Promise<Folder> {
    if (!isPlanted('names-believed-unsynced')) await this.#disk.syncDirectory(path);
    const names = await this.#disk.list(path);
    return this.#folder(path, names);
  }

  #folder(path: string, names: Awaited<ReturnType<Disk['list']>>): Folder {
    return {
      path,
      files: names.filter(({ kind }) => kind === 'file').length,
      below: new Set(names.flatMap(({ name, kind }) => (kind === 'directory' ? [name] : []))),
      doubts: 0,
      settled: 0,
      sync: new SharedSync(() => this.#disk.syncDirectory(path)),
    };
  }
}
