/**
 * FIU traces with content digests: `ts_ns pid process lba size R|W major minor MD5`, set apart by blanks.
 *
 * Address and size are sectors of 512 bytes; the digest is of the request's content: of 4096 bytes, in the set `homes` of 512 (then a
 * request has one sector). It makes content identity known: equal digests are replayed as equal content. The volume is `major,minor`.
 * Source: README of SNIA IOTTA 391 (FAST 2010, Koller and Rangaswami).
 *
 * Limits: process names may hold blanks, so fields are counted from the end. 52 bits of the digest are kept: among ten million
 * contents two are taken for one with a chance of 1 %.
 */
import type { TraceEvent } from './event.js';
import { damaged, eventOf, eventPerLine, integerOf, nanosecondsOf, quoted, sectorsOf } from './line.js';

export const fiuLine = /^\d+\s+\d+\s+\S.*\s\d+\s+\d+\s+[RW]\s+\d+\s+\d+\s+[0-9a-f]{32}\s*$/i;

const fieldCountMin = 9;
const keptDigits = 13;

export function parseFiu(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventPerLine(lines, name, (text, place) => {
    const fields = text.trim().split(/\s+/);
    if (fields.length < fieldCountMin)
      throw damaged(place, `${fields.length} fields instead of ${fieldCountMin}: ${quoted(text)}`);
    const [lba, size, action = '', major = '', minor = '', digest = ''] = fields.slice(-6);
    const op = /^r$/i.test(action) ? 'read' : 'write';
    if (!/^[rw]$/i.test(action)) throw damaged(place, `unknown operation ${quoted(action)}`);
    if (!/^[0-9a-f]{32}$/i.test(digest)) throw damaged(place, `${quoted(digest)} is not an MD5 digest`);
    const timeMicros = nanosecondsOf(fields[0], 'the time', place);
    const from = sectorsOf(lba, 'the address', place);
    const bytes = sectorsOf(size, 'the size', place);
    integerOf(major, 'the major number', place);
    integerOf(minor, 'the minor number', place);
    return eventOf(timeMicros, op, from, bytes, place, {
      volume: `${major},${minor}`,
      contentId: parseInt(digest.slice(0, keptDigits), 16),
    });
  });
}
