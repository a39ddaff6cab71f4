/** Each kind of object, damaged, swapped, hostile or gone: noticed, reported, never returned, and mended by a new copy. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError, DataError, SnapdeltaError } from '../../../src/base/errors.js';
import { encodeCbor } from '../../../src/engine/package/cbor.js';
import { seal, segmentName, type ObjectKind } from '../../../src/replication/repository/objects.js';
import { decodeConfig } from '../../../src/replication/repository/config.js';
import { decodePackIndex } from '../../../src/replication/repository/pack.js';
import { decodeRecord } from '../../../src/replication/repository/record.js';
import { decodeSegment, decodeStagingHead } from '../../../src/replication/repository/staging-objects.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { hashingOf, kernels, open, push, restore, sampleOf, versionOf } from './samples.js';

const first = sampleOf([1, 2, 3]);
const second = sampleOf([2, 4]);
const staged = sampleOf([5, 6]);

/** Two versions that share a block, and a staging with one durable segment. */
async function filled(): Promise<MemoryStore> {
  const store = new MemoryStore();
  const repository = await open(store);
  await push(repository, versionOf(1), first);
  await push(repository, versionOf(2), second);
  const staging = await repository.stage('left', Uint8Array.of(1), staged.manifest);
  await staging.addSegment(0, staged.blocks.slice(0, 1));
  return store;
}

async function keysOf(store: MemoryStore, prefix: string): Promise<string[]> {
  return (await store.list(prefix)).map(({ key }) => key);
}

async function change(
  store: MemoryStore,
  key: string,
  edit: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  await store.put(key, edit(((await store.get(key)) ?? new Uint8Array(0)).slice()), 'replace');
}

function flip(at: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const index = at < 0 ? bytes.length + at : at;
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return bytes;
  };
}

describe('blocks', () => {
  test('a damaged one is told from a missing one, is never returned, and a new copy mends it', async () => {
    const store = await filled();
    const [pack = ''] = await keysOf(store, 'packs/');
    await change(store, pack, flip(-1));
    const repository = await open(store);
    expect(repository.damage).toEqual([]);
    const ids = [...first.blocks, ...sampleOf([9]).blocks].map(({ id }) => id);
    const states = async (): Promise<string[]> => (await repository.blocks(ids)).map(({ state }) => state);
    expect(await repository.missing(ids)).toEqual([3]);
    expect(await states()).toEqual(['whole', 'whole', 'damaged', 'missing']);
    expect(await repository.missing(ids)).toEqual([2, 3]);
    await expect(repository.block(ids[2] ?? '')).rejects.toThrow('is damaged');
    // Its pack stays, though nothing else in it may be live.
    await repository.collect();
    expect(await states()).toEqual(['whole', 'whole', 'damaged', 'missing']);
    await push(repository, versionOf(3), first);
    expect(await states()).toEqual(['whole', 'whole', 'whole', 'missing']);
    expect(await restore(await open(store), versionOf(1))).toEqual(Buffer.from(first.bytes));
  });

  test('a version is not committed on a block that is known to be damaged', async () => {
    const store = await filled();
    const [pack = ''] = await keysOf(store, 'packs/');
    await change(store, pack, flip(-1));
    const repository = await open(store);
    await repository.scrub();
    await expect(repository.commit(versionOf(3), first.manifest, undefined)).rejects.toThrow(
      '1 of its blocks are not held',
    );
  });

  test('a pack that vanished under an open repository', async () => {
    const store = await filled();
    const repository = await open(store);
    const [pack = ''] = await keysOf(store, 'packs/');
    await store.remove(pack);
    const outcomes = await repository.blocks(first.manifest.blocks.digests);
    expect(outcomes).toEqual(first.blocks.map(() => ({ state: 'damaged', reason: `${pack} is not there` })));
    expect(await repository.missing(first.manifest.blocks.digests)).toEqual([0, 1, 2]);
  });
});

