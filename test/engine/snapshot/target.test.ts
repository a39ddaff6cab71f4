import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DataError, UsageError, WorldError } from '../../../src/base/errors.js';
import { memorySnapshot, type MemoryEntry } from '../../../src/engine/snapshot/memory.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { openFilesMax } from '../../../src/engine/snapshot/open-files.js';
import type { Snapshot, SnapshotShape } from '../../../src/engine/snapshot/snapshot.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import { Staging } from '../../../src/engine/snapshot/staging.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { assertApart, createTarget } from '../../../src/engine/snapshot/target.js';
import type { TargetWriter } from '../../../src/engine/snapshot/target-writer.js';
import { namesIn, temporaryDirectories } from './temp.js';

const fresh = temporaryDirectories();
const odd = 1_700_000_000_123_457;

function image(text: string): Snapshot {
  return memorySnapshot('image', [{ path: '', bytes: Buffer.from(text), mode: 0o640, mtimeMicros: odd }]);
}

function tree(entries: readonly MemoryEntry[]): Snapshot {
  return memorySnapshot('tree', [{ path: '.', kind: 'directory', mtimeMicros: odd + 1 }, ...entries]);
}

const smallTree = tree([
  { path: 'bin', kind: 'directory', mode: 0o555, mtimeMicros: odd + 2 },
  { path: 'bin/run', bytes: Buffer.from('#!'), mode: 0o4755, mtimeMicros: odd + 3 },
  { path: 'bin/locked', kind: 'directory', mode: 0o000, mtimeMicros: odd + 4 },
  { path: 'bin/locked/secret', bytes: Buffer.from('s'), mode: 0o000, mtimeMicros: -odd },
  { path: 'empty', mode: 0o600, mtimeMicros: 1 },
  { path: 'link', kind: 'symlink', linkTarget: '/nowhere/..', mtimeMicros: odd + 5 },
  { path: 'zeros', bytes: Buffer.alloc(100_000), mtimeMicros: odd + 6 },
]);

function bytesOf(snapshot: Snapshot): Buffer {
  const reader = snapshot.openReader();
  const bytes = Buffer.alloc(snapshot.layout.totalBytes);
  reader.read(0, bytes);
  reader.close();
  return bytes;
}

/** Writes a snapshot in pieces of odd lengths, the second half first. */
function fill(writer: TargetWriter, source: Snapshot): void {
  writer.begin(source);
  const bytes = bytesOf(source);
  const half = Math.floor(bytes.length / 2);
  for (const [from, to] of [
    [half, bytes.length],
    [0, half],
  ] as const) {
    for (let at = from; at < to; at += 4093) writer.write(at, bytes.subarray(at, Math.min(at + 4093, to)));
  }
}

