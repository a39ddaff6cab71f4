/**
 * A simulated disk: contents, names, time and faults; it outlives the processes that use it. A process reaches it through `mount`, whose
 * promises belong to that process's life.
 *
 * An operation takes effect when it ends. A crash in its midst leaves it done or not done, by chance. Faults are opportunities of the disk's strikes:
 * `read-error`, `write-error`, `sync-error` (the bytes stay unsynced), `misdirected` (a write lands in another place, and its own place keeps what it had), `bit-rot` (at a write: some bit of some file changes).
 */
import { WorldError } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import type { Disk } from '../../replication/store/disk.js';
import type { EventLoop } from '../time/loop.js';
import type { Life, Settler } from '../time/life.js';
import type { Strikes } from '../trace/strikes.js';
import { DurableStore } from './durable.js';
import { Folder, Names } from './names.js';
import type { SimulatedFile } from './file.js';
import { sectorBytes } from './file.js';

export interface DiskOptions {
  /** Of a read of what the page cache does not have, beside its bytes. */
  readonly operationMs: number;
  /**
   * Of what memory does: writes, names (size, list, rename, unlink, a new folder), reads of what was written or read since the power came, syncs of a folder whose names are durable. Where
   * it is 0 that is done at once, without an event.
   */
  readonly cacheMs: number;
  /** Of a sync, beside the bytes that it brings to the disk. */
  readonly syncMs: number;
  readonly bytesPerSecond: number;
  readonly capacityBytes: number;
  /** Chances for each operation of that kind, in [0, 1]. */
  readonly readError: number;
  readonly writeError: number;
  readonly syncError: number;
  readonly misdirected: number;
  readonly bitRot: number;
}

/** A solid-state disk: 50 µs a read, 500 µs a sync, 1 GB/s; no faults. */
export const plainDisk: DiskOptions = {
  operationMs: 0.05,
  cacheMs: 0,
  syncMs: 0.5,
  bytesPerSecond: 1e9,
  capacityBytes: Infinity,
  readError: 0,
  writeError: 0,
  syncError: 0,
  misdirected: 0,
  bitRot: 0,
};

interface UnderWay {
  readonly life: Life;
  readonly apply: () => void;
}

export class Device {
  readonly #loop: EventLoop;
  readonly #name: string;
  readonly #entity: number;
  readonly #strikes: Strikes;
  readonly #names = new Names();
  readonly #underWay = new Set<UnderWay>();
  #busyUntilNs = 0;
  #writtenBytes = 0;
  #durableCount = 0;
  readonly #random: Random;
  options: DiskOptions;

  constructor(
    loop: EventLoop,
    name: string,
    random: Random,
    strikes: Strikes,
    options: DiskOptions = plainDisk,
  ) {
    this.#loop = loop;
    this.#name = name;
    this.#entity = loop.id(`disk of ${name}`);
    this.#random = random;
    this.#strikes = strikes;
    this.options = options;
  }

