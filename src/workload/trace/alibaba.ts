/**
 * Alibaba block traces: `device_id,opcode,offset,length,timestamp`, no heading.
 *
 * Opcode is R or W, offset and length are bytes, the timestamp is in microseconds; the volume is the device. Source: the repository
 * alibaba/block-traces (IISWC 2020, Li et al.).
 */
import type { TraceEvent } from './event.js';
import { columnsOf, damaged, eventOf, eventPerLine, integerOf, quoted } from './line.js';

export const alibabaLine = /^\d+,[RW],\d+,\d+,\d+\s*$/;

export function parseAlibaba(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventPerLine(lines, name, (text, place) => {
    if (place.line === 1 && text.startsWith('device_id,')) return undefined;
    const [device = '', opcode = '', offset, length, time] = columnsOf(text, 5, place);
    if (opcode !== 'R' && opcode !== 'W') throw damaged(place, `unknown opcode ${quoted(opcode)}`);
    integerOf(device, 'the device', place);
    const timeMicros = integerOf(time, 'the timestamp', place);
    const from = integerOf(offset, 'the offset', place);
    const bytes = integerOf(length, 'the length', place);
    return eventOf(timeMicros, opcode === 'R' ? 'read' : 'write', from, bytes, place, { volume: device });
  });
}
