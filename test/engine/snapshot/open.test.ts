import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError, WorldError } from '../../../src/base/errors.js';
import {
  blockDeviceBytes,
  deviceNumbers,
  readableBytes,
  sizeByReading,
} from '../../../src/engine/snapshot/block-device.js';
import { openContent } from '../../../src/engine/snapshot/content.js';
import { openFilesMax } from '../../../src/engine/snapshot/open-files.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { settableSeconds } from '../../../src/engine/snapshot/times.js';
import { temporaryDirectories } from './temp.js';

const fresh = temporaryDirectories();

function bytesOf(snapshot: Snapshot, address = 0, length = snapshot.layout.totalBytes - address): Buffer {
  const reader = snapshot.openReader();
  const bytes = Buffer.alloc(length);
  reader.read(address, bytes);
  reader.close();
  return bytes;
}

test('a file is an image of one entry, also through a link', () => {
  const folder = fresh();
  const path = join(folder, 'disk');
  writeFileSync(path, 'abcdef');
  chmodSync(path, 0o640);
  utimesSync(path, 0, settableSeconds(1_700_000_000_123_457));
  symlinkSync('disk', join(folder, 'link'));
  for (const name of ['disk', 'link']) {
    const snapshot = openSnapshot(join(folder, name));
    expect(snapshot).toMatchObject({
      form: 'image',
      skipped: [],
      entries: [{ path: '', kind: 'file', mode: 0o640, mtimeMicros: 1_700_000_000_123_457, sizeBytes: 6 }],
    });
    expect(bytesOf(snapshot, 2, 3).toString()).toBe('cde');
    snapshot.assertUnchanged();
  }
});

test('a directory is a tree in the order of UTF-8 bytes, links are not followed, special files are reported', () => {
  const root = join(fresh(), 'tree');
  mkdirSync(join(root, 'a'), { recursive: true });
  writeFileSync(join(root, 'a-'), 'two');
  writeFileSync(join(root, 'a', 'x'), 'one');
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(root, '\u{1f600}'), 'last');
  writeFileSync(join(root, '\uffee'), 'before');
  symlinkSync('../../outside', join(root, 'a', 'link'));
  execFileSync('mkfifo', [join(root, 'a', 'fifo')]);
  const snapshot = openSnapshot(root);
  expect(snapshot.entries.map(({ path, kind, sizeBytes }) => [path, kind, sizeBytes])).toEqual([
    ['.', 'directory', 0],
    ['a', 'directory', 0],
    ['a-', 'file', 3],
    ['a/link', 'symlink', 0],
    ['a/x', 'file', 3],
    ['empty', 'file', 0],
    ['\uffee', 'file', 6],
    ['\u{1f600}', 'file', 4],
  ]);
  expect(snapshot.entries[3]).toMatchObject({ linkTarget: '../../outside', mode: 0o777 });
  expect(snapshot.skipped).toEqual([{ path: 'a/fifo', kind: 'fifo' }]);
  expect(bytesOf(snapshot).toString()).toBe('twoonebeforelast');
  expect(bytesOf(snapshot, 4, 4).toString()).toBe('nebe');
});

test('a worker opens the same content from plain data, with few files open', () => {
  const root = fresh();
  const count = openFilesMax * 3;
  for (let i = 0; i < count; i++) writeFileSync(join(root, `f${String(i).padStart(3, '0')}`), `<${i}>`);
  const snapshot = openSnapshot(root);
  const reader = openContent(structuredClone(snapshot.source));
  const bytes = Buffer.alloc(snapshot.layout.totalBytes);
  for (let address = bytes.length - 1; address >= 0; address--)
    reader.read(address, bytes.subarray(address, address + 1));
  expect(openIn(root)).toBe(openFilesMax);
  reader.close();
  expect(openIn(root)).toBe(0);
  expect(bytes.toString()).toBe(Array.from({ length: count }, (_, i) => `<${i}>`).join(''));
});

/** How many files below a directory this process has open. */
function openIn(root: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    const path = `/proc/self/fd/${fd}`;
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined && readlinkSync(path).startsWith(root);
  }).length;
}

test('reads beyond 4 GiB find their place', () => {
  const path = join(fresh(), 'sparse');
  writeFileSync(path, '');
  truncateSync(path, 5 * 2 ** 30);
  appendFileSync(path, 'end');
  expect(bytesOf(openSnapshot(path), 5 * 2 ** 30 - 1, 4).toString()).toBe('\0end');
});

test('what is no snapshot is refused with a reason', () => {
  const folder = fresh();
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  expect(() => openSnapshot(join(folder, 'fifo'))).toThrow(UsageError);
  expect(() => openSnapshot('/dev/null')).toThrow(/character device/);
  const missing = () => openSnapshot(join(folder, 'missing'));
  expect(missing).toThrow(WorldError);
  expect(missing).toThrow(/cannot open .*missing: it does not exist/);
});

