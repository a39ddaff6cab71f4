/** What every store does, whatever it is made of. Run by each implementation and each wrapper; a skip names its reason. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import type { Store } from '../../../src/replication/store/store.js';

export interface OpenStore {
  readonly store: Store;
  readonly close?: () => Promise<void>;
}

/** Bytes that differ by seed and at every place. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

export async function listed(store: Store, prefix = ''): Promise<string[]> {
  return (await store.list(prefix)).map(({ key, bytes }) => `${key} ${bytes}`);
}

/** As toEqual, which takes a second for a few hundred KiB. */
function expectSame(bytes: Uint8Array | undefined, expected: Uint8Array): void {
  expect(bytes?.length).toBe(expected.length);
  expect(Buffer.compare(bytes ?? new Uint8Array(), expected)).toBe(0);
}

const hostileKeys = [
  '',
  '.',
  '..',
  '/',
  'a/',
  '/a',
  'a//b',
  'a/./b',
  'a/../b',
  '../a',
  'a/..',
  'A',
  'ä',
  'a b',
  'a\\b',
  'a\0b',
  'a\n',
  '~a',
  'a'.repeat(256),
];

export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`${name} is a store`, () => {
    let store: Store;
    let close: (() => Promise<void>) | undefined;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(() => close?.());

    test('what was put is there, under its key alone', async () => {
      expect(await store.put('a/b', noise(1000), 'create')).toBe(true);
      expect(await store.get('a/b')).toEqual(noise(1000));
      for (const other of ['a', 'a/b/c', 'a/c', 'b', 'a/b.', 'a-b'])
        expect(await store.get(other)).toBe(undefined);
    });

    test('create leaves what is there, replace does not', async () => {
      expect(await store.put('k', noise(10, 1), 'create')).toBe(true);
      expect(await store.put('k', noise(20, 2), 'create')).toBe(false);
      expect(await store.get('k')).toEqual(noise(10, 1));
      expect(await store.put('k', noise(5, 3), 'replace')).toBe(true);
      expect(await store.get('k')).toEqual(noise(5, 3));
      expect(await store.put('new', noise(6), 'replace')).toBe(true);
      expect(await listed(store)).toEqual(['k 5', 'new 6']);
    });

    test('ranges are cut where the object ends', async () => {
      const bytes = noise(200_000);
      await store.put('k', bytes, 'create');
      const ranges = [
        [0, 200_000],
        [0, 1],
        [0, 0],
        [199_999, 1],
        [199_999, 2],
        [65_536, 65_536],
        [65_535, 2],
        [100_000, 1e9],
        [131_072, 68_928],
        [200_000, 1],
        [200_001, 1],
        [1e12, 5],
      ];
      for (const [offset = 0, length = 0] of ranges)
        expectSame(await store.get('k', { offset, length }), bytes.slice(offset, offset + length));
      expect(await store.get('none', { offset: 0, length: 1 })).toBe(undefined);
    });

    test.each([
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, Number.NaN],
      [2 ** 53, 1],
    ])('a range of %d, %d is our bug', async (offset, length) => {
      await store.put('k', noise(10), 'create');
      await expect(store.get('k', { offset, length })).rejects.toMatchObject({ kind: 'bug' });
    });

    test('objects are listed by ascending key, with their bytes', async () => {
      const keys = ['b', 'a/b/c', 'a', 'a.b', 'a/b', 'a-1', 'a/b.c', 'a0', 'a/b/c/d', 'a_', '...', 'a/...'];
      for (const [index, key] of keys.entries()) await store.put(key, noise(index), 'create');
      const sizes = new Map(keys.map((key, index) => [key, index]));
      for (const prefix of [
        '',
        'a',
        'a/',
        'a/b',
        'a/b/',
        'a/b.',
        'b',
        'c',
        '.',
        '..',
        'a/b/c/d',
        'a/b/c/d/',
      ]) {
        const expected = keys.filter((key) => key.startsWith(prefix)).sort();
        expect(await store.list(prefix), prefix).toEqual(
          expected.map((key) => ({ key, bytes: sizes.get(key) })),
        );
      }
    });

    test('what was removed is gone; removing nothing does nothing', async () => {
      await store.put('a/b', noise(3), 'create');
      await store.put('a', noise(4), 'create');
      await store.remove('a/c');
      await store.remove('x/y/z');
      await store.remove('a');
      expect(await listed(store)).toEqual(['a/b 3']);
      await store.remove('a/b');
      await store.remove('a/b');
      expect(await store.get('a/b')).toBe(undefined);
      expect(await listed(store)).toEqual([]);
      expect(await store.put('a/b', noise(7), 'create')).toBe(true);
      expect(await store.get('a/b')).toEqual(noise(7));
    });

    test('empty and large objects', async () => {
      const large = noise(9 * 1024 * 1024 + 1);
      await store.put('empty', new Uint8Array(), 'create');
      await store.put('large', large, 'create');
      expect(await store.get('empty')).toEqual(new Uint8Array());
      expect(await store.get('empty', { offset: 0, length: 10 })).toEqual(new Uint8Array());
      expectSame(await store.get('large'), large);
      expect(await listed(store)).toEqual(['empty 0', `large ${large.length}`]);
    });

    test.each(hostileKeys)('the key %j is refused', async (key) => {
      const outcomes = await Promise.allSettled([
        store.get(key),
        store.put(key, noise(1), 'create'),
        store.put(key, noise(1), 'replace'),
        store.remove(key),
      ]);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { kind: 'usage' } });
      expect(await listed(store)).toEqual([]);
    });

    test.each(['/', '//', '/a', 'a//', '../', 'a/../', 'A', 'a b', 'a\0', 'a'.repeat(256)])(
      'the prefix %j is refused',
      async (prefix) => {
        await expect(store.list(prefix)).rejects.toMatchObject({ kind: 'usage' });
      },
    );

    test('the longest key', async () => {
      const key = `${'a/'.repeat(27)}${'b'.repeat(201)}`;
      expect(key.length).toBe(255);
      await store.put(key, noise(2), 'create');
      expect(await store.get(key)).toEqual(noise(2));
      expect(await listed(store, key)).toEqual([`${key} 2`]);
      const flat = 'c'.repeat(255);
      await store.put(flat, noise(3), 'create');
      expect(await listed(store, 'c')).toEqual([`${flat} 3`]);
    });

    test('of many concurrent creates of one key exactly one wins, and its bytes are there', async () => {
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.put('a/k', noise(1000, index), 'create')),
      );
      expect(won.filter((one) => one)).toHaveLength(1);
      expect(await store.get('a/k')).toEqual(noise(1000, won.indexOf(true)));
      expect(await listed(store)).toEqual(['a/k 1000']);
    });

    test('concurrent replaces leave one of them, whole; a reader sees one of them', async () => {
      await store.put('k', noise(1000, 0), 'create');
      const puts = Array.from({ length: 10 }, (_, index) =>
        store.put('k', noise(1000 + index, index), 'replace'),
      );
      const seen = await store.get('k');
      await Promise.all(puts);
      const some = Array.from({ length: 10 }, (_, index) => noise(1000 + index, index));
      expect(some).toContainEqual(seen);
      expect(some).toContainEqual(await store.get('k'));
    });

    test('concurrent work on many keys', async () => {
      const keys = Array.from({ length: 60 }, (_, index) => `p${index % 3}/k${index}`);
      await Promise.all(keys.map((key, index) => store.put(key, noise(index, index), 'create')));
      await Promise.all(keys.map((key, index) => (index % 2 === 0 ? store.remove(key) : store.get(key))));
      const left = keys.flatMap((key, index) => (index % 2 === 0 ? [] : [`${key} ${index}`]));
      expect(await listed(store)).toEqual(left.sort());
    });

    test('later changes of the caller’s bytes change nothing', async () => {
      const bytes = noise(100);
      await store.put('k', bytes, 'create');
      bytes.fill(0);
      expect(await store.get('k')).toEqual(noise(100));
    });

    test('does what a map does', async () => {
      const key = fc.constantFrom('a', 'a/b', 'a/b/c', 'b/a', 'b/b', 'c-1', 'c-2');
      const step = fc.oneof(
        fc.record({
          kind: fc.constantFrom('create' as const, 'replace' as const),
          key,
          length: fc.nat(300),
          seed: fc.nat(9),
        }),
        fc.record({ kind: fc.constant('remove' as const), key }),
        fc.record({ kind: fc.constant('get' as const), key, offset: fc.nat(300), length: fc.nat(300) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const opened = await open();
          const model = new Map<string, Uint8Array>();
          for (const one of steps) {
            if (one.kind === 'remove') {
              model.delete(one.key);
              await opened.store.remove(one.key);
            } else if (one.kind === 'get') {
              const { offset, length } = one;
              const expected = model.get(one.key)?.slice(offset, offset + length);
              expect(await opened.store.get(one.key, { offset, length })).toEqual(expected);
            } else {
              const isNew = one.kind === 'replace' || !model.has(one.key);
              if (isNew) model.set(one.key, noise(one.length, one.seed));
              expect(await opened.store.put(one.key, noise(one.length, one.seed), one.kind)).toBe(isNew);
            }
          }
          const expected = [...model].map(([key, bytes]) => `${key} ${bytes.length}`).sort();
          expect((await listed(opened.store)).sort()).toEqual(expected);
          for (const [key, bytes] of model) expect(await opened.store.get(key)).toEqual(bytes);
          await opened.close?.();
        }),
        { seed: 5, numRuns: 40 },
      );
    });
  });
}
