/** Audit records, batches and pins <-> bytes (docs/formats/audit-v1.md). Readers throw DataError that begins with `what`. */
import { sha256 } from '../../base/builtins.js';
import { BugError, DataError } from '../../base/errors.js';
import { addressMax } from '../../base/limits.js';
import { decodeCbor, encodeCbor, encodeCborSequence, type CborValue } from '../../engine/package/cbor.js';
import { Fields } from '../../engine/package/fields.js';
import { readTime, timeItem } from '../versions/codec.js';
import type { HybridTime } from '../versions/version.js';
import { eventItems, readEvent, type AuditEvent } from './kinds.js';
import { batchBytesMax, batchRecordsMax, linkBytes, recordBytesMax } from './limits.js';

/** Magic, major 1, minor 0. */
const preamble = Uint8Array.of(0x89, 0x53, 0x44, 0x41, 0x0d, 0x0a, 0x1a, 0x0a, 1, 0, 0, 0);

/** What stands before the first record, and before a break. */
export const noLink: Uint8Array = new Uint8Array(linkBytes);

export interface AuditRecord {
  readonly sequence: number;
  /** Link of the record before. */
  readonly previous: Uint8Array;
  readonly time: HybridTime;
  readonly event: AuditEvent;
  /** SHA-256 of this record's bytes. */
  readonly link: Uint8Array;
}

export function linkOf(recordBytes: Uint8Array): Uint8Array {
  return sha256(recordBytes);
}

/** Sequence and link at their longest, and the heads around them. */
const placeBytesMax = 64;

/** All of a record that does not depend on its place. Throws BugError for an event that its reader would refuse: it is ours. */
export function encodeEvent(time: HybridTime, event: AuditEvent): Uint8Array {
  const bytes = encodeCborSequence([timeItem(time), ...eventItems(event)]);
  if (bytes.length > recordBytesMax - placeBytesMax)
    throw new BugError(`invariant broken: audit record of ${bytes.length} bytes`);
  return bytes;
}

const listOfFive = Uint8Array.of(0x85);

/** A record of five elements, the last three of which are encoded already. */
export function encodeRecord(sequence: number, previous: Uint8Array, event: Uint8Array): Uint8Array {
  return Buffer.concat([listOfFive, encodeCborSequence([sequence, previous]), event]);
}

function decodeRecord(bytes: Uint8Array, what: string): AuditRecord {
  if (bytes.length > recordBytesMax)
    throw new DataError(`${what} has ${bytes.length} bytes, more than ${recordBytesMax}`);
  const names = ['sequence', 'previous', 'time', 'kind', 'fields'];
  const row = Fields.ofRow(decodeCbor(bytes, what), names, what, false);
  const sequence = row.integer('sequence', 0, addressMax);
  const previous = row.bytes('previous', linkBytes);
  const time = readTime(row.value('time'), `${what}: time`);
  const event = readEvent(row.value('kind'), row.value('fields'), what);
  row.end();
  return { sequence, previous, time, event, link: linkOf(bytes) };
}

export function encodeBatch(records: readonly Uint8Array[]): Uint8Array {
  return withPreamble([...records]);
}

/** The records of an object, at least one; their sequences and links are not looked at. */
export function decodeBatch(bytes: Uint8Array, what: string): readonly AuditRecord[] {
  const list = withoutPreamble(bytes, what);
  if (!Array.isArray(list) || list.length === 0 || list.length > batchRecordsMax)
    throw new DataError(`${what} is not a list of 1 to ${batchRecordsMax} records`);
  return list.map((record, index) => {
    if (!(record instanceof Uint8Array)) throw new DataError(`${what}: record ${index} is not a byte string`);
    return decodeRecord(record, `${what}: record ${index}`);
  });
}

/** Names a record: its sequence and link. */
export interface AuditHead {
  readonly sequence: number;
  readonly link: Uint8Array;
}

export function encodePin(head: AuditHead): Uint8Array {
  return withPreamble([head.sequence, head.link]);
}

export function decodePin(bytes: Uint8Array, what: string): AuditHead {
  const row = Fields.ofRow(withoutPreamble(bytes, what), ['sequence', 'link'], what, false);
  const head = { sequence: row.integer('sequence', 0, addressMax), link: row.bytes('link', linkBytes) };
  row.end();
  return head;
}

function withPreamble(item: CborValue): Uint8Array {
  const body = encodeCbor(item);
  const bytes = new Uint8Array(preamble.length + body.length);
  bytes.set(preamble);
  bytes.set(body, preamble.length);
  return bytes;
}

function withoutPreamble(bytes: Uint8Array, what: string): CborValue {
  if (bytes.length > batchBytesMax + recordBytesMax)
    throw new DataError(`${what} has ${bytes.length} bytes, more than its kind may have`);
  if (bytes.length < preamble.length || !preamble.every((byte, i) => bytes[i] === byte))
    throw new DataError(`${what} does not begin as version 1 of the audit log does`);
  return decodeCbor(bytes.subarray(preamble.length), what);
}
