/** What a repository does when nothing fails. */
import { describe, expect, test } from 'vitest';
import { DataError, UsageError, WorldError } from '../../../src/base/errors.js';
import { fingerprintNames } from '../../../src/engine/fingerprint/fingerprint.js';
import { codecNames } from '../../../src/engine/package/codecs.js';
import { openRepository } from '../../../src/replication/repository/open.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import type { Store } from '../../../src/replication/store/store.js';
import { config, hashingOf, imageOf, kernels, open, push, restore, sampleOf, versionOf } from './samples.js';

describe('versions', () => {
  test('a pushed version is there, with its bytes, after a restart, too', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    const sample = sampleOf([1, 2, 3, 2]);
    await push(repository, versionOf(1), sample);
    for (const opened of [repository, await open(store)]) {
      expect(opened.volumes).toEqual(['disk']);
      expect(opened.versions('disk').map(({ version }) => version)).toEqual([versionOf(1)]);
      expect(opened.version('disk', { writer: 'agent', counter: 1 })?.totalBytes).toBe(1024);
      expect(await restore(opened, versionOf(1))).toEqual(Buffer.from(sample.bytes));
      expect(opened.stagings).toEqual([]);
      expect(opened.damage).toEqual([]);
    }
  });

  test('are listed by writer, then counter; volumes ascend', async () => {
    const repository = await open(new MemoryStore());
    for (const [counter, writer, volume] of [
      [2, 'b', 'z'],
      [1, 'b', 'z'],
      [10, 'a', 'z'],
      [9, 'a', 'z'],
      [1, 'a', 'y'],
    ] as const) {
      await push(repository, versionOf(counter, writer, volume), sampleOf([counter]));
    }
    expect(repository.volumes).toEqual(['y', 'z']);
    const dots = repository.versions('z').map(({ version }) => version.dot);
    expect(dots.map(({ writer, counter }) => `${writer}${counter}`)).toEqual(['a9', 'a10', 'b1', 'b2']);
    expect(repository.versions('nowhere')).toEqual([]);
  });

  test('an image without bytes has no blocks and needs no pack', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    await push(repository, versionOf(1), imageOf(new Uint8Array(0)));
    expect(await store.list('packs/')).toEqual([]);
    expect(await restore(await open(store), versionOf(1))).toEqual(Buffer.alloc(0));
  });

  test('committing the same again gives what is there; another content of that dot is a conflict', async () => {
    const repository = await open(new MemoryStore());
    await push(repository, versionOf(1), sampleOf([1]));
    await push(repository, versionOf(2), sampleOf([2]));
    const before = repository.version('disk', { writer: 'agent', counter: 1 });
    expect(await repository.commit(versionOf(1), sampleOf([1]).manifest, undefined)).toBe(before);
    await expect(repository.commit(versionOf(1), sampleOf([2]).manifest, undefined)).rejects.toThrow(
      "volume 'disk' has another version agent:1 already",
    );
    const later = { ...versionOf(1), time: { wallMs: 5, counter: 0 } };
    await expect(repository.commit(later, sampleOf([1]).manifest, undefined)).rejects.toThrow(DataError);
  });

  test('two commits of one dot at once: the same both succeed, others leave one', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    await push(repository, versionOf(1), sampleOf([1, 2]));
    const again = [1, 2].map(() => repository.commit(versionOf(2), sampleOf([1]).manifest, undefined));
    const [first, second] = await Promise.all(again);
    expect(first).toEqual(second);
    const both = await Promise.allSettled(
      [1, 2].map((seed) => repository.commit(versionOf(3), sampleOf([seed]).manifest, undefined)),
    );
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await restore(await open(store), versionOf(3))).toEqual(Buffer.from(sampleOf([1]).bytes));
  });

  test('a commit whose blocks are not all held is refused, and nothing is visible', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    const sample = sampleOf([1, 2, 3]);
    const staging = await repository.stage('t', new Uint8Array(0), sample.manifest);
    await staging.addSegment(0, sample.blocks.slice(0, 2));
    await expect(repository.commit(versionOf(1), sample.manifest, staging)).rejects.toThrow(
      `1 of its blocks are not held, the first is ${sample.blocks[2]?.id ?? ''}`,
    );
    expect(repository.volumes).toEqual([]);
    expect(await store.list('versions/')).toEqual([]);
    await staging.addSegment(1, sample.blocks.slice(2));
    await repository.commit(versionOf(1), sample.manifest, staging);
    expect(await restore(repository, versionOf(1))).toEqual(Buffer.from(sample.bytes));
  });

  test('a manifest that two versions share is kept once', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    await push(repository, versionOf(1), sampleOf([1]));
    await push(repository, versionOf(2), sampleOf([1]));
    expect(await store.list('manifests/')).toHaveLength(1);
    await repository.remove('disk', [versionOf(1).dot]);
    await repository.collect();
    expect(await restore(repository, versionOf(2))).toEqual(Buffer.from(sampleOf([1]).bytes));
  });
});

