/**
 * The audit log: append-only, hash-chained, over objects of a store.
 *
 * Law: when append() resolves, the record is durable and follows all records whose append() resolved before. Records are never changed. A
 * failed append may or may not have left its record; it never breaks the chain. After a crash the log goes on behind what was durable.
 * Source: Schneier and Kelsey, Secure Audit Logs to Support Computer Forensics (1999), for the chain; docs/formats/audit-v1.md.
 */
import { DataError, WorldError, present } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { HybridTime } from '../versions/version.js';
import type { AuditEvent } from './kinds.js';
import { batchBytesMax, batchRecordsMax, pinRecords } from './limits.js';
import {
  decodeBatch,
  decodePin,
  encodeBatch,
  encodeEvent,
  encodePin,
  encodeRecord,
  linkOf,
  noLink,
  type AuditHead,
} from './record.js';

/** What the log needs of a store. */
export interface AuditStore {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array, mode: 'replace' | 'create'): Promise<boolean>;
  list(prefix: string): Promise<readonly { readonly key: string }[]>;
}

/** Gives each record its time. */
export interface AuditClock {
  now(): HybridTime;
}

export const auditPrefix = 'audit/log/';
export const pinKey = 'audit/pin';

export function batchKey(sequence: number): string {
  return `${auditPrefix}${String(sequence).padStart(16, '0')}`;
}

/** The first sequence of a batch, or NaN for a key that is none. */
export function sequenceOfKey(key: string): number {
  const digits = key.slice(auditPrefix.length);
  return /^\d{16}$/.test(digits) ? Number(digits) : NaN;
}

/** Whether a record is written at once, or may wait for another one or flush(). */
export type AuditUrgency = 'now' | 'may-wait';

interface Waiting {
  /** The record but for its place. */
  readonly event: Uint8Array;
  readonly resolve: (head: AuditHead) => void;
  readonly reject: (error: unknown) => void;
}

/** Records and their places. */
interface Encoded {
  readonly records: readonly Uint8Array[];
  readonly heads: readonly AuditHead[];
}

/** Records that may wait and do: a busy server writes them in good batches. */
const waitingMax = 64;

/** How often another's batches are passed over before the log gives up: nobody but a process that has not yet died should write. */
const foreignBatchesMax = 16;

export class AuditLog {
  readonly #store: AuditStore;
  readonly #clock: AuditClock;
  #nextSequence: number;
  #link: Uint8Array;
  #pinned: number;
  #waiting: Waiting[] = [];
  #isWriting = false;

  private constructor(store: AuditStore, clock: AuditClock, tail: Tail) {
    this.#store = store;
    this.#clock = clock;
    this.#nextSequence = tail.nextSequence;
    this.#link = tail.link;
    this.#pinned = tail.pinned;
  }

  /** Reads the last batch and the pin. Where they are damaged, a record of that is appended. Throws WorldError. */
  static async open(store: AuditStore, clock: AuditClock): Promise<AuditLog> {
    const tail = await readTail(store);
    const log = new AuditLog(store, clock, tail);
    if (tail.damage !== undefined) await log.append({ kind: 'damaged', ...tail.damage });
    return log;
  }

  /** The last durable record; undefined for an empty log, and before a break. Tell it to somebody else, and the log cannot be cut unnoticed. */
  get head(): AuditHead | undefined {
    return this.#link === noLink ? undefined : { sequence: this.#nextSequence - 1, link: this.#link };
  }

  /** Resolves with the record's place once it is durable. Rejects with WorldError, and with DataError where the log was tampered with under it; then the record may be there or not. */
  append(event: AuditEvent, urgency: AuditUrgency = 'now'): Promise<AuditHead> {
    const encoded = encodeEvent(this.#clock.now(), event);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event: encoded, resolve, reject });
      if (urgency === 'now' || this.#waiting.length >= waitingMax) this.flush();
    });
  }

