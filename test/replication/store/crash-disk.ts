/**
 * A disk in memory that knows what of it is durable. A crash keeps what was synced and, of the rest, any part: each change of a name and each write by itself, in no
 * order, a write also torn, with the file as long as if it were whole. A sync covers what was done before it began. Harsher than a journaling file system, as disk.ts allows.
 */
import { WorldError, present } from '../../../src/base/errors.js';
import type { Random } from '../../../src/base/prng.js';
import { checkDiskPath, folderOf } from '../../../src/replication/store/disk-path.js';
import type { Disk } from '../../../src/replication/store/disk.js';

interface Write {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface File {
  live: Uint8Array;
  durable: Uint8Array;
  unsynced: readonly Write[];
}

/** A change of names: `id` gets `name` in `folder`, or loses it; a rename also loses the name that it had. */
interface Change {
  readonly folder: number;
  readonly name: string;
  readonly id: number;
  readonly isUnlink: boolean;
  readonly from: { readonly folder: number; readonly name: string } | undefined;
}

type Tree = Map<number, Map<string, number>>;

const root = 0;

export class CrashDisk implements Disk {
  #files = new Map<number, File>();
  #live: Tree = new Map([[root, new Map<string, number>()]]);
  #durable: Tree = new Map([[root, new Map<string, number>()]]);
  #unsynced: readonly Change[] = [];
  #nextId = 1;
  /** Called after each operation that changed something, before whoever asked for it goes on. */
  onChange: () => void = () => undefined;
  /** Called as each operation begins; may throw, or return true for a failure after the operation took effect. */
  onBegin: () => boolean = () => false;
  /** Microtasks that an operation takes: lets concurrent ones overtake each other. */
  ticks: (operation: string) => number = () => 1;
  readonly counts = new Map<string, number>();

  /** The same, to go on from. */
  fork(): CrashDisk {
    const copy = new CrashDisk();
    copy.#files = new Map([...this.#files].map(([id, file]) => [id, { ...file }]));
    copy.#live = copyOf(this.#live);
    copy.#durable = copyOf(this.#durable);
    copy.#unsynced = this.#unsynced;
    copy.#nextId = this.#nextId;
    return copy;
  }

