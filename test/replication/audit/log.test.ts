import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BugError, DataError, WorldError } from '../../../src/base/errors.js';
import { auditKinds, type AuditEvent } from '../../../src/replication/audit/kinds.js';
import { batchRecordsMax, pinRecords } from '../../../src/replication/audit/limits.js';
import { AuditLog, batchKey, pinKey } from '../../../src/replication/audit/log.js';
import type { AuditRecord } from '../../../src/replication/audit/record.js';
import { verifyAudit } from '../../../src/replication/audit/verify.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import type { PutMode } from '../../../src/replication/store/store.js';

class Ticks {
  #ms = 0;
  now(): { wallMs: number; counter: number } {
    return { wallMs: ++this.#ms, counter: 0 };
  }
}

const collected = (removedObjects: number): AuditEvent => ({
  kind: 'collected',
  removedObjects,
  removedBytes: 0,
  keptBytes: 0,
});
const numbers = (records: readonly AuditRecord[]): number[] =>
  records.map(({ event }) => (event.kind === 'collected' ? event.removedObjects : -1));

async function logOf(store: MemoryStore, from: number, count: number): Promise<AuditLog> {
  const log = await AuditLog.open(store, new Ticks());
  for (let i = from; i < from + count; i++) await log.append(collected(i));
  return log;
}

async function recordsOf(store: MemoryStore): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  await verifyAudit(store, [], (record) => records.push(record));
  return records;
}

async function keysOf(store: MemoryStore): Promise<string[]> {
  return (await store.list('audit/')).map(({ key }) => key);
}

async function change(store: MemoryStore, key: string, by: (bytes: Uint8Array) => void): Promise<void> {
  const bytes = (await store.get(key))?.slice() ?? new Uint8Array(0);
  by(bytes);
  await store.put(key, bytes, 'replace');
}

/** Events of every kind. */
const name = fc.constantFrom('', 'ann', 'disk-1', 'ü'.repeat(127));
const count = fc.nat();
const dot = fc.record({ writer: fc.constantFrom('ann', 'bob'), counter: fc.integer({ min: 1, max: 9 }) });
const types = {
  name,
  text: name,
  count,
  dot,
  'dot?': fc.option(dot),
  dots: fc.array(dot),
  names: fc.array(name),
  counts: fc.dictionary(fc.constantFrom('base', 'needed'), count, { noNullPrototype: true }),
} as const;
const events = fc.oneof(
  ...Object.entries(auditKinds).map(([kind, fields]) =>
    fc.record({
      kind: fc.constant(kind),
      ...Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, types[type]])),
    }),
  ),
) as fc.Arbitrary<AuditEvent>;