describe.each(['packs/', 'versions/', 'stagings/', 'config'] as const)(
  'any byte of the head of %s',
  (prefix) => {
    test('that differs is noticed, and so is any truncation', async () => {
      const pristine = await filled();
      for (const key of await keysOf(pristine, prefix)) {
        const bytes = (await pristine.get(key)) ?? new Uint8Array(0);
        const headBytes =
          prefix === 'packs/' ? bytes.length - 256 * (key.endsWith('0') ? 3 : 1) : bytes.length;
        const edits = [
          ...Array.from({ length: headBytes }, (_, at) => flip(at)),
          ...[0, 5, 14, 20, headBytes - 1].map((end) => (all: Uint8Array) => all.slice(0, end)),
          (all: Uint8Array) => Uint8Array.from([...all, 0]),
        ];
        for (const edit of edits) expect(() => decode(key, edit(bytes.slice()))).toThrow(DataError);
      }
    });
  },
);

/** As opening and resuming do. */
function decode(key: string, bytes: Uint8Array): void {
  const hashing = hashingOf();
  if (key === 'config') decodeConfig(bytes, kernels);
  else if (key.startsWith('packs/')) {
    const { objectBytes } = decodePackIndex(key, bytes, hashing);
    if (objectBytes !== bytes.length) throw new DataError('another length');
  } else if (key.startsWith('versions/')) decodeRecord(bytes, key, hashing);
  else if (key.endsWith('/head')) decodeStagingHead(bytes, key, hashing);
  else decodeSegment(bytes, key, hashing);
}

