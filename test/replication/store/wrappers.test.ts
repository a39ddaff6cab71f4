/** Each wrapper is a store; and does the one thing that it is for. */
import { describe, expect, test } from 'vitest';
import { DataError, WorldError } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/prng.js';
import { Hasher, fingerprints } from '../../../src/engine/fingerprint/fingerprint.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { CachingStore } from '../../../src/replication/store/caching-store.js';
import { FaultyStore } from '../../../src/replication/store/faulty-store.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { RetryingStore } from '../../../src/replication/store/retrying-store.js';
import type { Store } from '../../../src/replication/store/store.js';
import { ThrottlingStore } from '../../../src/replication/store/throttling-store.js';
import { VerifyingStore } from '../../../src/replication/store/verifying-store.js';
import { listed, noise, storeContract } from './contract.js';
import { VirtualTime } from './virtual-runtime.js';

const hasher = new Hasher(fingerprints['xxh3-128'], new Arena(createWasmKernels()));
const time = new VirtualTime();
const backoff = (...delays: number[]) => ({ nextMs: () => delays.shift() });
const unlimited = { perSecond: Infinity, burst: Infinity };
const open = (store: Store) => Promise.resolve({ store });
/** Errors and delays alone: what remains of a fault once it was tried again. */
const errors = { errorBefore: 0.2, errorAfter: 0.2, delay: 0.5, delayMsMax: 10 };

storeContract('a caching store', () => open(new CachingStore(new MemoryStore(), new Map())));
storeContract('a caching store whose cache forgets all', () =>
  open(
    new CachingStore(new MemoryStore(), {
      get: () => undefined,
      set: () => undefined,
      delete: () => undefined,
    }),
  ),
);
storeContract('a verifying store', () => open(new VerifyingStore(new MemoryStore(), time, hasher)));
storeContract('a throttling store', () =>
  open(
    new ThrottlingStore(new MemoryStore(), new VirtualTime(), {
      requests: { perSecond: 100, burst: 5 },
      bytes: { perSecond: 1e6, burst: 1000 },
    }),
  ),
);
storeContract('a faulty store without faults', () =>
  open(new FaultyStore(new MemoryStore(), time, new Random(1), {})),
);
storeContract('a retrying store over one that fails', () => {
  const faults = { get: errors, put: errors, list: errors, remove: errors };
  const faulty = new FaultyStore(new MemoryStore(), new VirtualTime(), new Random(1), faults);
  return open(new RetryingStore(faulty, new VirtualTime(), () => ({ nextMs: () => 1 })));
});

describe('caching', () => {
  test('a second read needs no store, and no range of it', async () => {
    const inner = new MemoryStore();
    const store = new CachingStore(inner, new Map());
    await inner.put('k', noise(100), 'create');
    await store.get('k');
    await inner.remove('k');
    expect(await store.get('k')).toEqual(noise(100));
    expect(await store.get('k', { offset: 10, length: 5 })).toEqual(noise(100).slice(10, 15));
  });

  test.each(['put', 'remove'] as const)('a read that a %s overtakes is not remembered', async (kind) => {
    const inner = new MemoryStore();
    await inner.put('k', noise(1, 1), 'create');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow: Store = {
      get: async (key) => {
        const bytes = await inner.get(key);
        await held;
        return bytes;
      },
      put: (...all) => inner.put(...all),
      list: (prefix) => inner.list(prefix),
      remove: (key) => inner.remove(key),
    };
    const cache = new Map<string, Uint8Array>();
    const store = new CachingStore(slow, cache);
    const reading = store.get('k');
    if (kind === 'put') await store.put('k', noise(1, 2), 'replace');
    else await store.remove('k');
    const after = kind === 'put' ? noise(1, 2) : undefined;
    release();
    expect(await reading).toEqual(noise(1, 1));
    expect(await store.get('k')).toEqual(after);
    expect(cache.get('k')).toEqual(after);
  });

  test('a put that failed leaves nothing remembered', async () => {
    const inner = new MemoryStore();
    const faulty = new FaultyStore(inner, time, new Random(1), { put: { errorAfter: 1 } });
    const store = new CachingStore(faulty, new Map());
    await inner.put('k', noise(1, 1), 'create');
    await store.get('k');
    await expect(store.put('k', noise(1, 2), 'replace')).rejects.toThrow(WorldError);
    expect(await store.get('k')).toEqual(noise(1, 2));
  });
});

