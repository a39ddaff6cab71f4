/**
 * SYSTOR '17: `Timestamp,Response,IOType,LUN,Offset,Size`, with that heading.
 *
 * Offset and size are bytes, IOType is R or W, the volume is the logical unit. Source: the reader of the cache simulator
 * Caffeine.
 *
 * Limits: that the timestamp is in seconds with a fraction was not verified in the collection's own README; a response time is not read
 * and may be absent.
 */
import type { TraceEvent } from './event.js';
import { columnsOf, damaged, eventOf, eventPerLine, integerOf, quoted, secondsOf } from './line.js';

export const systorLine =
  /^(?:Timestamp,Response,IOType,LUN,Offset,Size|\d+(?:\.\d*)?,[\d.]*,[RW],\d+,\d+,\d+)\s*$/;

export function parseSystor(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventPerLine(lines, name, (text, place) => {
    if (place.line === 1 && text.startsWith('Timestamp,')) return undefined;
    const [time, , type = '', unit = '', offset, size] = columnsOf(text, 6, place);
    if (type !== 'R' && type !== 'W') throw damaged(place, `unknown type ${quoted(type)}`);
    integerOf(unit, 'the unit', place);
    const timeMicros = secondsOf(time, 'the timestamp', place);
    const from = integerOf(offset, 'the offset', place);
    const bytes = integerOf(size, 'the size', place);
    return eventOf(timeMicros, type === 'R' ? 'read' : 'write', from, bytes, place, { volume: unit });
  });
}
