/**
 * MQSim and SSDSim: `arrival device lba sectors operation`, five whole numbers set apart by blanks.
 *
 * Arrival is in nanoseconds, address and size are sectors of 512 bytes, the operation is 0 for a write and 1 for a read; the volume is
 * the device. Source: README of CMU-SAFARI/MQSim, "traces".
 *
 * Limits: DiskSim's ASCII traces have the same columns with the arrival in milliseconds and a fraction; they are not read.
 */
import type { TraceEvent } from './event.js';
import { damaged, eventOf, eventPerLine, integerOf, nanosecondsOf, quoted, sectorsOf } from './line.js';

export const mqsimLine = /^\s*\d+\s+\d+\s+\d+\s+\d+\s+[01]\s*$/;

export function parseMqsim(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventPerLine(lines, name, (text, place) => {
    const fields = text.trim().split(/\s+/);
    if (fields.length !== 5) throw damaged(place, `${fields.length} fields instead of 5: ${quoted(text)}`);
    const [time, device = '', lba, size, operation = ''] = fields;
    if (operation !== '0' && operation !== '1')
      throw damaged(place, `unknown operation ${quoted(operation)}`);
    integerOf(device, 'the device', place);
    const timeMicros = nanosecondsOf(time, 'the arrival', place);
    const from = sectorsOf(lba, 'the address', place);
    const bytes = sectorsOf(size, 'the size', place);
    return eventOf(timeMicros, operation === '1' ? 'read' : 'write', from, bytes, place, { volume: device });
  });
}
