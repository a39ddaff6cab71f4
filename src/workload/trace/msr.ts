/**
 * MSR Cambridge CSV: `Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime`, no heading.
 *
 * Timestamp is a Windows file time (100 ns since 1601), Type is Read or Write, offset and size are bytes. The volume is
 * `Hostname_DiskNumber`, as the files of the collection are named. Source: README of SNIA IOTTA 387 (FAST 2008, Narayanan, Donnelly
 * and Rowstron).
 *
 * Limits: file times exceed 2^53, so times are counted from the first request.
 */
import type { TraceEvent } from './event.js';
import { columnsOf, damaged, eventOf, eventPerLine, integerOf, quoted } from './line.js';

export const msrLine = /^\d{1,20},[^,]+,\d+,(?:Read|Write),\d+,\d+,\d+\s*$/i;

const ticksPerMicro = 10n;

export function parseMsr(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  let startTicks: bigint | undefined;
  return eventPerLine(lines, name, (text, place) => {
    const [time = '', host = '', disk = '', type = '', offset, size] = columnsOf(text, 7, place);
    const op = type.toLowerCase();
    if (op !== 'read' && op !== 'write') throw damaged(place, `unknown type ${quoted(type)}`);
    if (!/^\d{1,20}$/.test(time)) throw damaged(place, `the timestamp is ${quoted(time)}, not a file time`);
    const ticks = BigInt(time);
    startTicks ??= ticks;
    const timeMicros = Number((ticks - startTicks) / ticksPerMicro);
    if (!Number.isSafeInteger(timeMicros))
      throw damaged(place, `the timestamp is ${quoted(time)}, far from the first`);
    const from = integerOf(offset, 'the offset', place);
    const bytes = integerOf(size, 'the size', place);
    if (bytes === 0) return undefined;
    return eventOf(timeMicros, op, from, bytes, place, { volume: `${host}_${disk}` });
  });
}