describe('retrying', () => {
  const failing = (kind: 'errorBefore' | 'errorAfter', inner: Store = new MemoryStore()) =>
    new FaultyStore(inner, time, new Random(1), { get: { [kind]: 1 }, put: { [kind]: 1 } });

  test('sleeps as the backoff says, then gives up with the last failure', async () => {
    const clock = new VirtualTime();
    const store = new RetryingStore(failing('errorBefore'), clock, () => backoff(10, 20, 30));
    await expect(store.get('k')).rejects.toThrow("get of 'k' failed");
    expect(clock.sleptMs).toEqual([10, 20, 30]);
  });

  test('a create that took effect and failed is ours when tried again', async () => {
    const inner = new MemoryStore();
    let failures = 1;
    const once: Store = {
      get: (key) => inner.get(key),
      put: async (...all) => {
        const isWritten = await inner.put(...all);
        if (failures-- > 0) throw new WorldError('after');
        return isWritten;
      },
      list: (prefix) => inner.list(prefix),
      remove: (key) => inner.remove(key),
    };
    const store = new RetryingStore(once, new VirtualTime(), () => backoff(1));
    expect(await store.put('k', noise(10), 'create')).toBe(true);
    expect(await store.put('k', noise(10), 'create'), 'no failure, no doubt').toBe(false);
    failures = 1;
    expect(await store.put('k', noise(11), 'create'), 'other bytes').toBe(false);
    expect(await inner.get('k')).toEqual(noise(10));
  });

  test('what is not the world’s failure is not tried again', async () => {
    const clock = new VirtualTime();
    const damaged: Store = { ...emptyStore, get: () => Promise.reject(new DataError('rot')) };
    await expect(new RetryingStore(damaged, clock, () => backoff(1)).get('k')).rejects.toThrow(DataError);
    expect(clock.sleptMs).toEqual([]);
  });
});

const emptyStore: Store = {
  get: () => Promise.resolve(undefined),
  put: () => Promise.resolve(true),
  list: () => Promise.resolve([]),
  remove: () => Promise.resolve(),
};

describe('verifying', () => {
  const sizes = [0, 1, 1000, 65_535, 65_536, 65_537, 131_072, 150_000];

  test.each(sizes)('of %d bytes: damage anywhere, and any other length, is a DataError', async (length) => {
    const inner = new MemoryStore();
    const store = new VerifyingStore(inner, time, hasher);
    await store.put('k', noise(length), 'create');
    const kept = (await inner.get('k')) ?? new Uint8Array();
    expect(await listed(store)).toEqual([`k ${length}`]);
    const places = [0, 1, 16, 17, kept.length - 1, kept.length >> 1, 65_552, 65_553, 65_554];
    for (const at of places.filter((place) => place < kept.length)) {
      const damaged = kept.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await inner.put('k', damaged, 'replace');
      await expect(store.get('k'), `flipped at ${at}`).rejects.toThrow(DataError);
    }
    const lengths = [0, 1, 16, 17, 18, kept.length - 1, 65_553, 65_554, 131_106].filter(
      (n) => n < kept.length,
    );
    for (const shorter of lengths) {
      await inner.put('k', kept.slice(0, shorter), 'replace');
      await expect(store.get('k'), `cut to ${shorter}`).rejects.toThrow(DataError);
      const beyond = { offset: Math.max(0, length - 1), length: 10 };
      if (length > 0) await expect(store.get('k', beyond), `cut to ${shorter}`).rejects.toThrow(DataError);
    }
    for (const more of [1, 17, 65_553]) {
      await inner.put('k', Buffer.concat([kept, noise(more)]), 'replace');
      await expect(store.get('k'), `${more} more`).rejects.toThrow(DataError);
    }
  });

  test('records that changed places, and the right bytes of another object', async () => {
    const inner = new MemoryStore();
    const store = new VerifyingStore(inner, time, hasher);
    await store.put('k', noise(200_000), 'create');
    const kept = (await inner.get('k')) ?? new Uint8Array();
    await inner.put('l', kept, 'create');
    await expect(store.get('l')).rejects.toThrow("the object 'l' is damaged at byte 0");
    const stride = 65_536 + 17;
    const swapped = [kept.slice(stride, 2 * stride), kept.slice(0, stride), kept.slice(2 * stride)];
    await inner.put('k', Buffer.concat(swapped), 'replace');
    await expect(store.get('k', { offset: 70_000, length: 1 })).rejects.toThrow(
      "'k' is damaged at byte 65536",
    );
  });

  test('a range reads the records that it touches', async () => {
    const inner = new MemoryStore();
    const clock = new VirtualTime();
    const store = new VerifyingStore(inner, clock, hasher);
    await store.put('k', noise(1_000_000), 'create');
    clock.worked.length = 0;
    expect(await store.get('k', { offset: 131_072, length: 100 })).toEqual(
      noise(1_000_000).slice(131_072, 131_172),
    );
    expect(clock.worked).toEqual([['hash', 65_553]]);
  });
});

