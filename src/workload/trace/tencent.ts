/**
 * Tencent Cloud Block Storage: `Timestamp,Offset,Size,IOType,VolumeID`, no heading.
 *
 * The timestamp is in whole seconds since 1970, offset and size are sectors of 512 bytes, IOType is 0 for a read and 1 for a write.
 * Source: README of SNIA IOTTA 28064 (ATC 2020, Zhang et al.).
 *
 * Limits: times have a resolution of one second, so rates within a second are not known.
 */
import type { TraceEvent } from './event.js';
import { columnsOf, damaged, eventOf, eventPerLine, integerOf, quoted, sectorsOf } from './line.js';

export const tencentLine = /^\d+,\d+,\d+,[01],\d+\s*$/;

export function parseTencent(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventPerLine(lines, name, (text, place) => {
    const [time, offset, size, type = '', volume = ''] = columnsOf(text, 5, place);
    if (type !== '0' && type !== '1') throw damaged(place, `unknown type ${quoted(type)}`);
    integerOf(volume, 'the volume', place);
    const timeMicros = integerOf(time, 'the timestamp', place) * 1e6;
    if (!Number.isSafeInteger(timeMicros))
      throw damaged(place, `the timestamp ${quoted(time ?? '')} is too far`);
    const from = sectorsOf(offset, 'the offset', place);
    const bytes = sectorsOf(size, 'the size', place);
    return eventOf(timeMicros, type === '0' ? 'read' : 'write', from, bytes, place, { volume });
  });
}