test('a name that is not UTF-8 is refused', () => {
  const root = fresh();
  writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.of(0xe9)]), '');
  expect(() => openSnapshot(root)).toThrow(/not valid UTF-8: "caf\u00e9"/);
});

test('a name that begins with a byte order mark keeps it', () => {
  const root = fresh();
  writeFileSync(join(root, '\ufeffx'), 'y');
  expect(openSnapshot(root).entries[1]?.path).toBe('\ufeffx');
});

test('files that shrink, vanish or turn into links while they are read are noticed', () => {
  const root = fresh();
  for (const name of ['a', 'b', 'c']) writeFileSync(join(root, name), 'x'.repeat(100));
  const snapshot = openSnapshot(root);
  truncateSync(join(root, 'a'), 50);
  rmSync(join(root, 'b'));
  rmSync(join(root, 'c'));
  symlinkSync('/etc/passwd', join(root, 'c'));
  expect(() => bytesOf(snapshot, 0, 100)).toThrow(/a shrank while it was read/);
  expect(() => bytesOf(snapshot, 100, 100)).toThrow(/cannot read .*b: it does not exist/);
  expect(() => bytesOf(snapshot, 200, 100)).toThrow(/cannot read .*c: it is a symbolic link/);
  expect(bytesOf(snapshot, 0, 50).toString()).toBe('x'.repeat(50));
});

test('assertUnchanged sees changed bytes, new names, other kinds and lost files', () => {
  const root = fresh();
  const path = join(root, 'file');
  const restart = () => {
    writeFileSync(path, 'x');
    utimesSync(path, 0, 1000);
    utimesSync(root, 0, 1000);
    return openSnapshot(root);
  };
  restart().assertUnchanged();
  const changes: (() => void)[] = [
    () => appendFileSync(path, 'y'),
    () => utimesSync(path, 0, settableSeconds(1_000_000_001)),
    () => writeFileSync(join(root, 'new'), ''),
    () => renameSync(path, join(root, 'other')),
  ];
  for (const change of changes) {
    const snapshot = restart();
    change();
    expect(() => snapshot.assertUnchanged()).toThrow(WorldError);
    for (const name of ['new', 'other']) rmSync(join(root, name), { force: true });
  }
});

test('the size of a device is found by reading where the system does not tell', () => {
  for (const size of [0, 1, 2, 3, 511, 512, 4097, 2 ** 40 + 3, 2 ** 52 + 12345]) {
    let probes = 0;
    expect(readableBytes((offset) => (probes++, offset < size))).toBe(size);
    expect(probes).toBeLessThanOrEqual(107);
  }
  const path = join(fresh(), 'like-a-device');
  writeFileSync(path, Buffer.alloc(12_345));
  expect(sizeByReading(path)).toBe(12_345);
  expect(deviceNumbers(0x0801n)).toEqual({ major: 8n, minor: 1n });
  expect(deviceNumbers(0x10_3010_0305n)).toEqual({ major: 0x3n, minor: 0x1030105n });
});

test('a block device is an image of its own size', (context) => {
  const path = join(fresh(), 'backing');
  writeFileSync(path, Buffer.alloc(3 * 512, 7));
  let device: string;
  try {
    device = execFileSync('losetup', ['--find', '--show', path], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    context.skip('no loop devices here');
    return;
  }
  try {
    const stats = statSync(device, { bigint: true });
    expect(blockDeviceBytes(device, stats)).toBe(3 * 512);
    const snapshot = openSnapshot(device);
    expect(snapshot.entries[0]?.sizeBytes).toBe(3 * 512);
    expect(bytesOf(snapshot)).toEqual(Buffer.alloc(3 * 512, 7));
  } finally {
    execFileSync('losetup', ['--detach', device]);
  }
});

test('memory snapshots are sorted, checked and shared', () => {
  const snapshot = memorySnapshot('tree', [
    { path: 'b', bytes: Buffer.from('second') },
    { path: 'a/x', bytes: Buffer.from('first'), mode: 0o600, mtimeMicros: 5 },
    { path: '.', kind: 'directory' },
    { path: 'l', kind: 'symlink', linkTarget: 'b' },
    { path: 'a', kind: 'directory' },
  ]);
  expect(snapshot.entries.map(({ path, mode }) => [path, mode])).toEqual([
    ['.', 0o755],
    ['a', 0o755],
    ['a/x', 0o600],
    ['b', 0o644],
    ['l', 0o777],
  ]);
  expect(bytesOf(snapshot).toString()).toBe('firstsecond');
  expect(bytesOf(snapshot, 4, 3).toString()).toBe('tse');
  expect(() => memorySnapshot('tree', [{ path: 'a' }])).toThrow(/root/);
});
