/** What every disk does while nothing fails. What survives a crash is each disk's own matter to prove. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Disk } from '../../../src/replication/store/disk.js';
import { noise } from './contract.js';

export interface OpenDisk {
  readonly disk: Disk;
  readonly close?: () => Promise<void>;
}

export function diskContract(name: string, open: () => Promise<OpenDisk>): void {
  describe(`${name} is a disk`, () => {
    let disk: Disk;
    let close: (() => Promise<void>) | undefined;
    beforeEach(async () => {
      ({ disk, close } = await open());
    });
    afterEach(() => close?.());

    test('what was written is read, at its place', async () => {
      await disk.write('f', 0, noise(1000));
      expect(await disk.size('f')).toBe(1000);
      expect(await disk.read('f', 0, 1000)).toEqual(noise(1000));
      expect(await disk.read('f', 300, 10)).toEqual(noise(1000).slice(300, 310));
      await disk.write('f', 300, new Uint8Array(10));
      const changed = noise(1000);
      changed.fill(0, 300, 310);
      expect(await disk.read('f', 0, 1000)).toEqual(changed);
      expect(await disk.size('f')).toBe(1000);
    });

    test('a read ends where the file ends', async () => {
      await disk.write('f', 0, noise(100));
      expect(await disk.read('f', 90, 20)).toEqual(noise(100).slice(90));
      expect(await disk.read('f', 0, Number.MAX_SAFE_INTEGER)).toEqual(noise(100));
      expect(await disk.read('f', 100, 1)).toEqual(new Uint8Array());
      expect(await disk.read('f', 1e9, 1)).toEqual(new Uint8Array());
      expect(await disk.read('f', 5, 0)).toEqual(new Uint8Array());
    });

    test('what is not there reads as undefined', async () => {
      await disk.makeDirectory('d');
      await disk.write('f', 0, noise(1));
      for (const path of ['none', 'none/none', 'f/below', 'd']) {
        expect(await disk.read(path, 0, 1), path).toBe(undefined);
        expect(await disk.size(path), path).toBe(undefined);
      }
    });

    test('an empty write makes an empty file', async () => {
      await disk.write('f', 0, new Uint8Array());
      expect(await disk.size('f')).toBe(0);
      expect(await disk.read('f', 0, 10)).toEqual(new Uint8Array());
    });

    test('a write beyond the end leaves zeros between', async () => {
      await disk.write('f', 0, noise(10));
      await disk.write('f', 100_000, noise(5, 2));
      expect(await disk.size('f')).toBe(100_005);
      const bytes = (await disk.read('f', 0, 200_000)) ?? new Uint8Array();
      expect(bytes.slice(0, 10)).toEqual(noise(10));
      expect(bytes.slice(10, 100_000).every((byte) => byte === 0)).toBe(true);
      expect(bytes.slice(100_000)).toEqual(noise(5, 2));
    });

    test('later changes of the caller’s bytes, and of what was read, change nothing', async () => {
      const bytes = noise(100);
      await disk.write('f', 0, bytes);
      bytes.fill(0);
      expect(await disk.read('f', 0, 100)).toEqual(noise(100));
    });

    test('rename moves a file, and replaces one', async () => {
      await disk.makeDirectory('d');
      await disk.write('f', 0, noise(10, 1));
      await disk.rename('f', 'd/g');
      expect(await disk.size('f')).toBe(undefined);
      expect(await disk.read('d/g', 0, 10)).toEqual(noise(10, 1));
      await disk.write('f', 0, noise(20, 2));
      await disk.rename('f', 'd/g');
      expect(await disk.read('d/g', 0, 100)).toEqual(noise(20, 2));
      expect(await disk.list('')).toEqual([{ name: 'd', kind: 'directory' }]);
      expect(await disk.list('d')).toEqual([{ name: 'g', kind: 'file' }]);
    });

    test('unlink removes a file, and nothing where there is none', async () => {
      await disk.write('f', 0, noise(10));
      await disk.unlink('f');
      await disk.unlink('f');
      await disk.unlink('no/where');
      expect(await disk.list('')).toEqual([]);
      await disk.write('f', 5, noise(1));
      expect(await disk.read('f', 0, 5)).toEqual(new Uint8Array(5));
    });

    test('names are listed ascending, with what they are', async () => {
      for (const name of ['b', 'a', 'a~1', 'a-', 'Z', '10', '9']) await disk.write(name, 0, noise(1));
      await disk.makeDirectory('c/d');
      await disk.makeDirectory('c');
      expect((await disk.list('')).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
        '10 file',
        '9 file',
        'Z file',
        'a file',
        'a- file',
        'a~1 file',
        'b file',
        'c directory',
      ]);
      expect(await disk.list('c')).toEqual([{ name: 'd', kind: 'directory' }]);
      expect(await disk.list('c/d')).toEqual([]);
      expect(await disk.list('none')).toEqual([]);
      expect(await disk.list('a')).toEqual([]);
    });

    test('sync does no harm', async () => {
      await disk.makeDirectory('d');
      await disk.write('d/f', 0, noise(10));
      await disk.sync('d/f');
      await disk.syncDirectory('d');
      await disk.syncDirectory('');
      expect(await disk.read('d/f', 0, 10)).toEqual(noise(10));
    });

    test('what cannot be done is the world’s failure', async () => {
      await disk.makeDirectory('d/e');
      await disk.write('f', 0, noise(1));
      const outcomes = await Promise.allSettled([
        disk.write('none/f', 0, noise(1)),
        disk.write('d', 0, noise(1)),
        disk.write('f/g', 0, noise(1)),
        disk.sync('none'),
        disk.syncDirectory('none'),
        disk.rename('none', 'g'),
        disk.rename('f', 'none/g'),
        disk.rename('f', 'd'),
        disk.unlink('d'),
        disk.makeDirectory('f'),
        disk.makeDirectory('f/g'),
      ]);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { kind: 'world' } });
      expect(await disk.list('')).toEqual([
        { name: 'd', kind: 'directory' },
        { name: 'f', kind: 'file' },
      ]);
    });

    test.each(['/', '/a', 'a/', '..', '../a', 'a/../b', '.', 'a/./b', 'a//b', 'a\0b', 'a\\b'])(
      'the path %j is our bug',
      async (path) => {
        await disk.write('f', 0, noise(1));
        const outcomes = await Promise.allSettled([
          disk.read(path, 0, 1),
          disk.size(path),
          disk.write(path, 0, noise(1)),
          disk.sync(path),
          disk.syncDirectory(path),
          disk.rename(path, 'a'),
          disk.rename('f', path),
          disk.unlink(path),
          disk.list(path),
          disk.makeDirectory(path),
        ]);
        for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { kind: 'bug' } });
        expect(await disk.list('')).toEqual([{ name: 'f', kind: 'file' }]);
      },
    );

    test('thousands of operations at once', async () => {
      await disk.write('f', 0, noise(100));
      const reads = await Promise.all(
        Array.from({ length: 3000 }, (_, index) => disk.read('f', index % 100, 1)),
      );
      expect(reads.every((bytes, index) => bytes?.[0] === noise(100)[index % 100])).toBe(true);
    });
  });
}
