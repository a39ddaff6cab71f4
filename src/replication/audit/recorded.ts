/**
 * What an audit log says of versions: which became visible, and were not removed since. Compared with what a repository holds, it shows on which side something is missing.
 *
 * Law: what cannot be read is passed over, since what is left is still true: that the chain holds is proved elsewhere (verify.ts). All batches are read, once, in order.
 */
import { DataError } from '../../base/errors.js';
import { countOf } from '../versions/vector.js';
import { compareTimes, dotText, isMerge } from '../versions/version.js';
import type { Dot, HybridTime, Version } from '../versions/version.js';
import type { AuditEvent } from './kinds.js';
import { auditPrefix, type AuditStore } from './log.js';
import { decodeBatch, type AuditRecord } from './record.js';

export interface RecordedVersion {
  readonly volume: string;
  readonly dot: Dot;
  /** Of the record: no version is later than the record that it became visible. */
  readonly time: HybridTime;
}

export class RecordedVersions {
  readonly #byName = new Map<string, RecordedVersion>();

  /** In the order of their records. */
  get all(): readonly RecordedVersion[] {
    return [...this.#byName.values()];
  }

  has(volume: string, dot: Dot): boolean {
    return this.#byName.has(nameOf(volume, dot));
  }

  /** Takes in the next record. */
  add({ event, time }: Pick<AuditRecord, 'event' | 'time'>): void {
    const shown = shownBy(event);
    if (shown !== undefined) this.#byName.set(nameOf(shown.volume, shown.dot), { ...shown, time });
    else if (event.kind === 'removed')
      for (const dot of event.dots) this.#byName.delete(nameOf(event.volume, dot));
  }
}

/** Those that somebody wrote and that are not held, though they were durable and nobody removed them. What a merge was follows from its inputs. */
export function lostVersions(
  recorded: RecordedVersions,
  isHeld: (volume: string, dot: Dot) => boolean,
): readonly RecordedVersion[] {
  return recorded.all.filter(({ volume, dot }) => !isMerge(dot) && !isHeld(volume, dot));
}

/** Whether a lost version may be newer than the head, or stand beside it: the head was not made from it, nor after its record. */
export function mayFollow({ dot, time }: RecordedVersion, head: Version | undefined): boolean {
  if (head === undefined) return true;
  return countOf(head.vector, dot.writer) < dot.counter && compareTimes(head.time, time) <= 0;
}

/** The version that, by this record, has become visible. */
export function shownBy(event: AuditEvent): { readonly volume: string; readonly dot: Dot } | undefined {
  if (event.kind === 'committed' || event.kind === 'recovered') {
    const { volume, dot } = event;
    return { volume, dot };
  }
  if (event.kind !== 'merged' || event.result === null) return undefined;
  return { volume: event.volume, dot: event.result };
}

/** Reads a whole log. Throws WorldError. */
export async function readRecordedVersions(store: AuditStore): Promise<RecordedVersions> {
  const versions = new RecordedVersions();
  const keys = (await store.list(auditPrefix)).map(({ key }) => key);
  for (let at = 0; at < keys.length; at += readAtOnce) {
    const batches = await Promise.all(keys.slice(at, at + readAtOnce).map((key) => readBatch(store, key)));
    for (const record of batches.flat()) versions.add(record);
  }
  return versions;
}

/** Objects that are asked for together: as many as a disk does well. */
const readAtOnce = 16;

async function readBatch(store: AuditStore, key: string): Promise<readonly AuditRecord[]> {
  try {
    const bytes = await store.get(key);
    return bytes === undefined ? [] : decodeBatch(bytes, `audit object ${key}`);
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}

/** Names have no control characters. */
function nameOf(volume: string, dot: Dot): string {
  return `${volume}\n${dotText(dot)}`;
}
