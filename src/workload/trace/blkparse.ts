/**
 * The text that blkparse prints by default: `%D %2c %8s %5T.%9t %5p %2a %3d`, then `%S + %n [%C]`.
 *
 * Device as `major,minor`, processor, sequence number, seconds with nanoseconds, process, action, RWBS, then sector and count of sectors of
 * 512 bytes. Of the actions D (issued) counts, or Q, or C (sighting.ts). The volume is the device. The summary at the end is not read.
 * Source: blkparse(1) and the blktrace user guide (Brunelle).
 *
 * Limits: other formats (`-f`) are damage. Plugs, merges, remaps and messages are passed over; a packet command has no sector.
 */
import type { TraceEvent } from './event.js';
import { damaged, eventOf, quoted, secondsOf, sectorsOf } from './line.js';
import { eventsOfOneKind, operationOfRwbs, type Sighting, type SightingKind } from './sighting.js';

export const blkparseLine = /^\s*\d+,\d+\s+\d+\s+\d+\s+\d+\.\d+\s+\d+\s+[A-Za-z]{1,2}\s+[A-Z]{1,5}(?:\s|$)/;

const fieldsOf = /^\s*(\d+,\d+)\s+\d+\s+\d+\s+(\d+\.\d+)\s+\d+\s+([A-Za-z]{1,2})\s+([A-Z]{1,5})(?:\s+(.*))?$/;
const messageOf = /^\s*\d+,\d+\s+\d+\s+\d+\s+\d+\.\d+\s+\d+\s+m\s/;
const summaryOf = /^(?:CPU\d+|Total) \(/;
const kinds: Readonly<Record<string, SightingKind>> = { D: 'issue', Q: 'queue', C: 'complete' };

export function parseBlkparse(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventsOfOneKind(sightings(lines, name));
}

function* sightings(lines: Iterable<string>, name: string): Generator<Sighting> {
  let line = 0;
  for (const text of lines) {
    const place = { name, line: ++line };
    if (text.trim() === '' || messageOf.test(text)) continue;
    if (summaryOf.test(text)) return;
    const [, volume = '', time, action = '', rwbs = '', rest = ''] = fieldsOf.exec(text) ?? [];
    if (volume === '') throw damaged(place, `${quoted(text)} is not what blkparse prints by default`);
    const kind = kinds[action];
    const op = operationOfRwbs(rwbs);
    if (kind === undefined || op === undefined) continue;
    const [, sector, count] = /^(\d+) \+ (\d+)(?:\s|$)/.exec(rest) ?? [];
    const isPacket = /^\d* ?\(/.test(rest);
    if (isPacket) continue;
    // A flush goes with a write that may have no data of its own, and then no sector.
    const isFlush = rwbs.startsWith('F');
    if (sector === undefined && !(isFlush && /^(?:\[|$)/.test(rest)))
      throw damaged(place, `${quoted(rest)} is not 'sector + count'`);
    const timeMicros = secondsOf(time, 'the time', place);
    const from = sector === undefined ? 0 : sectorsOf(sector, 'the sector', place);
    const bytes = count === undefined ? 0 : sectorsOf(count, 'the count', place);
    if (bytes === 0 && !isFlush) continue;
    yield { kind, event: eventOf(timeMicros, bytes === 0 ? 'sync' : op, from, bytes, place, { volume }) };
  }
  if (line === 0) throw damaged({ name, line: 1 }, 'the trace is empty');
}
