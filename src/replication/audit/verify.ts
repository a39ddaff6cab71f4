/**
 * Reading an audit log, with the proof that nothing in it was changed, left out or put in.
 *
 * Law: `intact` means that every record from 0 to the head is there, each with the link of the one before, and that the pin and whatever head the caller
 * brings are among them. Otherwise the first bad record is named.
 */
import { DataError } from '../../base/errors.js';
import { auditPrefix, pinKey, sequenceOfKey, type AuditStore } from './log.js';
import { decodeBatch, decodePin, noLink, type AuditHead, type AuditRecord } from './record.js';

export type AuditVerdict =
  | { readonly state: 'intact'; readonly records: number; readonly head: AuditHead | undefined }
  /** Records before `sequence` are intact. */
  | { readonly state: 'damaged'; readonly sequence: number; readonly key: string; readonly reason: string };

/** Reads everything once. `known` is a head that somebody kept. `visit` gets each record that is intact, in order. Throws WorldError. */
export async function verifyAudit(
  store: AuditStore,
  known: readonly AuditHead[] = [],
  visit: (record: AuditRecord) => void = () => undefined,
): Promise<AuditVerdict> {
  const pin = await pinned(store);
  if ('state' in pin) return pin;
  const expected = [...pin.heads, ...known];
  let head: AuditHead = { sequence: -1, link: noLink };
  for (const { key } of await store.list(auditPrefix)) {
    const damaged = (sequence: number, reason: string): AuditVerdict => ({
      state: 'damaged',
      sequence,
      key,
      reason,
    });
    const next = head.sequence + 1;
    if (sequenceOfKey(key) !== next)
      return damaged(next, 'a batch is missing before this one, or it was put in');
    const batch = await readBatch(store, key);
    if (typeof batch === 'string') return damaged(next, batch);
    for (const record of batch) {
      const { sequence, previous, link } = record;
      if (sequence !== head.sequence + 1) return damaged(head.sequence + 1, `has sequence ${sequence} there`);
      if (Buffer.compare(previous, head.link) !== 0)
        return damaged(sequence, 'does not follow the record before');
      for (const one of expected) {
        if (one.sequence === sequence && Buffer.compare(one.link, link) !== 0)
          return damaged(sequence, 'is not the record that was there');
      }
      head = { sequence, link };
      visit(record);
    }
  }
  const missing = expected.find(({ sequence }) => sequence > head.sequence);
  if (missing !== undefined)
    return { state: 'damaged', sequence: head.sequence + 1, key: pinKey, reason: 'the log was cut off here' };
  return { state: 'intact', records: head.sequence + 1, head: head.sequence < 0 ? undefined : head };
}

async function readBatch(store: AuditStore, key: string): Promise<readonly AuditRecord[] | string> {
  try {
    const bytes = await store.get(key);
    return bytes === undefined ? 'is listed and cannot be read' : decodeBatch(bytes, 'the batch');
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}

async function pinned(store: AuditStore): Promise<{ readonly heads: readonly AuditHead[] } | AuditVerdict> {
  const bytes = await store.get(pinKey);
  if (bytes === undefined) return { heads: [] };
  try {
    return { heads: [decodePin(bytes, 'the pin')] };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { state: 'damaged', sequence: 0, key: pinKey, reason: error.message };
  }
}
