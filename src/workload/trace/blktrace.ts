/**
 * The binary records of blktrace, as it writes them for each processor (`sda.blktrace.0`) or `blkparse -d` merges them.
 *
 * 48 bytes in the recorder's byte order: `u32 magic 0x65617400 + version 7, u32 sequence, u64 time in ns, u64 sector, u32 bytes, u32
 * action, u32 pid, u32 device (major << 20 | minor), u32 cpu, u16 error, u16 pdu_len`, then pdu_len bytes. The lower half of the action is
 * the event (1 queue, 7 issue, 8 complete), the upper half the category (1 read, 2 write, 4 flush, 0x200 packet command, 0x400 notice,
 * 0x2000 discard). One event counts (sighting.ts). Source: include/uapi/linux/blktrace_api.h.
 *
 * Limits: one file. A recording has one for each processor; merge them with `blkparse -i sda -d merged.bin`.
 */
import type { TraceEvent, TraceOperation } from './event.js';
import { damaged, eventOf } from './line.js';
import { RecordReader, sectorBytesOf } from './records.js';
import { eventsOfOneKind, type Sighting, type SightingKind } from './sighting.js';

const magic = 0x65617407;
const recordBytes = 48;
const category = { read: 1, write: 2, flush: 4, packet: 0x200, notice: 0x400, discard: 0x2000 };
const kinds = new Map<number, SightingKind>([
  [1, 'queue'],
  [7, 'issue'],
  [8, 'complete'],
]);

export function isBlktrace(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return view.getUint32(0, true) === magic || view.getUint32(0, false) === magic;
}

export function parseBlktrace(pieces: Iterable<Uint8Array>, name: string): Iterable<TraceEvent> {
  return eventsOfOneKind(sightings(pieces, name));
}

function* sightings(pieces: Iterable<Uint8Array>, name: string): Generator<Sighting> {
  const reader = new RecordReader(pieces, name);
  let isLittle: boolean | undefined;
  for (;;) {
    const { place } = reader;
    const record = reader.take(recordBytes);
    if (record === undefined) break;
    isLittle ??= record.getUint32(0, true) === magic;
    if (record.getUint32(0, isLittle) !== magic)
      throw damaged(place, 'no record of blktrace begins here', 'records of version 7 are read');
    const action = record.getUint32(28, isLittle);
    const kind = kinds.get(action & 0xffff);
    const op = operationOf(action >>> 16);
    const sector = record.getBigUint64(16, isLittle);
    const bytes = record.getUint32(24, isLittle);
    const timeMicros = Number(record.getBigUint64(8, isLittle) / 1000n);
    const device = record.getUint32(36, isLittle);
    const isFlush = (action >>> 16) & category.flush;
    reader.rest(record.getUint16(46, isLittle));
    if (kind === undefined || op === undefined || (bytes === 0 && !isFlush)) continue;
    const offset = bytes === 0 ? 0 : sectorBytesOf(sector);
    if (offset === null) throw damaged(place, `a ${op} that begins beyond 2^53`);
    if (!Number.isSafeInteger(timeMicros)) throw damaged(place, 'a time beyond 2^53 microseconds');
    const volume = `${device >>> 20},${device & 0xfffff}`;
    yield { kind, event: eventOf(timeMicros, bytes === 0 ? 'sync' : op, offset, bytes, place, { volume }) };
  }
  if (reader.place.byte === 0) throw damaged(reader.place, 'the trace is empty');
}

function operationOf(categories: number): TraceOperation | undefined {
  if ((categories & (category.notice | category.packet)) !== 0) return undefined;
  if ((categories & category.discard) !== 0) return 'trim';
  if ((categories & category.write) !== 0) return 'write';
  if ((categories & category.read) !== 0) return 'read';
  return (categories & category.flush) === 0 ? undefined : 'sync';
}