  /** Every outcome of a crash now, or `max` of them: nothing unsynced kept, all kept, others by chance. */
  *crashes(max: number, random: Random): Generator<CrashDisk> {
    const writes = [...this.#files.values()].flatMap((file) => file.unsynced);
    const ways = [...this.#unsynced.map(() => 2), ...writes.map(() => 3)];
    const total = ways.reduce((product, count) => product * count, 1);
    for (let index = 0; index < Math.min(total, max); index++) {
      let rest = index;
      const choices = ways.map((count) => {
        if (total > max) return index === 0 ? 0 : index === 1 ? 1 : random.below(count);
        const choice = rest % count;
        rest = Math.floor(rest / count);
        return choice;
      });
      yield this.#crash(choices);
    }
  }

  #crash(choices: readonly number[]): CrashDisk {
    const next = choices.values();
    const after = this.fork();
    after.#unsynced = [];
    for (const change of this.#unsynced) if (next.next().value === 1) apply(after.#durable, change);
    after.#live = copyOf(after.#durable);
    for (const file of after.#files.values()) {
      for (const write of file.unsynced) {
        const choice = next.next().value;
        if (choice === 1) file.durable = written(file.durable, write);
        if (choice === 2) {
          const torn = write.bytes.slice();
          torn.fill(0, torn.length >> 1);
          file.durable = written(file.durable, { offset: write.offset, bytes: torn });
        }
      }
      file.live = file.durable;
      file.unsynced = [];
    }
    return after;
  }

  read(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#run('read', false, path, () =>
      this.#fileAt(path)?.live.slice(offset, Math.min(Number.MAX_SAFE_INTEGER, offset + length)),
    );
  }

  size(path: string): Promise<number | undefined> {
    return this.#run('size', false, path, () => this.#fileAt(path)?.live.length);
  }

  write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    return this.#run('write', true, path, () => {
      const { folder, name } = this.#parentOf(path);
      let id = this.#live.get(folder)?.get(name);
      if (id === undefined) {
        id = this.#nextId++;
        this.#files.set(id, { live: new Uint8Array(), durable: new Uint8Array(), unsynced: [] });
        this.#change({ folder, name, id, isUnlink: false, from: undefined });
      }
      const file = this.#files.get(id) ?? failed(`${path} is a folder`);
      const write = { offset, bytes: bytes.slice() };
      file.live = written(file.live, write);
      file.unsynced = [...file.unsynced, write];
    });
  }

  sync(path: string): Promise<void> {
    const covered = new Set(this.#fileAt(path)?.unsynced);
    return this.#run('sync', true, path, () => {
      const file = this.#fileAt(path) ?? failed(`no file ${path}`);
      for (const write of file.unsynced) if (covered.has(write)) file.durable = written(file.durable, write);
      file.unsynced = file.unsynced.filter((write) => !covered.has(write));
    });
  }

  syncDirectory(path: string): Promise<void> {
    const covered = new Set(this.#unsynced);
    return this.#run('syncDirectory', true, path, () => {
      const id = this.#folderAt(path) ?? failed(`no folder ${path}`);
      const isSynced = (change: Change): boolean => change.folder === id && covered.has(change);
      for (const change of this.#unsynced) if (isSynced(change)) apply(this.#durable, change);
      this.#unsynced = this.#unsynced.filter((change) => !isSynced(change));
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run('rename', true, from, () => {
      checkDiskPath(to);
      const source = this.#parentOf(from);
      const { folder, name } = this.#parentOf(to);
      const id = this.#live.get(source.folder)?.get(source.name) ?? failed(`no file ${from}`);
      const old = this.#live.get(folder)?.get(name);
      if (old !== undefined && this.#live.has(old)) failed(`${to} is a folder`);
      this.#change({ folder, name, id, isUnlink: false, from: source });
    });
  }

  unlink(path: string): Promise<void> {
    return this.#run('unlink', true, path, () => {
      const folder = this.#folderAt(folderOf(path));
      const name = path.slice(path.lastIndexOf('/') + 1);
      const id = folder === undefined ? undefined : this.#live.get(folder)?.get(name);
      if (folder === undefined || id === undefined) return;
      if (this.#live.has(id)) failed(`${path} is a folder`);
      this.#change({ folder, name, id, isUnlink: true, from: undefined });
    });
  }

  list(path: string): ReturnType<Disk['list']> {
    return this.#run('list', false, path, () =>
      [...(this.#live.get(this.#folderAt(path) ?? -1) ?? [])]
        .map(([name, id]) => ({
          name,
          kind: this.#live.has(id) ? ('directory' as const) : ('file' as const),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }

  makeDirectory(path: string): Promise<void> {
    return this.#run('makeDirectory', true, path, () => {
      let folder = root;
      for (const name of path.split('/')) {
        let id = this.#live.get(folder)?.get(name);
        if (id === undefined) {
          id = this.#nextId++;
          this.#live.set(id, new Map());
          this.#durable.set(id, new Map());
          this.#change({ folder, name, id, isUnlink: false, from: undefined });
        }
        if (!this.#live.has(id)) failed(`${name} is a file`);
        folder = id;
      }
    });
  }

  async #run<T>(kind: string, changes: boolean, path: string, work: () => T): Promise<T> {
    checkDiskPath(path);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const failsAfter = this.onBegin();
    for (let left = this.ticks(kind); left > 0; left--) await Promise.resolve();
    const result = work();
    if (changes) this.onChange();
    if (failsAfter) failed(`${kind} of ${path} took effect, and failed`);
    return result;
  }

  #change(change: Change): void {
    apply(this.#live, change);
    this.#unsynced = [...this.#unsynced, change];
  }

  #folderAt(path: string): number | undefined {
    let id: number | undefined = root;
    for (const name of path === '' ? [] : path.split('/')) id = this.#live.get(id ?? -1)?.get(name);
    return id !== undefined && this.#live.has(id) ? id : undefined;
  }

  #fileAt(path: string): File | undefined {
    const folder = this.#folderAt(folderOf(path));
    const id = this.#live.get(folder ?? -1)?.get(path.slice(path.lastIndexOf('/') + 1));
    return this.#files.get(id ?? -1);
  }

  #parentOf(path: string): { readonly folder: number; readonly name: string } {
    const folder = this.#folderAt(folderOf(path)) ?? failed(`no folder for ${path}`);
    return { folder, name: path.slice(path.lastIndexOf('/') + 1) };
  }
}

function apply(tree: Tree, { folder, name, id, isUnlink, from }: Change): void {
  const names = present(tree.get(folder), 'the folder of a change');
  if (from !== undefined) {
    const old = tree.get(from.folder);
    if (old?.get(from.name) === id) old.delete(from.name);
  }
  if (!isUnlink) names.set(name, id);
  else if (names.get(name) === id) names.delete(name);
}

function written(bytes: Uint8Array, write: Write): Uint8Array {
  const all = new Uint8Array(Math.max(bytes.length, write.offset + write.bytes.length));
  all.set(bytes);
  all.set(write.bytes, write.offset);
  return all;
}

function copyOf(tree: Tree): Tree {
  return new Map([...tree].map(([id, names]) => [id, new Map(names)]));
}

function failed(why: string): never {
  throw new WorldError(why);
}
