/**
 * Source-tree: successive releases of a program as directory trees.
 *
 * From one release to the next, 8 % of the files are edited (1 to 4 hunks), 2 % are added, 1 % removed, 2 % renamed with their
 * content untouched, 2 % get a new time or mode alone, and the symbolic link `current` points to the new version; each at least
 * once.
 */
import { Random } from '../../base/prng.js';
import { comparePaths } from '../../engine/snapshot/entry-rules.js';
import type { Entry } from '../../engine/snapshot/snapshot.js';
import { present } from '../../base/errors.js';
import {
  checkOptions,
  snapshotTimeMicros,
  type Changes,
  type GeneratedSnapshot,
  type Workload,
} from '../workload.js';
import { noiseSource, recordSource } from '../content/binary.js';
import { PieceTable, type Edit } from '../content/piece-table.js';
import { codeSource, proseSource } from '../content/text.js';
import { distinctPositions, Supply } from './edits.js';

interface TreeFile {
  readonly path: string;
  readonly content: PieceTable;
  readonly mode: number;
  /** Index of the snapshot that touched it last. */
  readonly touched: number;
}

const fileBytesMean = 8 * 1024;
const link = 'current';

export const sourceTree: Workload = {
  name: 'source-tree',
  summary: 'releases of a program: files edited, added, removed, renamed, touched; a symlink moves',
  kind: 'synthetic',
  measure: 'new-bytes',
  *make(options) {
    checkOptions('source-tree', options);
    const release = new ReleaseMaker(options.seed, options.bytes);
    let files = release.first(options.bytes);
    yield treeSnapshot(0, files, { changedBytes: sizeOf(files), removedBytes: 0 });
    for (let index = 1; index < options.snapshots; index++) {
      const next = release.next(files, index);
      files = next.files;
      yield treeSnapshot(index, files, next.changes);
    }
  },
};

/** Decides what a release changes; holds the streams that new bytes come from. */
class ReleaseMaker {
  readonly #random: Random;
  readonly #meanBytes: number;
  readonly #code: Supply;
  readonly #prose: Supply;
  readonly #records: Supply;
  readonly #noise: Supply;
  #fileCount = 0;

  constructor(seed: number, bytes: number) {
    this.#random = new Random(seed).fork('source-tree');
    this.#meanBytes = Math.min(fileBytesMean, Math.floor(bytes / 24));
    const contentSeed = this.#random.fork('content').u32();
    this.#code = new Supply(codeSource(contentSeed));
    this.#prose = new Supply(proseSource(contentSeed));
    this.#records = new Supply(recordSource(contentSeed));
    this.#noise = new Supply(noiseSource(contentSeed));
  }

  /** Files of at most twice the mean, until their sizes add up to exactly `bytes`. */
  first(bytes: number): TreeFile[] {
    const files: TreeFile[] = [];
    for (let left = bytes; left > 0;) {
      const file = this.#newFile(0, left);
      files.push(file);
      left -= file.content.length;
    }
    return files;
  }

