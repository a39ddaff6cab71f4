/**
 * VMware vscsiStats records as CloudPhysics published them, versions 1 and 2, little-endian, without a header.
 *
 * Version 1, 32 bytes: `u32 sn, u32 len, u32 nSG, u16 cmd, u16 ver, u64 lbn, u64 ts`. Version 2, 40 bytes: `u16 cmd, u16 ver, u32 sn,
 * u32 len, u32 nSG, u64 lbn, u64 ts, u64 rt`. `ver` has the version in its upper byte; len is bytes, lbn sectors of 512 bytes, ts
 * microseconds. Source: vscsi.h of libCacheSim (Waldspurger et al., FAST 2015, used such traces).
 *
 * Limits: one virtual disk a file. Commands that neither read, write nor flush are passed over; an UNMAP has its ranges in data that was
 * not recorded.
 */
import type { TraceEvent, TraceOperation } from './event.js';
import { damaged, eventOf } from './line.js';
import { RecordReader, sectorBytesOf } from './records.js';

interface Layout {
  readonly version: number;
  readonly bytes: number;
  readonly len: number;
  readonly cmd: number;
  readonly ver: number;
  readonly lbn: number;
  readonly ts: number;
}

export const vscsi1: Layout = { version: 1, bytes: 32, len: 4, cmd: 12, ver: 14, lbn: 16, ts: 24 };
export const vscsi2: Layout = { version: 2, bytes: 40, len: 8, cmd: 0, ver: 2, lbn: 16, ts: 24 };

/** SCSI operation codes (SBC-3). */
const operations = new Map<number, TraceOperation>([
  [0x08, 'read'],
  [0x28, 'read'],
  [0xa8, 'read'],
  [0x88, 'read'],
  [0x0a, 'write'],
  [0x2a, 'write'],
  [0xaa, 'write'],
  [0x8a, 'write'],
  [0x35, 'sync'],
  [0x91, 'sync'],
]);

const checkedRecords = 16;

/** Whether every whole record at the beginning names the layout's version and a command of one byte. */
export function isVscsi(layout: Layout, head: Uint8Array): boolean {
  const count = Math.min(checkedRecords, Math.floor(head.length / layout.bytes));
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (let index = 0; index < count; index++) {
    const at = index * layout.bytes;
    if (view.getUint16(at + layout.ver, true) >> 8 !== layout.version) return false;
    if (view.getUint16(at + layout.cmd, true) > 0xff) return false;
  }
  return count > 0;
}

export function* parseVscsi(
  layout: Layout,
  pieces: Iterable<Uint8Array>,
  name: string,
): Generator<TraceEvent> {
  const reader = new RecordReader(pieces, name);
  for (;;) {
    const { place } = reader;
    const record = reader.take(layout.bytes);
    if (record === undefined) break;
    const version = record.getUint16(layout.ver, true) >> 8;
    if (version !== layout.version)
      throw damaged(place, `a record of version ${version}, not ${layout.version}`);
    const cmd = record.getUint16(layout.cmd, true);
    if (cmd > 0xff) throw damaged(place, `${cmd} is not a SCSI command`);
    const op = operations.get(cmd);
    const length = record.getUint32(layout.len, true);
    if (op === undefined || (length === 0 && op !== 'sync')) continue;
    const offset = sectorBytesOf(record.getBigUint64(layout.lbn, true));
    if (offset === null) throw damaged(place, `a ${op} that begins beyond 2^53`);
    const timeMicros = Number(record.getBigUint64(layout.ts, true));
    if (!Number.isSafeInteger(timeMicros)) throw damaged(place, 'a time beyond 2^53 microseconds');
    yield eventOf(timeMicros, op, offset, length, place);
  }
  if (reader.place.byte === 0) throw damaged(reader.place, 'the trace is empty');
}
