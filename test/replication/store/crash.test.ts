/**
 * The directory store keeps its law through crashes at every moment. Random operations run on a disk that knows what is durable; after each change of the disk, and each
 * answer of the store, the disk is crashed in every way that it may be (or 12 of them), opened, and read.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/prng.js';
import { DirectoryStore } from '../../../src/replication/store/directory-store.js';
import type { Store } from '../../../src/replication/store/store.js';
import { storeContract } from './contract.js';
import { CrashDisk } from './crash-disk.js';
import { diskContract } from './disk-contract.js';

diskContract('the crashing disk', () => Promise.resolve({ disk: new CrashDisk() }));
storeContract('a directory on the crashing disk', async () => ({
  store: await DirectoryStore.open(new CrashDisk(), { fanOutAbove: 3 }),
}));

const keys = ['a', 'b', 'a/b', 'a/c', 'x/y/z'] as const;
const none = 'none';

/** What each key may hold: one value, or several while it is being changed. */
type Allowed = ReadonlyMap<string, ReadonlySet<string>>;

type Operation =
  | { readonly kind: 'create' | 'replace'; readonly key: string; readonly length: number }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'list'; readonly key: string };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('create' as const, 'replace' as const),
      key: fc.constantFrom(...keys),
      length: fc.constantFrom(0, 1, 5, 40),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('remove' as const, 'get' as const, 'list' as const),
      key: fc.constantFrom(...keys),
    }),
  },
);

const open = (disk: CrashDisk): Promise<DirectoryStore> => DirectoryStore.open(disk, { fanOutAbove: 1 });
const decoder = new TextDecoder();
const valueOf = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? none : decoder.decode(bytes);

async function contents(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const key of keys) found.set(key, valueOf(await store.get(key)));
  const rows = (await store.list('')).map(({ key, bytes }) => `${key} ${bytes}`);
  const expected = [...found].filter(([, value]) => value !== none);
  expect(rows).toEqual(expected.map(([key, value]) => `${key} ${value.length}`).sort());
  return found;
}

/** Opens what a crash left: nothing but what is allowed is there, no leftovers, and what was read now and put now stays through the next crash. */
async function judge(disk: CrashDisk, allowed: Allowed, random: Random): Promise<void> {
  const store = await open(disk);
  const found = await contents(store);
  for (const [key, value] of found) expect([...(allowed.get(key) ?? [none])], key).toContain(value);
  expect(await disk.list('temporary')).toEqual([]);
  if (random.below(2) === 0) {
    await store.put('a', new TextEncoder().encode('later'), 'replace');
    found.set('a', 'later');
  }
  for (const again of disk.crashes(3, random)) expect(await contents(await open(again))).toEqual(found);
}

interface Moment {
  readonly disk: CrashDisk;
  readonly allowed: Allowed;
}

class Run {
  readonly disk = new CrashDisk();
  readonly moments: Moment[] = [];
  readonly #allowed = new Map<string, Set<string>>(keys.map((key) => [key, new Set([none])]));
  #values = 0;

  constructor(random: Random, fault: { readonly at: number; readonly isAfter: boolean } | undefined) {
    let operations = 0;
    this.disk.onChange = () => this.#record();
    // Now and then one is slow, so that all others overtake it.
    this.disk.ticks = () => (random.below(8) === 0 ? 60 : random.below(4));
    this.disk.onBegin = () => {
      if (operations++ !== fault?.at) return false;
      if (!fault.isAfter) throw new WorldError('a disk that fails');
      return true;
    };
  }