  /** Has all records that wait written, and those that come until nobody waits. Whoever appended them hears of it. */
  flush(): void {
    if (!this.#isWriting) void this.#writeAll();
  }

  /** Makes cutting the log before its present head noticeable. Throws WorldError. */
  async pin(): Promise<void> {
    const head = this.head;
    if (head === undefined) return;
    await this.#store.put(pinKey, encodePin(head), 'replace');
    this.#pinned = head.sequence + 1;
  }

  /** Writes batch after batch until nobody waits. Never rejects: whoever waits hears of a failure. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const encoded = this.#encode(this.#waiting);
      const batch = this.#waiting.splice(0, encoded.records.length);
      try {
        const heads = await this.#write(batch, encoded);
        batch.forEach(({ resolve }, i) => resolve(present(heads[i], 'the place of a record')));
        if (this.#nextSequence - this.#pinned >= pinRecords) await this.pin();
      } catch (error) {
        // Those who were told already do not hear it: a pin that failed is tried again after the next batch.
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }

  /** `encoded`: the batch at the log's end as it is now. */
  async #write(batch: readonly Waiting[], encoded: Encoded): Promise<readonly AuditHead[]> {
    for (let attempt = 0; attempt < foreignBatchesMax; attempt++) {
      const { records, heads } = attempt === 0 ? encoded : this.#encode(batch);
      if (await this.#store.put(batchKey(this.#nextSequence), encodeBatch(records), 'create')) {
        this.#goBehind(heads[heads.length - 1]);
        return heads;
      }
      await this.#passOver();
    }
    throw new WorldError('another process writes this audit log', {
      hint: 'let only one server use a store',
    });
  }

  /** As many records as fit one object. */
  #encode(waiting: readonly Waiting[]): Encoded {
    const records: Uint8Array[] = [];
    const heads: AuditHead[] = [];
    let previous = this.#link;
    let bytes = 0;
    for (const { event } of waiting) {
      const sequence = this.#nextSequence + records.length;
      const record = encodeRecord(sequence, previous, event);
      bytes += record.length;
      if (records.length === batchRecordsMax || (bytes > batchBytesMax && records.length > 0)) break;
      if (!isPlanted('audit-link-repeated')) previous = linkOf(record);
      records.push(record);
      heads.push({ sequence, link: previous });
    }
    return { records, heads };
  }

  /** The key is taken: by what we wrote ourselves and did not hear of, or by somebody else. Either way the log goes on behind it. */
  async #passOver(): Promise<void> {
    const key = batchKey(this.#nextSequence);
    const bytes = await this.#store.get(key);
    if (bytes === undefined) return;
    const records = decodeBatch(bytes, `audit object ${key}`);
    if (records[0] === undefined || Buffer.compare(records[0].previous, this.#link) !== 0)
      throw new DataError(`audit object ${key} does not continue this log`);
    this.#goBehind(records[records.length - 1]);
  }

  #goBehind(head: AuditHead | undefined): void {
    if (head === undefined) return;
    this.#nextSequence = head.sequence + 1;
    this.#link = head.link;
  }
}

interface Tail extends End {
  /** Records that cannot be cut off unnoticed. */
  readonly pinned: number;
}

interface End {
  readonly nextSequence: number;
  readonly link: Uint8Array;
  readonly damage?: { readonly key: string; readonly reason: string };
}

async function readTail(store: AuditStore): Promise<Tail> {
  const keys = (await store.list(auditPrefix)).map(({ key }) => key).filter((key) => sequenceOfKey(key) >= 0);
  const key = keys[keys.length - 1];
  const end: End = key === undefined ? { nextSequence: 0, link: noLink } : await readLast(store, key);
  const pin = await readPin(store);
  const pinned = pin === undefined ? 0 : pin.sequence + 1;
  const isCut = end.damage === undefined && end.nextSequence < pinned;
  return { ...(isCut ? breakAfter(pinned, pinKey, 'the log ends before the pin') : end), pinned };
}

async function readLast(store: AuditStore, key: string): Promise<End> {
  const first = sequenceOfKey(key);
  try {
    const bytes = await store.get(key);
    if (bytes === undefined) return breakAfter(first, key, 'is listed and cannot be read');
    const last = decodeBatch(bytes, `audit object ${key}`).at(-1);
    if (last === undefined || last.sequence < first) return breakAfter(first, key, 'has other sequences');
    const link = isPlanted('audit-unlinked-after-restart') ? noLink : last.link;
    return { nextSequence: last.sequence + 1, link };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return breakAfter(first, key, 'is damaged');
  }
}

/** A damaged pin says nothing. */
async function readPin(store: AuditStore): Promise<AuditHead | undefined> {
  const bytes = await store.get(pinKey);
  if (bytes === undefined) return undefined;
  try {
    return decodePin(bytes, 'the pin');
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** Behind everything that the damaged object can have held. */
function breakAfter(sequence: number, key: string, reason: string): End {
  return { nextSequence: sequence + batchRecordsMax, link: noLink, damage: { key, reason } };
}