test('a version whose blocks are all held is committed without a staging', async () => {
  const store = new MemoryStore();
  const repository = await open(store);
  await push(repository, versionOf(1), sampleOf([1, 2]));
  const swapped = sampleOf([2, 1, 2]);
  await repository.commit(versionOf(2), swapped.manifest, undefined);
  expect(await restore(await open(store), versionOf(2))).toEqual(Buffer.from(swapped.bytes));
});

describe('blocks', () => {
  test('each is kept once', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    await push(repository, versionOf(1), sampleOf([1, 1, 2]));
    await push(repository, versionOf(2), sampleOf([2, 1, 3]));
    const packs = await store.list('packs/');
    // A frame of 15 bytes and a digest; a count; digest, codec and a varint of two bytes for each block.
    expect(packs.map(({ bytes }) => bytes)).toEqual([
      15 + 32 + 4 + 2 * (32 + 3 + 256),
      15 + 32 + 4 + 32 + 3 + 256,
    ]);
  });

  test('are found by id or digest; ids of another fingerprint and nonsense are missing', async () => {
    const repository = await open(new MemoryStore());
    const sample = sampleOf([1, 2]);
    await push(repository, versionOf(1), sample);
    const ids = sample.blocks.map(({ id }) => id);
    const other = sampleOf([1], 'sha256').blocks[0]?.id ?? '';
    const wanted = [other, ids[1] ?? '', 'blake3-', sampleOf([3]).blocks[0]?.id ?? '', ids[0] ?? ''];
    expect(await repository.missing(wanted)).toEqual([0, 2, 3]);
    expect(await repository.missing(sampleOf([2, 3, 1]).manifest.blocks.digests)).toEqual([1]);
    const states = (await repository.blocks(wanted)).map(({ state }) => state);
    expect(states).toEqual(['missing', 'whole', 'missing', 'missing', 'whole']);
    expect(await repository.block(ids[1] ?? '')).toEqual(sample.blocks[1]?.bytes);
    await expect(repository.block(other)).rejects.toThrow('is not held');
  });

  test('of one pack come with one read, whatever the order', async () => {
    const store = new CountingStore();
    const repository = await open(store);
    const sample = sampleOf(Array.from({ length: 100 }, (_, i) => i));
    await push(repository, versionOf(1), sample);
    store.gets = 0;
    const ids = sample.blocks.map(({ id }) => id).reverse();
    const outcomes = await repository.blocks([...ids, ...ids]);
    expect(store.gets).toBe(1);
    expect(outcomes.every(({ state }) => state === 'whole')).toBe(true);
  });

  test('a segment beyond what a pack holds makes several', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    const bytes = new Uint8Array(17 * 2 ** 20);
    new Uint32Array(bytes.buffer).forEach((_, i, words) => (words[i] = i * 2654435761));
    const sample = imageOf(bytes);
    const staging = await repository.stage('t', new Uint8Array(0), sample.manifest);
    await staging.addSegment(0, sample.blocks.slice(0, 65_536));
    await staging.addSegment(1, sample.blocks.slice(65_536));
    await repository.commit(versionOf(1), sample.manifest, staging);
    expect((await store.list('packs/')).length).toBe(2);
    expect(Buffer.compare(await restore(await open(store), versionOf(1)), bytes)).toBe(0);
  });

  test.each(codecNames.flatMap((codec) => fingerprintNames.map((name) => [codec, name] as const)))(
    'kept with %s under %s',
    async (codec, fingerprint) => {
      const store = new MemoryStore();
      const repository = await open(store, { create: { ...config, codec, fingerprint, level: 3 } });
      const bytes = new Uint8Array(1100).map((_, i) => (i < 600 ? i % 7 : (i * i * 31) >> 3));
      const sample = imageOf(bytes, fingerprint);
      await push(repository, versionOf(1), sample);
      const again = await open(store, { create: config });
      expect(again.config).toEqual({ ...config, codec, fingerprint, level: 3 });
      expect(await restore(again, versionOf(1))).toEqual(Buffer.from(bytes));
      const [pack] = await store.list('packs/');
      const { width } = hashingOf(fingerprint);
      const storedBytes = 15 + width + 4 + 4 * (width + 3) + (width + 2) + 1100;
      if (codec === 'stored') expect(pack?.bytes).toBe(storedBytes);
      else expect(pack?.bytes).toBeLessThan(storedBytes - 300);
    },
  );
});

