/** A tree on its way to a directory: whole under its name or not at all, and never outside its staging directory. */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DataError, UsageError, WorldError } from '../../../src/base/errors.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { openFilesMax } from '../../../src/engine/snapshot/open-files.js';
import type { SnapshotShape } from '../../../src/engine/snapshot/snapshot.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import { createTarget } from '../../../src/engine/snapshot/target.js';
import { namesIn, temporaryDirectories } from './temp.js';
import { bytesOf, fill, smallTree, tree } from './targets.js';

const fresh = temporaryDirectories();

describe('a tree', () => {
  test('appears whole, with modes, exact times, links and empty files', () => {
    const folder = fresh();
    const path = join(folder, 'tree');
    const writer = createTarget(path, { form: 'tree', overwrite: false });
    fill(writer, smallTree);
    expect(namesIn(folder)).toHaveLength(1);
    writer.commit();
    expect(namesIn(folder)).toEqual(['tree']);
    const opened = openSnapshot(path);
    expect(opened.entries).toEqual(smallTree.entries);
    expect(bytesOf(opened)).toEqual(bytesOf(smallTree));
    expect(readlinkSync(join(path, 'link'))).toBe('/nowhere/..');
  });

  test('whose files are all holes still gets them', () => {
    const path = join(fresh(), 'tree');
    const writer = createTarget(path, { form: 'tree', overwrite: false, durability: 'cached' });
    writer.begin(smallTree);
    writer.zero(0, smallTree.layout.totalBytes);
    const back = Buffer.alloc(smallTree.layout.totalBytes, 1);
    writer.read(0, back);
    expect(back.every((byte) => byte === 0)).toBe(true);
    writer.commit();
    expect(openSnapshot(path).entries).toEqual(smallTree.entries);
  });

  test('of more files than may be open at once is written in any order', () => {
    const count = openFilesMax * 3;
    const source = tree(
      Array.from({ length: count }, (_, i) => ({ path: `f${i}`, bytes: Buffer.from(`<${i}><${i}>`) })),
    );
    const writer = createTarget(join(fresh(), 'tree'), { form: 'tree', overwrite: false });
    writer.begin(source);
    const bytes = bytesOf(source);
    for (let step = 0; step < 2; step++) {
      for (let at = bytes.length - 1 - step; at >= 0; at -= 2) writer.write(at, bytes.subarray(at, at + 1));
    }
    const back = Buffer.alloc(bytes.length);
    writer.read(0, back);
    expect(back).toEqual(bytes);
    writer.abort();
  });

  test('replaces a directory or a link as a whole when allowed', () => {
    const folder = fresh();
    const path = join(folder, 'tree');
    mkdirSync(join(path, 'old'), { recursive: true });
    writeFileSync(join(path, 'old', 'file'), 'kept until the end');
    const refused = createTarget(path, { form: 'tree', overwrite: false });
    expect(() => refused.begin(smallTree)).toThrow(/exists already/);
    for (const name of ['tree', 'link']) {
      if (name === 'link') symlinkSync('tree', join(folder, name));
      const writer = createTarget(join(folder, name), { form: 'tree', overwrite: true });
      fill(writer, smallTree);
      expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(name === 'link');
      writer.commit();
      expect(lstatSync(join(folder, name)).isDirectory()).toBe(true);
      expect(openSnapshot(join(folder, name)).entries).toEqual(smallTree.entries);
    }
    expect(namesIn(folder)).toEqual(['link', 'tree']);
    writeFileSync(join(folder, 'file'), '');
    const onFile = createTarget(join(folder, 'file'), { form: 'tree', overwrite: true });
    expect(() => onFile.begin(smallTree)).toThrow(/is a file, but the target is a directory/);
  });

  test('goes away on abort, also after its directories were locked', () => {
    const folder = fresh();
    const path = join(folder, 'tree');
    const writer = createTarget(path, { form: 'tree', overwrite: false });
    fill(writer, smallTree);
    writeFileSync(path, 'in the way');
    expect(() => writer.commit()).toThrow(UsageError);
    writer.abort();
    expect(namesIn(folder)).toEqual(['tree']);
    expect(readFileSync(path, 'utf8')).toBe('in the way');
  });

  test.each<[string, SnapshotShape['entries']]>([
    ['a path upwards', [file('../escaped')]],
    ['an absolute path', [file('/tmp/escaped')]],
    ['a link as a folder', [{ ...file('a'), kind: 'symlink', linkTarget: '..' }, file('a/escaped')]],
    [
      'a link and a file of one name',
      [{ ...file('a'), kind: 'symlink', linkTarget: '../escaped' }, file('a')],
    ],
  ])('with %s is refused before anything is created', (_name, entries) => {
    const folder = fresh();
    const root = smallTree.entries[0];
    if (root === undefined) throw new Error('a root');
    const hostile = shapeOf({ form: 'tree', entries: [root, ...entries] });
    const writer = createTarget(join(folder, 'tree'), { form: 'tree', overwrite: false });
    expect(() => writer.begin(hostile)).toThrow(DataError);
    writer.abort();
    expect(namesIn(folder)).toEqual([]);
  });

  test('does not write through a link that somebody puts into its staging directory', () => {
    const folder = fresh();
    writeFileSync(join(folder, 'victim'), 'untouched');
    const source = tree([{ path: 'a', bytes: Buffer.from('hostile') }]);
    const writer = createTarget(join(folder, 'tree'), { form: 'tree', overwrite: false });
    writer.begin(source);
    const staging = namesIn(folder).find((name) => name.startsWith('.tree'));
    symlinkSync('../victim', join(folder, staging ?? '', 'a'));
    expect(() => writer.write(0, Buffer.from('hostile'))).toThrow(WorldError);
    writer.abort();
    expect(namesIn(folder)).toEqual(['victim']);
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched');
  });
});

test('a tree does not write into a file that somebody links into its staging directory', () => {
  const folder = fresh();
  writeFileSync(join(folder, 'victim'), 'untouched');
  const writer = createTarget(join(folder, 'tree'), { form: 'tree', overwrite: false });
  writer.begin(tree([{ path: 'a', bytes: Buffer.from('hostile') }]));
  const staging = namesIn(folder).find((name) => name.startsWith('.tree'));
  linkSync(join(folder, 'victim'), join(folder, staging ?? '', 'a'));
  expect(() => writer.write(0, Buffer.from('hostile'))).toThrow(/something of this name exists already/);
  writer.abort();
  expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched');
});

function file(path: string): SnapshotShape['entries'][number] {
  return { path, kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: 1 };
}