describe('AuditLog', () => {
  test('gives back what was appended, in order, over restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(events, { maxLength: 6 }), { maxLength: 4 }), async (sessions) => {
        const store = new MemoryStore();
        let head: unknown;
        for (const session of sessions) {
          const log = await AuditLog.open(store, new Ticks());
          expect(log.head).toEqual(head);
          const places = await Promise.all(session.map((event) => log.append(event)));
          head = places.at(-1) ?? head;
          expect(log.head).toEqual(head);
        }
        const records: AuditRecord[] = [];
        const verdict = await verifyAudit(store, [], (record) => records.push(record));
        expect(records.map(({ event }) => event)).toEqual(sessions.flat());
        expect(verdict).toEqual({ state: 'intact', records: records.length, head });
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('what is appended while a batch is written goes into one more, up to its limit', async () => {
    const store = new MemoryStore();
    const log = await AuditLog.open(store, new Ticks());
    await Promise.all(Array.from({ length: 2 + batchRecordsMax }, (_, i) => log.append(collected(i))));
    expect(await keysOf(store)).toEqual([0, 1, 1 + batchRecordsMax].map(batchKey).concat(pinKey));
    expect(numbers(await recordsOf(store))).toEqual([...Array(2 + batchRecordsMax).keys()]);
  });

  test('records that may wait are written with the next one, by flush(), or when many wait', async () => {
    const store = new MemoryStore();
    const log = await AuditLog.open(store, new Ticks());
    const waiting = [0, 1].map((i) => log.append(collected(i), 'may-wait'));
    expect(await keysOf(store)).toEqual([]);
    await Promise.all([...waiting, log.append(collected(2))]);
    const flushed = log.append(collected(3), 'may-wait');
    log.flush();
    await flushed;
    await Promise.all(Array.from({ length: 64 }, (_, i) => log.append(collected(4 + i), 'may-wait')));
    expect(await keysOf(store)).toEqual([0, 3, 4].map(batchKey).concat(pinKey));
    expect(numbers(await recordsOf(store))).toEqual([...Array(68).keys()]);
  });

  test('large records share no batch', async () => {
    const store = new MemoryStore();
    const log = await AuditLog.open(store, new Ticks());
    const dots = Array.from({ length: 1000 }, (_, i) => ({ writer: 'w'.repeat(250), counter: i + 1 }));
    const large: AuditEvent = { kind: 'removed', volume: 'v', dots, reason: 'age' };
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => log.append(large)));
    // Four of 258 KB fit into 1 MiB.
    expect(await keysOf(store)).toEqual([0, 1, 5].map(batchKey));
    expect(await verifyAudit(store)).toMatchObject({ state: 'intact', records: 6 });
  });

  test('words are cut to what a reader takes; a wrong event harms nobody else', async () => {
    const store = new MemoryStore();
    const log = await AuditLog.open(store, new Ticks());
    const long = { kind: 'damaged', key: 'k', reason: `a\nb\ud800${'ü'.repeat(300)}` } as const;
    const first = log.append(collected(1));
    expect(() => log.append(collected(-1))).toThrow(BugError);
    expect(() => log.append({ ...long, key: 'k'.repeat(256) })).toThrow(BugError);
    await Promise.all([first, log.append(long)]);
    const [, record] = await recordsOf(store);
    expect(record?.event).toEqual({ ...long, reason: `a b ${'ü'.repeat(125)}` });
  });
});