  next(before: readonly TreeFile[], index: number): { files: TreeFile[]; changes: Changes } {
    const files = [...before];
    let changedBytes = 0;
    let removedBytes = 0;
    for (const i of this.#some(files.length, 0.01).reverse()) {
      const [removed] = files.splice(i, 1);
      removedBytes += removed?.content.length ?? 0;
    }
    for (const i of this.#some(files.length, 0.08)) {
      const file = present(files[i], 'file');
      const edits = this.#hunks(file.content.length);
      for (const edit of edits) {
        changedBytes += edit.insert?.length ?? 0;
        removedBytes += edit.remove;
      }
      files[i] = { ...file, content: file.content.edited(edits), touched: index };
    }
    for (const i of this.#some(files.length, 0.02)) {
      const file = present(files[i], 'file');
      files[i] = { ...file, path: this.#newPath(file.path.slice(file.path.lastIndexOf('.'))) };
    }
    for (const i of this.#some(files.length, 0.02)) {
      const file = present(files[i], 'file');
      const mode = this.#random.below(2) === 0 ? file.mode : file.mode ^ 0o111;
      files[i] = { ...file, mode, touched: index };
    }
    for (let left = this.#some(before.length, 0.02).length; left > 0; left--) {
      const file = this.#newFile(index, Infinity);
      files.push(file);
      changedBytes += file.content.length;
    }
    return { files, changes: { changedBytes, removedBytes } };
  }

  #some(count: number, part: number): number[] {
    return distinctPositions(this.#random, Math.max(1, Math.round(count * part)), count);
  }

  /** Two in three hunks replace up to 400 bytes, the others insert or delete as much. */
  #hunks(length: number): Edit[] {
    const edits: Edit[] = [];
    let end = 0;
    for (const position of distinctPositions(this.#random, this.#random.between(1, 4), length)) {
      const at = Math.max(position, end);
      const size = this.#random.between(1, 400);
      const shape = this.#random.below(6);
      const remove = shape === 0 ? 0 : Math.min(length - at, size);
      if (shape === 1) edits.push({ at, remove });
      else
        edits.push({
          at,
          remove,
          insert: this.#code.take(shape === 0 ? size : this.#random.between(1, size)),
        });
      end = at + remove;
    }
    return edits;
  }

  #newFile(index: number, bytesMax: number): TreeFile {
    const length = Math.min(bytesMax, this.#random.between(0, 2 * this.#meanBytes));
    const [supply, suffix] = this.#kind();
    const mode = this.#random.below(16) === 0 ? 0o755 : 0o644;
    return {
      path: this.#newPath(suffix),
      content: new PieceTable([supply.take(length)]),
      mode,
      touched: index,
    };
  }

  #kind(): readonly [Supply, string] {
    const kind = this.#random.below(20);
    if (kind < 13) return [this.#code, '.ts'];
    if (kind < 17) return [this.#prose, '.md'];
    return kind < 19 ? [this.#records, '.dat'] : [this.#noise, '.png'];
  }

  /** Paths are never used twice: the last part is the number of the file. */
  #newPath(suffix: string): string {
    const top = this.#random.pick(['src', 'test', 'docs', 'lib']);
    const module = this.#random.below(12);
    const part = this.#random.below(3) === 0 ? `part-${this.#random.below(4)}/` : '';
    return `${top}/module-${module}/${part}file-${this.#fileCount++}${suffix}`;
  }
}

function sizeOf(files: readonly TreeFile[]): number {
  return files.reduce((sum, file) => sum + file.content.length, 0);
}

function treeSnapshot(index: number, files: readonly TreeFile[], changes: Changes): GeneratedSnapshot {
  const contents = new Map(files.map((file) => [file.path, file.content]));
  const entries = treeEntries(index, files);
  return {
    index,
    form: 'tree',
    entries,
    fill: (entry, offset, into) => contents.get(present(entries[entry], 'entry').path)?.fill(offset, into),
    changes: () => changes,
  };
}

/** All entries in order; a directory carries the time of the youngest thing below it. */
function treeEntries(index: number, files: readonly TreeFile[]): Entry[] {
  const directories = new Map<string, number>([['.', index]]);
  const entries: Entry[] = [];
  for (const file of files) {
    for (let slash = file.path.indexOf('/'); slash >= 0; slash = file.path.indexOf('/', slash + 1)) {
      const path = file.path.slice(0, slash);
      directories.set(path, Math.max(directories.get(path) ?? 0, file.touched));
    }
    const { path, mode, touched, content } = file;
    entries.push({
      path,
      kind: 'file',
      mode,
      mtimeMicros: snapshotTimeMicros(touched),
      sizeBytes: content.length,
    });
  }
  const mtimeMicros = snapshotTimeMicros(index);
  entries.push({
    path: link,
    kind: 'symlink',
    mode: 0o777,
    mtimeMicros,
    sizeBytes: 0,
    linkTarget: `releases/1.${index}.0`,
  });
  for (const [path, touched] of directories) {
    entries.push({
      path,
      kind: 'directory',
      mode: 0o755,
      mtimeMicros: snapshotTimeMicros(touched),
      sizeBytes: 0,
    });
  }
  return entries.sort((a, b) => comparePaths(a.path, b.path));
}