test('CPU work is accounted for by its bytes', async () => {
  const done: [string, number][] = [];
  const runtime = {
    work: (kind: string, bytes: number): Promise<void> => {
      done.push([kind, bytes]);
      return Promise.resolve();
    },
  };
  const repository = await open(new MemoryStore(), { create: { ...config, codec: 'deflate' }, runtime });
  const sample = imageOf(new Uint8Array(600).map((_, i) => i >> 5));
  const staging = await repository.stage('t', new Uint8Array(0), sample.manifest);
  await staging.addSegment(0, sample.blocks);
  expect(done.splice(0)).toEqual([
    ['compress', 600],
    ['hash', 600],
  ]);
  await repository.blocks(sample.manifest.blocks.digests);
  expect(done).toEqual([
    ['decompress', 600],
    ['hash', 600],
  ]);
});

describe('stagings', () => {
  test('survive a restart with offer, manifest and durable segments', async () => {
    const store = new MemoryStore();
    const sample = sampleOf([1, 2, 3]);
    const staging = await (await open(store)).stage('token', Uint8Array.of(7, 8), sample.manifest);
    await staging.addSegment(4, sample.blocks.slice(0, 1));
    await staging.addSegment(2, sample.blocks.slice(1, 2));
    const repository = await open(store);
    expect(repository.stagings).toEqual(['token']);
    const resumed = await repository.resume('token');
    expect(resumed?.offer).toEqual(Uint8Array.of(7, 8));
    expect(resumed?.manifest.id).toEqual(sample.manifest.id);
    expect([...(resumed?.segments ?? [])].sort()).toEqual([2, 4]);
    expect(await repository.missing(sample.manifest.blocks.digests)).toEqual([2]);
    await resumed?.addSegment(5, sample.blocks.slice(2));
    await repository.commit(versionOf(1), sample.manifest, resumed);
    expect(repository.stagings).toEqual([]);
    expect(await store.list('stagings/')).toEqual([]);
    expect(await repository.resume('token')).toBeUndefined();
  });

  test('one of the process alone writes packs and no more, and is committed like any other', async () => {
    const store = new MemoryStore();
    const sample = sampleOf([1, 2]);
    const repository = await open(store);
    const staging = await repository.stage('t', new Uint8Array(0), sample.manifest, 'process');
    await staging.addSegment(0, sample.blocks);
    expect(await repository.resume('t')).toBe(staging);
    expect(await repository.missing(sample.manifest.blocks.digests)).toEqual([]);
    expect((await store.list('')).map(({ key }) => key)).toEqual(['config', 'packs/0000000000']);
    expect(await repository.collect()).toMatchObject({ removedObjects: 0 });
    expect((await open(store)).stagings).toEqual([]);
    await repository.commit(versionOf(1), sample.manifest, staging);
    expect(await store.list('stagings/')).toEqual([]);
    expect(await restore(await open(store), versionOf(1))).toEqual(Buffer.from(sample.bytes));
  });

  test('keep() has one of the process survive a restart, with what came before, meanwhile and after', async () => {
    const store = new MemoryStore();
    const sample = sampleOf([1, 2, 3]);
    const staging = await (await open(store)).stage('t', Uint8Array.of(7), sample.manifest, 'process');
    await staging.addSegment(0, sample.blocks.slice(0, 1));
    await Promise.all([staging.keep(), staging.addSegment(1, sample.blocks.slice(1, 2)), staging.keep()]);
    await staging.addSegment(2, sample.blocks.slice(2));
    const resumed = await (await open(store)).resume('t');
    expect(resumed?.offer).toEqual(Uint8Array.of(7));
    expect([...(resumed?.segments ?? [])].sort()).toEqual([0, 1, 2]);
    await staging.discard();
    expect(await store.list('stagings/')).toEqual([]);
    await expect(staging.keep()).resolves.toBeUndefined();
  });

  test('keep() after a failure of the store keeps all the same', async () => {
    const inner = new MemoryStore();
    const failing = { isOn: false };
    const store: Store = {
      get: (key, range) => inner.get(key, range),
      list: (prefix) => inner.list(prefix),
      remove: (key) => inner.remove(key),
      put: (key, bytes, mode) =>
        failing.isOn && key.endsWith('/0000000')
          ? Promise.reject(new WorldError('no room'))
          : inner.put(key, bytes, mode),
    };
    const sample = sampleOf([1]);
    const staging = await (await open(store)).stage('t', new Uint8Array(0), sample.manifest, 'process');
    await staging.addSegment(0, sample.blocks);
    failing.isOn = true;
    await expect(staging.keep()).rejects.toThrow('no room');
    failing.isOn = false;
    await staging.keep();
    expect([...((await (await open(inner)).resume('t'))?.segments ?? [])]).toEqual([0]);
  });

  test('resuming without a restart gives the same one', async () => {
    const repository = await open(new MemoryStore());
    const staging = await repository.stage('token', new Uint8Array(0), sampleOf([1]).manifest);
    expect(await repository.resume('token')).toBe(staging);
    expect(await repository.resume('other')).toBeUndefined();
  });

  test('refuse blocks that have another id, that the manifest does not name, and segments of no index', async () => {
    const store = new MemoryStore();
    const repository = await open(store);
    const { manifest, blocks } = sampleOf([1, 2]);
    const staging = await repository.stage('t', new Uint8Array(0), manifest);
    const swapped = [{ id: blocks[0]?.id ?? '', bytes: blocks[1]?.bytes ?? new Uint8Array(0) }];
    await expect(staging.addSegment(0, swapped)).rejects.toThrow('the bytes of block 0 are not those of');
    await expect(staging.addSegment(0, sampleOf([3]).blocks)).rejects.toThrow('does not name');
    await expect(staging.addSegment(-1, blocks)).rejects.toThrow(DataError);
    expect([...staging.segments]).toEqual([]);
    expect(await store.list('packs/')).toEqual([]);
  });

  test('a token is used once at a time; a manifest of another fingerprint is refused', async () => {
    const repository = await open(new MemoryStore());
    const { manifest } = sampleOf([1]);
    const staging = await repository.stage('t', new Uint8Array(0), manifest);
    await expect(repository.stage('t', new Uint8Array(0), manifest)).rejects.toThrow(UsageError);
    await staging.discard();
    await staging.discard();
    await expect(staging.addSegment(0, [])).rejects.toThrow(UsageError);
    const next = await repository.stage('t', new Uint8Array(0), manifest);
    expect([...next.segments]).toEqual([]);
    await expect(repository.stage('u', new Uint8Array(0), sampleOf([1], 'sha256').manifest)).rejects.toThrow(
      "the manifest's fingerprint is sha256, this repository's is blake3",
    );
  });
});