describe('failures', () => {
  /** Fails once at the n-th put: before it was written, or after. */
  class Failing extends MemoryStore {
    puts = 0;
    failAt = -1;
    isWritten = false;
    override async put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
      const isFailing = this.puts++ === this.failAt;
      if (isFailing && !this.isWritten) throw new WorldError('the disk is gone');
      const result = await super.put(key, bytes, mode);
      if (isFailing) throw new WorldError('the disk is gone');
      return result;
    }
  }

  test.each([
    [false, [0, 2, 3]],
    [true, [0, 1, 2, 3]],
  ])('a put that failed, written: %s, does not break the chain', async (isWritten, expected) => {
    const store = new Failing();
    const log = await AuditLog.open(store, new Ticks());
    Object.assign(store, { failAt: 1, isWritten });
    await log.append(collected(0));
    await expect(log.append(collected(1))).rejects.toThrow(WorldError);
    await log.append(collected(2));
    await log.append(collected(3));
    expect(numbers(await recordsOf(store))).toEqual(expected);
    expect(await verifyAudit(store)).toMatchObject({ state: 'intact', head: log.head });
  });

  test('a crash after the write and before the answer: the record is there, once', async () => {
    const store = new Failing();
    Object.assign(store, { failAt: 1, isWritten: true });
    const before = await AuditLog.open(store, new Ticks());
    await before.append(collected(0));
    await expect(before.append(collected(1))).rejects.toThrow(WorldError);
    await logOf(store, 2, 1);
    expect(numbers(await recordsOf(store))).toEqual([0, 1, 2]);
  });

  test('two writers lose nothing', async () => {
    const store = new MemoryStore();
    const logs = [await logOf(store, 0, 1), await logOf(store, 100, 0)];
    for (let i = 1; i < 10; i++) await logs[i % 2]?.append(collected(i));
    expect(numbers(await recordsOf(store))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('a pin that fails fails no append, and is tried again', async () => {
    const store = new Failing();
    store.failAt = pinRecords;
    const log = await logOf(store, 0, pinRecords);
    expect(await store.get(pinKey)).toBeUndefined();
    await log.append(collected(0));
    await log.append(collected(0));
    expect(await store.get(pinKey)).toBeDefined();
  });
});

describe('verification', () => {
  test('finds every changed byte, and names a record not behind it', async () => {
    const store = new MemoryStore();
    const log = await logOf(store, 0, 3);
    const known = log.head === undefined ? [] : [log.head];
    await log.pin();
    for (const [batch, key] of (await keysOf(store)).entries()) {
      const length = (await store.get(key))?.length ?? 0;
      expect(length).toBeGreaterThan(40);
      for (let at = 0; at < length; at++) {
        const flip = (bytes: Uint8Array): void => {
          bytes[at] = (bytes[at] ?? 0) ^ 1;
        };
        await change(store, key, flip);
        const verdict = await verifyAudit(store, known);
        expect(verdict.state, `${key} byte ${at}`).toBe('damaged');
        if (verdict.state === 'damaged' && key !== pinKey) {
          // A record whose link changed is noticed at the next one at the latest.
          expect([batch, batch + 1]).toContain(verdict.sequence);
        }
        await change(store, key, flip);
      }
    }
    expect(await verifyAudit(store, known)).toMatchObject({ state: 'intact', records: 3 });
  });

  test('finds what is left out, put in, or exchanged', async () => {
    const store = new MemoryStore();
    await logOf(store, 0, 6);
    const [second, third] = await Promise.all([1, 2].map((i) => store.get(batchKey(i))));
    if (second === undefined || third === undefined) throw new Error('no batch');
    await store.remove(batchKey(2));
    expect(await verifyAudit(store)).toMatchObject({ sequence: 2, key: batchKey(3), state: 'damaged' });
    await store.put(batchKey(2), second, 'replace');
    expect(await verifyAudit(store)).toMatchObject({ sequence: 2, reason: 'has sequence 1 there' });
    await store.put(batchKey(2), third, 'replace');
    await store.put('audit/log/extra', third, 'replace');
    expect(await verifyAudit(store)).toMatchObject({ sequence: 6, key: 'audit/log/extra' });
    await store.remove('audit/log/extra');
    const other = new MemoryStore();
    await logOf(other, 10, 6);
    await store.put(batchKey(2), (await other.get(batchKey(2))) ?? third, 'replace');
    expect(await verifyAudit(store)).toMatchObject({
      sequence: 2,
      reason: 'does not follow the record before',
    });
  });

  test('a log that was cut is noticed by its pin or by a head that somebody kept', async () => {
    const store = new MemoryStore();
    const log = await logOf(store, 0, 4);
    const kept = log.head === undefined ? [] : [log.head];
    await store.remove(batchKey(3));
    expect(await verifyAudit(store)).toMatchObject({ state: 'intact', records: 3 });
    const cut = { state: 'damaged', sequence: 3, reason: 'the log was cut off here' };
    expect(await verifyAudit(store, kept)).toMatchObject(cut);
    const pinned = new MemoryStore();
    await logOf(pinned, 0, pinRecords);
    await pinned.remove(batchKey(pinRecords - 1));
    expect(await verifyAudit(pinned)).toMatchObject({ ...cut, sequence: pinRecords - 1 });
  });

  test.each([
    ['damaged', async (store: MemoryStore) => change(store, batchKey(2), (bytes) => bytes.fill(0, 20)), 2],
    ['cut', async (store: MemoryStore) => store.remove(batchKey(2)), 3],
  ])('a log whose end is %s goes on behind a break that stays visible', async (_name, damage, last) => {
    const store = new MemoryStore();
    const log = await logOf(store, 0, 3);
    await log.pin();
    await damage(store);
    await logOf(store, 7, 1);
    await logOf(store, 8, 1);
    const first = last + batchRecordsMax;
    expect((await keysOf(store)).slice(-4)).toEqual(
      [first, first + 1, first + 2].map(batchKey).concat(pinKey),
    );
    expect(await verifyAudit(store)).toMatchObject({ state: 'damaged', sequence: 2 });
  });

  test('an empty log is intact', async () => {
    expect(await verifyAudit(new MemoryStore())).toEqual({ state: 'intact', records: 0, head: undefined });
  });

  test('a store that cannot be read is no damage', async () => {
    const store = new MemoryStore();
    await logOf(store, 0, 1);
    store.get = () => Promise.reject(new WorldError('the disk is gone'));
    await expect(verifyAudit(store)).rejects.toThrow(WorldError);
    await expect(verifyAudit(store)).rejects.not.toThrow(DataError);
  });
});
