/**
 * The names of a simulated disk: the tree that operations see, and the one that a power cut would leave. Each change of names is one operation,
 * whole or not at all (a rename too), and stays pending until the folder of its new or removed name is synced.
 */
import { WorldError } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import { checkDiskPath, folderOf } from '../../replication/store/disk-path.js';
import { SimulatedFile } from './file.js';

export class Folder {
  children = new Map<string, Node>();
  durable = new Map<string, Node>();
}
export type Node = Folder | SimulatedFile;

interface Change {
  readonly folder: Folder;
  readonly name: string;
  readonly node: Node | undefined;
}
type Operation = readonly [Change, ...Change[]];

export class Names {
  readonly root = new Folder();
  /** Names of the paths that were checked: most are asked for many times. */
  readonly #parts = new Map<string, readonly string[]>();
  #pending: Operation[] = [];

  /** Throws BugError for a path that is none. */
  check(path: string): void {
    if (this.#parts.has(path)) return;
    checkDiskPath(path);
    this.#parts.set(path, path.split('/'));
  }

  find(path: string): Node | undefined {
    if (path === '') return this.root;
    let node: Node | undefined = this.root;
    for (const name of this.#parts.get(path) ?? path.split('/')) {
      if (!(node instanceof Folder)) return undefined;
      node = node.children.get(name);
    }
    return node;
  }

  file(path: string): SimulatedFile | undefined {
    const node = this.find(path);
    return node instanceof SimulatedFile ? node : undefined;
  }

  /** The folder of a path's last name. Throws WorldError when there is none. */
  parent(path: string): Folder {
    const folder = this.find(folderOf(path));
    if (!(folder instanceof Folder)) throw new WorldError(`${path}: there is no such folder`);
    return folder;
  }

  create(path: string): SimulatedFile {
    const file = new SimulatedFile();
    this.#apply([{ folder: this.parent(path), name: lastOf(path), node: file }]);
    return file;
  }

  makeFolder(path: string): void {
    const found = this.find(path);
    if (found instanceof Folder) return;
    if (found !== undefined) throw new WorldError(`${path} is a file`);
    this.makeFolder(folderOf(path));
    this.#apply([{ folder: this.parent(path), name: lastOf(path), node: new Folder() }]);
  }

  rename(from: string, to: string): void {
    const node = this.find(from);
    if (node === undefined) throw new WorldError(`${from}: there is no such file`);
    if (this.find(to) instanceof Folder) throw new WorldError(`${to} is a folder`);
    const target = this.parent(to);
    if (from === to) return;
    this.#apply([
      { folder: target, name: lastOf(to), node },
      { folder: this.parent(from), name: lastOf(from), node: undefined },
    ]);
  }

  remove(path: string): void {
    const node = this.find(path);
    if (node === undefined) return;
    if (node instanceof Folder) throw new WorldError(`${path} is a folder`);
    this.#apply([{ folder: this.parent(path), name: lastOf(path), node: undefined }]);
  }

  #apply(operation: Operation): void {
    this.#pending.push(operation);
    for (const change of operation) set(change.folder.children, change);
  }

  /** Whether a sync of the folder would change nothing. */
  isSynced(folder: Folder): boolean {
    return this.#pending.every((operation) => operation[0].folder !== folder);
  }

  /** Makes the folder's names durable, and what they follow from. */
  sync(folder: Folder): void {
    const isCommitted = this.#pending.map((operation) => operation[0].folder === folder);
    if (!isCommitted.includes(true)) return;
    // An operation needs those before it that touched one of its names.
    for (let at = this.#pending.length - 1; at >= 0; at--) {
      const later = this.#pending[at];
      if (isCommitted[at] !== true || later === undefined) continue;
      for (let before = 0; before < at; before++)
        if (this.#pending[before]?.some((a) => later.some((b) => isSameName(a, b))) === true)
          isCommitted[before] = true;
    }
    this.#commit(isCommitted);
  }

  /** A power cut: each pending operation is kept or lost, a lost one with all that follow from it. Then every file's own crash. */
  crash(random: Random): void {
    const fates = random.fork('names');
    const lost: Operation[] = [];
    const isKept = this.#pending.map((operation) => {
      const follows = lost.some((one) => one.some((a) => operation.some((b) => isSameName(a, b))));
      const isLost = follows || fates.below(2) === 0;
      if (isLost) lost.push(operation);
      return !isLost;
    });
    this.#commit(isKept);
    this.#pending = [];
    let count = 0;
    const restore = (folder: Folder): void => {
      folder.children = new Map(folder.durable);
      for (const node of folder.children.values()) {
        if (node instanceof Folder) {
          restore(node);
          continue;
        }
        if (!node.isSynced) node.crash(random.fork(`file ${count++}`));
        node.forget();
      }
    };
    restore(this.root);
  }

  #commit(isCommitted: readonly boolean[]): void {
    this.#pending = this.#pending.filter((operation, index) => {
      if (isCommitted[index] !== true) return true;
      for (const change of operation) set(change.folder.durable, change);
      return false;
    });
  }

  /** Every file, in the order of the tree. */
  files(): SimulatedFile[] {
    const found: SimulatedFile[] = [];
    const visit = (folder: Folder): void => {
      for (const node of folder.children.values()) {
        if (node instanceof Folder) visit(node);
        else found.push(node);
      }
    };
    visit(this.root);
    return found;
  }
}

function set(names: Map<string, Node>, { name, node }: Change): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

function isSameName(a: Change, b: Change): boolean {
  return a.folder === b.folder && a.name === b.name;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