describe('opening', () => {
  test('an empty store without a configuration to create is none', async () => {
    await expect(openRepository(new MemoryStore(), { kernels })).rejects.toThrow(
      'there is no repository here',
    );
  });

  test('a store with other objects is not taken over', async () => {
    const store = new MemoryStore();
    await store.put('holiday.jpg', Uint8Array.of(1), 'create');
    await expect(open(store)).rejects.toThrow('config is not there, other objects are');
  });

  test('creating at the same time gives one configuration', async () => {
    const store = new MemoryStore();
    const made = await Promise.all([
      open(store),
      open(store, { create: { ...config, fingerprint: 'sha256' } }),
    ]);
    expect(made.map((repository) => repository.config.fingerprint)).toEqual(['blake3', 'blake3']);
  });

  test('impossible configurations are refused', async () => {
    const chunker = { name: 'fixed', blockBytes: 300 } as const;
    await expect(open(new MemoryStore(), { create: { ...config, chunker } })).rejects.toThrow(UsageError);
    await expect(open(new MemoryStore(), { create: { ...config, level: 20 } })).rejects.toThrow(UsageError);
  });
});

class CountingStore extends MemoryStore {
  gets = 0;

  override get(...request: Parameters<MemoryStore['get']>): ReturnType<MemoryStore['get']> {
    this.gets++;
    return super.get(...request);
  }
}