describe('a file', () => {
  test('appears whole, with mode and time, and nothing beside it', () => {
    const folder = fresh();
    const writer = createTarget(join(folder, 'disk'), { form: 'image', overwrite: false });
    const source = image('0123456789');
    fill(writer, source);
    expect(namesIn(folder)).toHaveLength(1);
    expect(namesIn(folder)[0]).toMatch(/^\.disk\.snapdelta-\d+-[0-9a-f]{8}$/);
    const back = Buffer.alloc(4);
    writer.read(3, back);
    expect(back.toString()).toBe('3456');
    writer.commit();
    writer.abort();
    expect(namesIn(folder)).toEqual(['disk']);
    const opened = openSnapshot(join(folder, 'disk'));
    expect(opened.entries).toEqual(source.entries);
    expect(bytesOf(opened)).toEqual(bytesOf(source));
  });

  test('keeps zeros as holes', () => {
    const path = join(fresh(), 'disk');
    const shape = shapeOf({
      form: 'image',
      entries: [{ path: '', kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: 8 * 2 ** 30 }],
    });
    const writer = createTarget(path, { form: 'image', overwrite: false });
    writer.begin(shape);
    writer.zero(0, 8 * 2 ** 30 - 3);
    writer.write(8 * 2 ** 30 - 3, Buffer.from('end'));
    const back = Buffer.alloc(6, 1);
    writer.read(8 * 2 ** 30 - 6, back);
    expect(back.toString()).toBe('\0\0\0end');
    writer.commit();
    expect(statSync(path).size).toBe(8 * 2 ** 30);
    expect(statSync(path).blocks).toBeLessThan(1000);
  });

  test('replaces another only when allowed, and only then', () => {
    const folder = fresh();
    const path = join(folder, 'disk');
    writeFileSync(path, 'old');
    const refused = createTarget(path, { form: 'image', overwrite: false });
    expect(() => refused.begin(image('new'))).toThrow(UsageError);
    refused.abort();
    const allowed = createTarget(path, { form: 'image', overwrite: true });
    fill(allowed, image('new'));
    expect(readFileSync(path, 'utf8')).toBe('old');
    allowed.commit();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(namesIn(folder)).toEqual(['disk']);
  });

  test('that appears meanwhile is not replaced', () => {
    const folder = fresh();
    const path = join(folder, 'disk');
    const writer = createTarget(path, { form: 'image', overwrite: false });
    fill(writer, image('new'));
    writeFileSync(path, 'from elsewhere');
    expect(() => writer.commit()).toThrow(/exists already/);
    writer.abort();
    expect(namesIn(folder)).toEqual(['disk']);
    expect(readFileSync(path, 'utf8')).toBe('from elsewhere');
  });

  test('goes away on abort, at any time and twice', () => {
    const folder = fresh();
    const writer = createTarget(join(folder, 'disk'), { form: 'image', overwrite: false });
    writer.abort();
    fill(writer, image('x'));
    writer.abort();
    writer.abort();
    expect(namesIn(folder)).toEqual([]);
  });

  test('cannot take the place of a directory, device or fifo', () => {
    const folder = fresh();
    mkdirSync(join(folder, 'there'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    for (const path of [join(folder, 'there'), join(folder, 'fifo'), '/dev/null']) {
      const writer = createTarget(path, { form: 'image', overwrite: true });
      expect(() => writer.begin(image('x'))).toThrow(UsageError);
      writer.abort();
    }
    expect(namesIn(folder)).toEqual(['fifo', 'there']);
  });

  test('in a folder that does not exist is the world’s failure', () => {
    const writer = createTarget(join(fresh(), 'missing', 'disk'), { form: 'image', overwrite: false });
    expect(() => writer.begin(image('x'))).toThrow(WorldError);
    expect(() => writer.begin(image('x'))).toThrow(/cannot write .*: its folder does not exist/);
    writer.abort();
  });
});

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

test('a directory that could not be replaced is back under its name', () => {
  const folder = fresh();
  mkdirSync(join(folder, 'tree', 'old'), { recursive: true });
  const staging = new Staging(join(folder, 'tree'), { form: 'tree', overwrite: true });
  expect(() => staging.publish()).toThrow(WorldError);
  expect(namesIn(folder)).toEqual(['tree']);
  expect(namesIn(join(folder, 'tree'))).toEqual(['old']);
});

test('a replaced directory that cannot be removed is named, and the new one is there', (context) => {
  const folder = fresh();
  const busy = join(folder, 'tree', 'busy');
  mkdirSync(busy, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', busy], { stdio: 'ignore' });
  } catch {
    context.skip('no right to mount a small file system');
    return;
  }
  const writer = createTarget(join(folder, 'tree'), { form: 'tree', overwrite: true });
  try {
    fill(writer, smallTree);
    expect(() => writer.commit()).toThrow(/tree is complete, but what it replaced could not be removed/);
    expect(openSnapshot(join(folder, 'tree')).entries).toEqual(smallTree.entries);
  } finally {
    writer.abort();
    for (const name of namesIn(folder)) {
      if (name.endsWith('-old')) execFileSync('umount', [join(folder, name, 'busy')]);
    }
  }
});

test('a full disk is one clear line, and what was written goes away', (context) => {
  const folder = fresh();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    context.skip('no right to mount a small file system');
    return;
  }
  try {
    const large = Buffer.alloc(2 ** 20, 1);
    const sources = [image(large.toString('latin1')), tree([{ path: 'a', bytes: large }])];
    for (const source of sources) {
      const writer = createTarget(join(folder, 'x'), { form: source.form, overwrite: false });
      expect(() => fill(writer, source)).toThrow(WorldError);
      expect(() => writer.write(0, large)).toThrow(/cannot write .*: the disk is full/);
      writer.abort();
      expect(namesIn(folder)).toEqual([]);
    }
  } finally {
    execFileSync('umount', [folder]);
  }
});

describe('without the rights of root', () => {
  /** Root may do anything, so that it cannot see what others would. */
  function asNobody(work: () => void): void {
    if (process.getuid?.() !== 0) {
      work();
      return;
    }
    process.seteuid?.(65_534);
    try {
      work();
    } finally {
      process.seteuid?.(0);
    }
  }

  test('a folder that may not be written is one clear line', () => {
    const folder = fresh();
    chmodSync(folder, 0o555);
    asNobody(() => {
      const writer = createTarget(join(folder, 'x'), { form: 'image', overwrite: false });
      expect(() => writer.begin(image('x'))).toThrow(/cannot write .*: permission is denied/);
      writer.abort();
    });
    chmodSync(folder, 0o755);
  });

  test('a tree of locked directories is written, and goes away on abort', () => {
    const folder = fresh();
    chmodSync(folder, 0o777);
    asNobody(() => {
      const writer = createTarget(join(folder, 'tree'), { form: 'tree', overwrite: false });
      fill(writer, smallTree);
      writer.commit();
      expect(statSync(join(folder, 'tree', 'bin')).mode & 0o7777).toBe(0o555);
      const second = createTarget(join(folder, 'second'), { form: 'tree', overwrite: false });
      fill(second, smallTree);
      writeFileSync(join(folder, 'second'), 'in the way');
      expect(() => second.commit()).toThrow(UsageError);
      second.abort();
    });
    expect(namesIn(folder)).toEqual(['second', 'tree']);
    expect(openSnapshot(join(folder, 'tree')).entries).toEqual(smallTree.entries);
  });

  test('what may not be read is one clear line', () => {
    const folder = fresh();
    const path = join(folder, 'disk');
    writeFileSync(path, 'secret');
    chmodSync(path, 0o000);
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'tree', 'locked'), { recursive: true });
    writeFileSync(join(folder, 'tree', 'secret'), 'secret');
    const listed = openSnapshot(join(folder, 'tree'));
    chmodSync(join(folder, 'tree', 'secret'), 0o000);
    chmodSync(join(folder, 'tree', 'locked'), 0o000);
    asNobody(() => {
      expect(() => openSnapshot(path)).toThrow(/cannot open .*disk: permission is denied/);
      expect(() => openSnapshot(join(folder, 'tree'))).toThrow(/cannot read .*locked: permission is denied/);
      expect(() => bytesOf(listed)).toThrow(/cannot read .*secret: permission is denied/);
    });
  });
});

