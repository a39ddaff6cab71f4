import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RealDisk } from '../../../src/replication/io/real-disk.js';
import { noise } from '../store/contract.js';
import { diskContract } from '../store/disk-contract.js';

async function folder(): Promise<{ path: string; close: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'snapdelta-disk-'));
  return { path, close: () => rm(path, { recursive: true }) };
}

diskContract('the real disk', async () => {
  const { path, close } = await folder();
  return { disk: new RealDisk(path), close };
});

test('a full device is a WorldError with the system’s error as its cause', async () => {
  const failure = await new RealDisk('/dev').write('full', 0, noise(10)).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    kind: 'world',
    message: 'cannot write /dev/full: the disk is full',
    cause: { code: 'ENOSPC' },
  });
});

test('a device that fails is a WorldError with the system’s error as its cause', async () => {
  // The first page of a process is never mapped.
  const failure = await new RealDisk('/proc/self').write('mem', 0, noise(1)).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    kind: 'world',
    message: 'cannot write /proc/self/mem: the device failed',
    cause: { code: 'EIO' },
  });
});

test('links and other kinds are not listed', async () => {
  const { path, close } = await folder();
  await symlink('/etc', join(path, 'link'));
  await writeFile(join(path, 'file'), '');
  expect(await new RealDisk(path).list('')).toEqual([{ name: 'file', kind: 'file' }]);
  await close();
});

test('a length that a file claims is not allocated beyond what can be held', async () => {
  const { path, close } = await folder();
  await writeFile(join(path, 'sparse'), '');
  await truncate(join(path, 'sparse'), 2 ** 40);
  const disk = new RealDisk(path);
  expect(await disk.size('sparse')).toBe(2 ** 40);
  expect(await disk.read('sparse', 2 ** 40 - 5, 100)).toEqual(new Uint8Array(5));
  await expect(disk.read('sparse', 0, 2 ** 40)).rejects.toMatchObject({ kind: 'world' });
  await close();
});
