/**
 * HP's SRT traces, version 1.3: a text header that begins with `$$TR_IOREC-1.3` and ends with a form feed, then records of big-endian
 * 32-bit words.
 *
 * Words: record bytes, id, seconds, microseconds, start and stop in microseconds, bytes, block, device, driver, cylinder, flags, info, queue
 * length. Bit 0 of the flags is set for a read. Bits 8 to 15 of the device are the disk, which is the volume. Blocks have the size that
 * the header calls `sectorsize`. Source: a recording of 1992 that comes with DiskSim 4.0; in all its 44,519 records the block divided by
 * the sectors of a cylinder (904) is the recorded cylinder.
 *
 * Limits: disks of one sector size. Other versions were not at hand and are refused.
 */
import type { TraceEvent } from './event.js';
import { damaged, eventOf, type TracePlace } from './line.js';
import { RecordReader } from './records.js';

export const srtMark = '$$TR_IOREC-1.3';

const headerBytesMax = 64 * 1024;
const formFeed = 0x0c;
const wordBytes = 4;
/** Up to the flags. */
const recordBytesMin = 12 * wordBytes;
const recordBytesMax = 4096;

export function* parseSrt(pieces: Iterable<Uint8Array>, name: string): Generator<TraceEvent> {
  const reader = new RecordReader(pieces, name);
  const sectorBytes = sectorBytesOf(headerOf(reader), { name, byte: 0 });
  for (;;) {
    const { place } = reader;
    const first = reader.take(wordBytes);
    if (first === undefined) return;
    const bytes = first.getUint32(0);
    if (bytes < recordBytesMin || bytes > recordBytesMax || bytes % wordBytes !== 0)
      throw damaged(place, `a record of ${bytes} bytes`);
    const rest = reader.rest(bytes - wordBytes);
    const word = (index: number): number => rest.getUint32((index - 1) * wordBytes);
    const length = word(6);
    if (length === 0) continue;
    const op = (word(11) & 1) === 1 ? 'read' : 'write';
    const volume = String((word(8) >>> 8) & 0xff);
    yield eventOf(word(2) * 1e6 + word(3), op, word(7) * sectorBytes, length, place, { volume });
  }
}

function headerOf(reader: RecordReader): string {
  let text = '';
  while (text.length < headerBytesMax) {
    const byte = reader.take(1)?.getUint8(0);
    if (byte === undefined) break;
    if (text.length < srtMark.length && byte !== srtMark.charCodeAt(text.length))
      throw damaged({ ...reader.place, byte: 0 }, `the file does not begin with ${srtMark}`);
    if (byte === formFeed) return text;
    text += String.fromCharCode(byte);
  }
  throw damaged(reader.place, 'the header has no end: no form feed');
}

function sectorBytesOf(header: string, place: TracePlace): number {
  const sizes = new Set(
    [...header.matchAll(/\bsectorsize\s*=\s*(\d{1,6})\b/g)].map((found) => Number(found[1])),
  );
  const [size] = sizes;
  if (size === undefined || size === 0) throw damaged(place, 'the header names no sectorsize');
  if (sizes.size > 1) throw damaged(place, `disks of different sectorsize: ${[...sizes].join(', ')}`);
  return size;
}