describe('objects', () => {
  test('a damaged record is no version, keeps collection from removing, and is replaced by a new commit', async () => {
    const store = await filled();
    const keys = await keysOf(store, 'versions/');
    for (const key of keys) await change(store, key, flip(30));
    const repository = await open(store);
    expect(repository.volumes).toEqual([]);
    expect(repository.damage).toEqual(keys.map((key) => ({ key, reason: `${key} is damaged` })));
    const collected = await repository.collect();
    expect(collected.blockedBy).toEqual(repository.damage);
    expect(collected.removedObjects).toBe(0);
    await push(repository, versionOf(1), first);
    await push(repository, versionOf(2), second);
    expect(repository.damage).toEqual([]);
    expect((await repository.collect()).blockedBy).toEqual([]);
    expect(await restore(await open(store), versionOf(2))).toEqual(Buffer.from(second.bytes));
  });

  test('a damaged manifest keeps its blocks, and committing again mends it', async () => {
    const store = await filled();
    const before = await open(store);
    const stored = before.version('disk', versionOf(2).dot);
    if (stored === undefined) throw new Error('the version is not there');
    await change(store, stored.manifest, flip(60));
    const repository = await open(store);
    await expect(repository.manifest(stored)).rejects.toThrow(DataError);
    expect((await repository.collect()).blockedBy.map(({ key }) => key)).toEqual([stored.manifest]);
    const report = await repository.scrub();
    expect(report.affected).toEqual([stored]);
    await repository.commit(versionOf(2), second.manifest, undefined);
    expect(await restore(repository, versionOf(2))).toEqual(Buffer.from(second.bytes));
    expect((await repository.scrub()).affected).toEqual([]);
  });

  test('a pack whose head is damaged holds nothing, and goes once no version lacks its blocks', async () => {
    const store = await filled();
    const [pack = ''] = await keysOf(store, 'packs/');
    await change(store, pack, flip(40));
    const repository = await open(store);
    expect(repository.damage).toEqual([{ key: pack, reason: `${pack} is damaged` }]);
    expect(await repository.missing(first.manifest.blocks.digests)).toEqual([0, 1, 2]);
    await repository.collect();
    expect(await keysOf(store, pack)).toEqual([pack]);
    await push(repository, versionOf(3), first);
    await repository.collect();
    expect(await keysOf(store, pack)).toEqual([]);
    expect(repository.damage).toEqual([]);
    expect(await restore(await open(store), versionOf(1))).toEqual(Buffer.from(first.bytes));
  });

  test('an object under the key of another of its kind is noticed', async () => {
    const store = await filled();
    for (const prefix of ['packs/', 'versions/']) {
      const [a = '', b = ''] = await keysOf(store, prefix);
      const bytes = await store.get(a);
      await store.put(b, bytes ?? new Uint8Array(0), 'replace');
    }
    const repository = await open(store);
    expect(repository.damage.map(({ reason }) => reason.replace(/\/.*? /, '/… '))).toEqual([
      'packs/… is damaged',
      'versions/… is damaged',
    ]);
  });

  test('a damaged staging head is no staging and is collected; a damaged segment is sent again', async () => {
    const damagedHead = await filled();
    const [segment = '', head = ''] = await keysOf(damagedHead, 'stagings/');
    await change(damagedHead, head, flip(40));
    const repository = await open(damagedHead);
    expect(repository.stagings).toEqual([]);
    expect(await repository.resume('left')).toBeUndefined();
    await repository.collect();
    expect(await keysOf(damagedHead, 'stagings/')).toEqual([]);

    const damagedSegment = await filled();
    await change(damagedSegment, segment, flip(40));
    const resumed = await (await open(damagedSegment)).resume('left');
    expect([...(resumed?.segments ?? [0])]).toEqual([]);
    expect(await keysOf(damagedSegment, segment)).toEqual([]);
  });

  test('a segment with a damaged block is not durable, and the block is missing', async () => {
    const store = await filled();
    const pack = (await keysOf(store, 'packs/')).at(-1) ?? '';
    await change(store, pack, flip(-1));
    const repository = await open(store);
    expect(await repository.missing(staged.manifest.blocks.digests)).toEqual([1]);
    const resumed = await repository.resume('left');
    expect([...(resumed?.segments ?? [0])]).toEqual([]);
    expect(await repository.missing(staged.manifest.blocks.digests)).toEqual([0, 1]);
  });

  test('a segment left by another staging of the same token counts for nothing', async () => {
    const store = await filled();
    const [segment = ''] = await keysOf(store, 'stagings/');
    const bytes = (await store.get(segment)) ?? new Uint8Array(0);
    const repository = await open(store);
    await (await repository.resume('left'))?.discard();
    await repository.stage('left', Uint8Array.of(2), staged.manifest);
    await store.put(segment, bytes, 'replace');
    const resumed = await (await open(store)).resume('left');
    expect([...(resumed?.segments ?? [0])]).toEqual([]);
  });

  test('a repository of a newer format, or a damaged configuration, is not opened', async () => {
    const store = await filled();
    await change(store, 'config', (bytes) => {
      bytes[8] = 2;
      return bytes;
    });
    await expect(open(store)).rejects.toThrow(
      'config was written by a newer version: repository format 2, this program reads 1',
    );
    await store.put('config', Buffer.from('{"version":1}'), 'replace');
    await expect(open(store)).rejects.toThrow('config is truncated');
    await store.put('config', Buffer.from('[core]\n\trepositoryformatversion = 0\n'), 'replace');
    await expect(open(store)).rejects.toThrow('config is not an object of a snapdelta repository');
  });
});

test('a scrub finds every kind of damage at once, says which versions it affects, and goes on', async () => {
  const store = await filled();
  await push(await open(store), versionOf(3), sampleOf([7]));
  const repository = await open(store);
  const clean = await repository.scrub();
  expect(clean).toMatchObject({ checkedBlocks: 6, damage: [], lostBlocks: [], affected: [] });
  const [pack = ''] = await keysOf(store, 'packs/');
  const [segment = ''] = await keysOf(store, 'stagings/');
  const third = repository.version('disk', versionOf(3).dot)?.manifest ?? '';
  await change(store, pack, flip(-1));
  await change(store, segment, flip(20));
  await change(store, third, flip(-1));
  await store.put('unknown', Uint8Array.of(1), 'create');
  const report = await repository.scrub();
  expect(report.damage.map(({ key }) => key)).toEqual([pack, segment, 'unknown', third]);
  expect(report.lostBlocks).toEqual([first.blocks[2]?.id]);
  expect(report.affected.map(({ version }) => version.dot.counter)).toEqual([1, 3]);
});