describe('throttling', () => {
  test('requests and bytes wait for their tokens, in order', async () => {
    const clock = new VirtualTime();
    const store = new ThrottlingStore(new MemoryStore(), clock, {
      requests: { perSecond: 10, burst: 2 },
      bytes: { perSecond: 1000, burst: 500 },
    });
    const ends: number[] = [];
    const put = async (key: string, length: number) => {
      await store.put(key, noise(length), 'create');
      ends.push(clock.nowMs());
    };
    await Promise.all([put('a', 100), put('b', 400), put('c', 0), put('d', 300), put('e', 2000)]);
    // a, b: within both bursts. c: the third request. d: 300 bytes after an empty bucket. e: waits for a full bucket behind d.
    expect(ends).toEqual([0, 0, 100, 300, 800]);
  });

  test('what a read brought is paid by those who come later', async () => {
    const clock = new VirtualTime();
    const inner = new MemoryStore();
    await inner.put('k', noise(3000), 'create');
    const store = new ThrottlingStore(inner, clock, {
      requests: unlimited,
      bytes: { perSecond: 1000, burst: 1000 },
    });
    await store.get('k');
    expect(clock.nowMs()).toBe(0);
    await store.get('k');
    expect(clock.nowMs()).toBe(2000);
  });

  test.each([0, -1, Number.NaN])('a rate of %d is refused', (perSecond) => {
    const options = { requests: { perSecond, burst: 1 }, bytes: unlimited };
    expect(() => new ThrottlingStore(new MemoryStore(), time, options)).toThrow('lets nothing pass');
  });
});

describe('faulty', () => {
  const seenWith = async (put: { errorBefore?: number; lostPut?: number }) => {
    const store = new FaultyStore(new MemoryStore(), time, new Random(3), {
      get: { shortRead: 0.2, bitFlip: 0.2 },
      put,
    });
    const seen = { putErrors: 0, lost: 0, short: 0, flipped: 0, right: 0, pattern: '' };
    for (let index = 0; index < 500; index++) {
      const key = `k${index}`;
      await store.put(key, noise(50), 'create').catch(() => seen.putErrors++);
      const bytes = await store.get(key);
      const found =
        bytes === undefined
          ? 'lost'
          : bytes.length < 50
            ? 'short'
            : Buffer.compare(bytes, noise(50)) === 0
              ? 'right'
              : 'flipped';
      seen[found]++;
      seen.pattern += (await store.list(key)).length === 0 ? '-' : found.charAt(0);
    }
    return seen;
  };

  test('faults come as often as asked, and the same again with the same seed', async () => {
    const first = await seenWith({ errorBefore: 0.1, lostPut: 0.1 });
    expect(await seenWith({ errorBefore: 0.1, lostPut: 0.1 })).toEqual(first);
    for (const [count, expected] of [
      [first.putErrors, 50],
      [first.lost, 95],
      [first.short, 81],
      [first.flipped, 81],
    ] as const)
      expect(Math.abs(count - expected)).toBeLessThan(30);
  });

  test('a fault that is taken away leaves the others where they were', async () => {
    const both = (await seenWith({ errorBefore: 0.1 })).pattern;
    const one = (await seenWith({})).pattern;
    expect(both).toContain('-');
    expect(one).not.toContain('-');
    expect(Array.from(both).every((mark, index) => mark === '-' || mark === one[index])).toBe(true);
  });

  test('an error after the effect leaves the effect', async () => {
    const inner = new MemoryStore();
    const store = new FaultyStore(inner, time, new Random(1), {
      put: { errorAfter: 1 },
      remove: { errorBefore: 1 },
    });
    await expect(store.put('k', noise(3), 'create')).rejects.toThrow('took effect');
    expect(await listed(inner)).toEqual(['k 3']);
    await expect(store.remove('k')).rejects.toThrow("remove of 'k' failed");
    expect(await listed(inner)).toEqual(['k 3']);
  });
});