  /** All at once; then what became of each key is read. */
  async batch(store: Store, operations: readonly Operation[]): Promise<void> {
    const writers = new Map<string, number>();
    for (const { kind, key } of operations)
      if (kind !== 'get' && kind !== 'list') writers.set(key, (writers.get(key) ?? 0) + 1);
    await Promise.all(
      operations.map((one) => orFailure(this.#perform(store, one, writers.get(one.key) ?? 0))),
    );
    for (const key of keys) await orFailure(this.#pin(store, key));
  }

  async #perform(store: Store, one: Operation, writers: number): Promise<void> {
    const allowed = this.#of(one.key);
    const before = new Set(allowed);
    if (one.kind === 'get') {
      const value = valueOf(await store.get(one.key));
      expect([...before, ...allowed]).toContain(value);
      // Who has seen what a writer wrote may rely on it, though the writer has no answer yet.
      if (writers === 1 && !before.has(value)) this.#only(one.key, value);
    } else if (one.kind === 'list') {
      const isThere = (await store.list(one.key)).some(({ key }) => key === one.key);
      if (writers === 1 && before.size === 1 && before.has(none) && isThere) allowed.delete(none);
    } else if (one.kind === 'remove') {
      allowed.add(none);
      await store.remove(one.key);
      if (writers === 1) this.#only(one.key, none);
    } else {
      const value = `${this.#values++}`.padEnd(one.length, '.').slice(0, one.length);
      allowed.add(value);
      const isWritten = await store.put(one.key, new TextEncoder().encode(value), one.kind);
      if (writers === 1 && isWritten) this.#only(one.key, value);
      if (writers === 1 && !isWritten) {
        expect(one.kind).toBe('create');
        if (!before.has(value)) allowed.delete(value);
        allowed.delete(none);
      }
    }
    this.#record();
  }

  async #pin(store: Store, key: string): Promise<void> {
    const value = valueOf(await store.get(key));
    expect([...this.#of(key)], key).toContain(value);
    this.#only(key, value);
    this.#record();
  }

  #of(key: string): Set<string> {
    return this.#allowed.get(key) ?? new Set();
  }

  #only(key: string, value: string): void {
    this.#of(key).clear();
    this.#of(key).add(value);
  }

  #record(): void {
    const allowed = new Map([...this.#allowed].map(([key, values]) => [key, new Set(values)]));
    this.moments.push({ disk: this.disk.fork(), allowed });
  }
}

/** An injected failure is the world's, and may meet anything. */
async function orFailure(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof WorldError)) throw error;
  });
}

test('random operations, crashed at every moment', { timeout: 120_000 }, async () => {
  let moments = 0;
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(operation, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      fc.option(fc.record({ at: fc.nat(80), isAfter: fc.boolean() }), { nil: undefined }),
      fc.nat(1000),
      async (batches, fault, seed) => {
        const random = new Random(seed);
        const run = new Run(random.fork('disk'), fault);
        let store = await open(run.disk).catch(() => undefined);
        store ??= await open(run.disk);
        for (const batch of batches) await run.batch(store, batch);
        const chance = random.fork('crash');
        for (const { disk, allowed } of run.moments) {
          moments++;
          // The process alone was killed: all that was done is seen, and what is seen stays.
          await judge(disk.fork(), allowed, chance);
          for (const crashed of disk.crashes(12, chance)) {
            crashes++;
            await judge(crashed, allowed, chance);
          }
        }
      },
    ),
    { seed: 7, numRuns: 40 },
  );
  expect(moments).toBeGreaterThan(1000);
  expect(crashes).toBeGreaterThan(5000);
});

test.each([
  ['get', 'read'],
  ['list', 'list'],
  ['list', 'size'],
] as const)(
  'a %s whose %s is overtaken by a put shows nothing that a crash could take back',
  async (kind, slow) => {
    const disk = new CrashDisk();
    const store = await open(disk);
    await store.put('b', new Uint8Array(1), 'create');
    await store.list('');
    let slowLeft = 1;
    disk.ticks = (operation) => {
      if (operation === 'syncDirectory') return 1000;
      return operation === slow && slowLeft-- > 0 ? 200 : 1;
    };
    const reading =
      kind === 'get' ? store.get('b') : store.list('').then((rows) => new Uint8Array(rows[0]?.bytes ?? 0));
    // The put begins when the slow operation has.
    for (let ticks = 0; ticks < 50; ticks++) await Promise.resolve();
    void store.put('b', new Uint8Array(2), 'replace');
    const seen = (await reading)?.length;
    for (const crashed of disk.crashes(8, new Random(1))) {
      const found = await (await open(crashed)).get('b');
      expect(found?.length).toBe(seen);
    }
  },
);

test('a put is one write, one sync, one rename and one directory sync; puts at once share the last', async () => {
  const disk = new CrashDisk();
  const store = await DirectoryStore.open(disk);
  await store.put('p/first', new Uint8Array(1), 'create');
  disk.counts.clear();
  await store.put('p/second', new Uint8Array(1), 'create');
  expect(Object.fromEntries(disk.counts)).toEqual({
    size: 1,
    write: 1,
    sync: 1,
    rename: 1,
    syncDirectory: 1,
  });
  disk.counts.clear();
  await Promise.all(Array.from({ length: 50 }, (_, i) => store.put(`p/${i}`, new Uint8Array(1), 'create')));
  expect(Object.fromEntries(disk.counts)).toEqual({
    size: 50,
    write: 50,
    sync: 50,
    rename: 50,
    syncDirectory: 2,
  });
});
