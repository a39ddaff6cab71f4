/**
 * The structure of a package: Structure <-> one canonical CBOR item of columns (docs/formats/package-v1.md,
 * "Structure"), and the rules that keep a hostile one inside the target's folder. What a listed path may look like
 * is snapshot/entry-rules.ts; that every parent exists can be said only of the whole target, by whoever applies the
 * package.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';
import { entriesMax, structureBytesMax } from '../../base/limits.js';
import { comparePaths, fieldProblem, pathProblem, shown } from '../snapshot/entry-rules.js';
import { decodeCbor, encodeCbor } from './cbor.js';
import { decodeEntries, decodePaths, encodeEntries, encodePaths, readText, writeText } from './columns.js';
import { Fields } from './fields.js';
import type { EntryChange, PackageHeader, Structure } from './model.js';

const what = 'the structure';

/** The structure's bytes before compression. Throws DataError where it breaks a rule, as a reader would. */
export function encodeStructure(structure: Structure, header: PackageHeader): Uint8Array {
  checkStructure(structure, header);
  const renamed = new ByteWriter();
  let previous = -1;
  structure.changed.forEach(({ renamedFrom }, row) => {
    if (renamedFrom === undefined) return;
    renamed.varint(row - previous - 1);
    writeText(renamed, renamedFrom);
    previous = row;
  });
  const bytes = encodeCbor({
    removed: encodePaths(structure.removed),
    changed: encodeEntries(structure.changed.map((change) => change.entry)),
    renamed: renamed.finish(),
  });
  if (bytes.length > structureBytesMax) {
    throw new DataError(`${what} has ${bytes.length} bytes, more than ${structureBytesMax}`);
  }
  return bytes;
}

export function decodeStructure(bytes: Uint8Array, header: PackageHeader, tolerant: boolean): Structure {
  const fields = Fields.ofMap(decodeCbor(bytes, what), what, tolerant);
  const removed = decodePaths(fields.fields('removed'), what);
  const entries = decodeEntries(fields.fields('changed'), what);
  const sources = decodeRenames(fields.bytes('renamed'), entries.length);
  fields.end();
  const changed = entries.map((entry, row): EntryChange => {
    const renamedFrom = sources.get(row);
    return renamedFrom === undefined ? { entry } : { entry, renamedFrom };
  });
  const structure = { removed, changed };
  checkStructure(structure, header);
  return structure;
}

function decodeRenames(bytes: Uint8Array, rows: number): Map<number, string> {
  const sources = new Map<number, string>();
  const reader = new ByteReader(bytes);
  let row = -1;
  while (reader.remaining > 0) {
    row += reader.varint(`${what}: a renamed row`) + 1;
    if (row >= rows) throw new DataError(`${what} renames row ${row} of ${rows}`);
    sources.set(row, readText(reader, `${what}: a renamed path`));
  }
  return sources;
}

function checkStructure(structure: Structure, header: PackageHeader): void {
  const { removed, changed } = structure;
  if (changed.length > Math.min(entriesMax, header.target.entryCount)) {
    throw new DataError(`${what} lists ${changed.length} entries of a target of ${header.target.entryCount}`);
  }
  if (removed.length > Math.min(entriesMax, header.base.entryCount)) {
    throw new DataError(`${what} removes ${removed.length} entries of a base of ${header.base.entryCount}`);
  }
  for (const { entry } of changed) {
    const problem = fieldProblem(entry);
    if (problem !== undefined) throw fault(entry.path, problem);
  }
  const bytes = changed.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  if (bytes > header.target.totalBytes) {
    throw new DataError(`${what} lists ${bytes} bytes of a target of ${header.target.totalBytes}`);
  }
  if (header.form === 'image') checkImage(structure, header);
  else checkTree(structure);
}

function checkImage({ removed, changed }: Structure, header: PackageHeader): void {
  const [only] = changed;
  if (
    removed.length !== 0 ||
    changed.length !== 1 ||
    only?.entry.path !== '' ||
    only.entry.kind !== 'file' ||
    only.renamedFrom !== undefined
  ) {
    throw new DataError(`${what} is not that of an image: one file without a path`);
  }
  if (only.entry.sizeBytes !== header.target.totalBytes) {
    throw new DataError(
      `${what} gives the image ${only.entry.sizeBytes} bytes, the header ${header.target.totalBytes}`,
    );
  }
}

function checkTree({ removed, changed }: Structure): void {
  checkOrder(removed, 'removed');
  checkOrder(
    changed.map(({ entry }) => entry.path),
    'listed',
  );
  const gone = new Set(removed);
  if (gone.has('.')) throw fault('.', 'is the root and cannot be removed');
  // Files and symlinks that begin as the present path does, each the beginning of the next: sorted paths that share
  // a beginning are neighbours, so one pass finds every path below a file, whatever comes between ('a', 'a-b',
  // 'a/b').
  const barriers: string[] = [];
  const renamed = new Set<string>();
  for (const { entry, renamedFrom } of changed) {
    const { path } = entry;
    if (path === '.' && entry.kind !== 'directory') throw fault(path, `is the root and a ${entry.kind}`);
    if (gone.has(path)) throw fault(path, 'is both removed and listed');
    while (!path.startsWith(barriers.at(-1) ?? '')) barriers.pop();
    const barrier = barriers.at(-1);
    if (barrier !== undefined && path[barrier.length] === '/')
      throw fault(path, 'lies below a file or symlink');
    if (entry.kind !== 'directory') barriers.push(path);
    if (renamedFrom === undefined) continue;
    if (!gone.has(renamedFrom)) throw fault(renamedFrom, 'is renamed and not removed');
    if (renamed.has(renamedFrom)) throw fault(renamedFrom, 'is renamed twice');
    renamed.add(renamedFrom);
  }
}

function checkOrder(paths: readonly string[], role: string): void {
  paths.forEach((path, index) => {
    const problem = path === '.' ? undefined : pathProblem(path);
    if (problem !== undefined) throw fault(path, problem);
    const previous = paths[index - 1];
    if (previous !== undefined && comparePaths(previous, path) >= 0) {
      throw fault(path, `is ${role} twice or out of order`);
    }
  });
}

function fault(path: string, problem: string): DataError {
  return new DataError(`${what}: ${shown(path)} ${problem}`);
}
