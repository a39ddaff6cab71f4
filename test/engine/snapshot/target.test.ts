/** Targets where the world resists: full disks, missing rights, names that are taken; targets in memory; targets too near the base. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../../../src/base/errors.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { Staging } from '../../../src/engine/snapshot/staging.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { assertApart, createTarget } from '../../../src/engine/snapshot/target.js';
import { namesIn, temporaryDirectories } from './temp.js';
import { bytesOf, fill, image, smallTree, tree } from './targets.js';

const fresh = temporaryDirectories();

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