test('memory holds a target up to its limit', () => {
  const writer = memoryTarget();
  expect(() => writer.snapshot()).toThrow(UsageError);
  fill(writer, smallTree);
  writer.commit();
  writer.abort();
  expect(writer.snapshot().entries).toEqual(smallTree.entries);
  expect(bytesOf(writer.snapshot())).toEqual(bytesOf(smallTree));
  expect(() => memoryTarget(9).begin(image('0123456789'))).toThrow(WorldError);
  memoryTarget(10).begin(image('0123456789'));
});

test('a target may not be the base, lie in it, or hold it', () => {
  const folder = realpathSync(fresh());
  mkdirSync(join(folder, 'base', 'sub'), { recursive: true });
  writeFileSync(join(folder, 'disk'), '');
  symlinkSync('base', join(folder, 'alias'));
  const refused: [string, string, 'image' | 'tree'][] = [
    ['disk', 'disk', 'image'],
    ['base', 'base', 'tree'],
    ['alias', 'base', 'tree'],
    ['base', 'alias/sub/new', 'tree'],
    ['base', 'base/new', 'tree'],
    ['base/sub', 'base', 'tree'],
  ];
  for (const [base, target, form] of refused) {
    const check = () =>
      assertApart(
        openSnapshot(join(folder, base)),
        createTarget(join(folder, target), { form, overwrite: true }),
      );
    expect(check, `${base} -> ${target}`).toThrow(UsageError);
  }
  for (const target of ['base2', 'new', 'disk2']) {
    assertApart(
      openSnapshot(join(folder, 'base')),
      createTarget(join(folder, target), { form: 'tree', overwrite: true }),
    );
  }
});
