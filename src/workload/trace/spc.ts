/**
 * SPC traces, as in the UMass repository (Financial, WebSearch): `ASU,LBA,Size,Opcode,Timestamp`, further columns allowed.
 *
 * The address is in blocks of 512 bytes, the size in bytes, the opcode R or W in either case, the timestamp in seconds from the start;
 * the volume is the application specific unit. A size of 0 is legal and transfers nothing. Source: SPC Trace File Format
 * Specification, revision 1.0.1 (2002).
 *
 * Limits: the specification leaves the block size to a description beside the trace; 512 is that of the published ones.
 */
import type { TraceEvent } from './event.js';
import {
  columnsOf,
  damaged,
  eventOf,
  eventPerLine,
  integerOf,
  quoted,
  secondsOf,
  sectorsOf,
} from './line.js';

export const spcLine = /^\s*\d+\s*,\s*\d+\s*,\s*\d+\s*,\s*[rw]\s*,\s*\d+(?:\.\d*)?\s*(?:,|$)/i;

export function parseSpc(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventPerLine(lines, name, (text, place) => {
    const [unit = '', lba, size, opcode = '', time] = columnsOf(text, 5, place);
    if (!/^[rw]$/i.test(opcode)) throw damaged(place, `unknown opcode ${quoted(opcode)}`);
    integerOf(unit, 'the unit', place);
    const timeMicros = secondsOf(time, 'the timestamp', place);
    const from = sectorsOf(lba, 'the address', place);
    const bytes = integerOf(size, 'the size', place);
    if (bytes === 0) return undefined;
    return eventOf(timeMicros, /r/i.test(opcode) ? 'read' : 'write', from, bytes, place, { volume: unit });
  });
}