describe('hostile bytes', () => {
  const hashing = hashingOf();
  const packHead = (count: number, cells: readonly number[]): Uint8Array => {
    const head = Buffer.alloc(4 + count * 32 + cells.length);
    head.writeUInt32LE(count, 0);
    head.set(cells, 4 + count * 32);
    return head;
  };

  test.each([
    ['no blocks', packHead(0, []), 'claims 0 blocks'],
    ['a count beyond the bytes', Buffer.from([0, 0, 1, 0]), 'needs 2097152 bytes'],
    ['a count beyond the limit', Buffer.from([1, 0, 1, 0]), 'claims 65537 blocks'],
    ['an unknown codec', packHead(1, [4, 9, 5]), 'codec 4'],
    ['an empty block', packHead(1, [0, 0]), '0 bytes'],
    ['a block beyond the limit', packHead(1, [0, 0x81, 0x80, 0x80, 0x02]), '4194305 bytes'],
    ['a compressed block that is not shorter', packHead(1, [1, 9, 9]), 'no shorter'],
    ['surplus bytes', packHead(1, [0, 9, 0]), 'surplus'],
    [
      'too much in all',
      packHead(5, Array(5).fill([0, 0x80, 0x80, 0x80, 0x02]).flat() as number[]),
      'claims more than',
    ],
  ])('a pack with %s', (_what, head, message) => {
    const { bytes } = seal('pack', 'packs/0000000000', head, hashing);
    expect(() => decodePackIndex('packs/0000000000', bytes, hashing)).toThrow(message);
    expect(() => decodePackIndex('packs/0000000000', bytes, hashing)).toThrow(DataError);
  });

  test('a head beyond its limit is refused before it is read', () => {
    const { bytes } = seal('pack', 'packs/0000000000', packHead(1, [0, 1]), hashing);
    const huge = bytes.slice();
    new DataView(huge.buffer).setUint32(11, 0x7fffffff, true);
    expect(() => decodePackIndex('packs/0000000000', huge, hashing)).toThrow(
      'claims a head of 2147483647 bytes',
    );
  });

  const kinds: readonly (readonly [ObjectKind, string])[] = [
    ['configuration', 'config'],
    ['pack', 'packs/0000000007'],
    ['version', `versions/${'0'.repeat(64)}`],
    ['staging', `stagings/${'0'.repeat(64)}/head`],
    ['segment', `stagings/${'0'.repeat(64)}/${segmentName(0)}`],
  ];

  test.each(kinds)('any head of a %s, rightly sealed, is refused by a typed error', (kind, key) => {
    const maps = fc.dictionary(
      fc.constantFrom('version', 'content', 'manifest', 'token', 'offer', 'index', 'digests', 'fingerprint'),
      fc.oneof(fc.nat(), fc.string(), fc.boolean(), fc.uint8Array()),
    );
    const heads = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      maps.map((map) => encodeCbor(map)),
    );
    fc.assert(
      fc.property(heads, (head) => {
        const { bytes } = seal(kind, key, head, hashing);
        expect(() => decode(key, bytes)).toThrow(SnapdeltaError);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

test('a scrub ends soon after its signal', async () => {
  const store = await filled();
  const stopping = new AbortController();
  const repository = await open(store);
  expect((await repository.scrub(stopping.signal)).damage).toEqual([]);
  stopping.abort();
  await expect(repository.scrub(stopping.signal)).rejects.toThrow(CancelledError);
});