  /** Bytes of all files, as a full disk counts them. */
  get usedBytes(): number {
    return this.#names.files().reduce((sum, { size }) => sum + size, 0);
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** The process is gone; what it had asked for happens or not. The page cache stays. */
  abandon(life: Life): void {
    const random = this.#random.fork(`abandoned at ${this.#loop.nowNs}`);
    for (const one of [...this.#underWay]) {
      if (one.life !== life) continue;
      this.#underWay.delete(one);
      if (random.below(2) === 0) continue;
      try {
        one.apply();
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
      }
    }
  }

  /** The power is cut: what was not synced is lost, kept or torn. Call after abandon(). */
  cutPower(): void {
    this.#names.crash(this.#random.fork(`power cut at ${this.#loop.nowNs}`));
    this.#busyUntilNs = 0;
    this.#durableCount++;
  }

  /** One bit of one file changes. Says whether there was any. */
  rot(random: Random): boolean {
    this.#durableCount++;
    const files = this.#names.files().filter(({ size }) => size > 0);
    return files[random.below(files.length)]?.rot(random) !== undefined;
  }

  /** What a power cut now would leave at the least of the directory store on it: to be read in no time, by whoever judges from outside. */
  durable(): DurableStore {
    return new DurableStore(this.#names.root);
  }

  /** Grows whenever what a power cut would leave may have become something else. */
  get durableCount(): number {
    return this.#durableCount;
  }

  /** The disk as a process sees it. */
  mount(life: Life): Disk {
    const names = this.#names;
    const inMemory = <T>(what: string, path: string, effect: () => T): Promise<T> =>
      this.#run(life, what, path, 0, this.options.cacheMs, effect);
    return {
      read: (path, offset, length) => {
        const { operationMs, cacheMs } = this.options;
        const file = names.file(path);
        const isFar = file?.isCached === false;
        const bytes = isFar ? Math.max(0, Math.min(length, file.size - offset)) : 0;
        return this.#run(life, 'read', path, bytes, isFar ? operationMs : cacheMs, () => {
          this.#fail('read-error', this.options.readError, `${path} cannot be read`);
          return names.file(path)?.read(offset, length);
        });
      },
      size: (path) => inMemory('size', path, () => names.file(path)?.size),
      write: (path, offset, bytes) => {
        const own = bytes.slice();
        return inMemory('write', path, () => this.#write(path, offset, own));
      },
      sync: (path) =>
        this.#run(life, 'sync', path, names.file(path)?.unsyncedBytes ?? 0, this.options.syncMs, () => {
          const file = names.file(path);
          if (file === undefined) throw new WorldError(`${path}: there is no such file`);
          this.#fail('sync-error', this.options.syncError, `${path} cannot be synced`);
          file.sync();
          this.#durableCount++;
        }),
      syncDirectory: (path) => {
        const known = names.find(path);
        const isSynced = known instanceof Folder && names.isSynced(known);
        return this.#run(life, 'sync folder', path, 0, this.options[isSynced ? 'cacheMs' : 'syncMs'], () => {
          const folder = names.find(path);
          if (!(folder instanceof Folder)) throw new WorldError(`${path}: there is no such folder`);
          if (names.isSynced(folder)) return;
          names.sync(folder);
          this.#durableCount++;
        });
      },
      rename: (from, to) =>
        inMemory('rename', from, () => {
          names.check(to);
          names.rename(from, to);
        }),
      unlink: (path) => inMemory('unlink', path, () => names.remove(path)),
      list: (path) =>
        inMemory('list', path, () => {
          const folder = names.find(path);
          if (!(folder instanceof Folder)) return [];
          return [...folder.children]
            .map(([name, node]) => ({
              name,
              kind: node instanceof Folder ? ('directory' as const) : ('file' as const),
            }))
            .sort((a, b) => (a.name < b.name ? -1 : 1));
        }),
      makeDirectory: (path) => inMemory('make folder', path, () => names.makeFolder(path)),
    };
  }

  #run<T>(life: Life, what: string, path: string, bytes: number, ms: number, effect: () => T): Promise<T> {
    const { bytesPerSecond } = this.options;
    return life.wait<T>(`disk: ${what} ${path}`, (settler) => {
      if (ms === 0 && bytes === 0) {
        this.#loop.note(this.#entity, this.#loop.id(what), 0);
        this.#settle(settler, () => {
          this.#names.check(path);
          return effect();
        });
        return;
      }
      let result: T;
      const one: UnderWay = {
        life,
        apply: () => {
          this.#names.check(path);
          result = effect();
        },
      };
      this.#underWay.add(one);
      const startNs = Math.max(this.#loop.nowNs, this.#busyUntilNs);
      const endNs = startNs + ms * 1e6 + (bytes / bytesPerSecond) * 1e9;
      // Operations overlap; transfers queue.
      this.#busyUntilNs = startNs + (bytes / bytesPerSecond) * 1e9;
      this.#loop.at(endNs, this.#entity, this.#loop.id(what), bytes, () => {
        if (!this.#underWay.delete(one)) return;
        this.#settle(settler, () => {
          one.apply();
          return result;
        });
      });
    });
  }

  #settle<T>(settler: Settler<T>, effect: () => T): void {
    let result: T;
    try {
      result = effect();
    } catch (error) {
      settler.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    settler.resolve(result);
  }

  #fail(kind: string, probability: number, message: string): void {
    if (this.#strikes.strike(kind, probability) === undefined) return;
    this.#loop.note(this.#entity, this.#loop.id(kind), 0);
    throw new WorldError(message, { hint: `look at the disk of ${this.#name}` });
  }

  #write(path: string, offset: number, bytes: Uint8Array): void {
    this.#fail('write-error', this.options.writeError, `${path} cannot be written`);
    const found = this.#names.find(path);
    if (found instanceof Folder) throw new WorldError(`${path} is a folder`);
    const grown = offset + bytes.length - (found?.size ?? 0);
    if (
      this.options.capacityBytes < Infinity &&
      grown > 0 &&
      this.usedBytes + grown > this.options.capacityBytes
    )
      throw new WorldError(`the disk of ${this.#name} is full`, { hint: 'make room on it' });
    const file = found ?? this.#names.create(path);
    this.#writtenBytes += bytes.length;
    const misdirected = this.#strikes.strike('misdirected', this.options.misdirected);
    const rot = this.#strikes.strike('bit-rot', this.options.bitRot);
    if (misdirected === undefined) file.write(offset, bytes);
    else this.#misdirect(file, offset, bytes, misdirected);
    if (rot !== undefined) this.rot(rot);
  }

  /** The bytes land on sectors of some file, as far as it reaches; where they belong there are zeros beyond the old end. */
  #misdirect(file: SimulatedFile, offset: number, bytes: Uint8Array, random: Random): void {
    const files = this.#names.files().filter(({ size }) => size > 0);
    const end = offset + bytes.length;
    if (file.size < end) file.write(file.size, new Uint8Array(end - file.size));
    const victim = files[random.below(files.length)];
    if (victim === undefined) return;
    const at = random.below(Math.ceil(victim.size / sectorBytes)) * sectorBytes;
    this.#durableCount++;
    victim.spoil(at, bytes.subarray(0, victim.size - at));
  }
}
