/**
 * The kernel's block trace events as tracefs prints them: `comm-pid [cpu] flags seconds: block_rq_issue: major,minor RWBS bytes (cmd)
 * sector + sectors ... [comm]`.
 *
 * Of the events block_rq_issue counts, or block_bio_queue, or block_rq_complete (sighting.ts); all others, and comments, are passed over.
 * Sectors have 512 bytes, the volume is the device. Source: include/trace/events/block.h of Linux, and recordings made for this project.
 *
 * Limits: events that the kernel lost are lost here too, without a word.
 */
import type { TraceEvent } from './event.js';
import { damaged, eventOf, quoted, secondsOf, sectorsOf } from './line.js';
import { eventsOfOneKind, operationOfRwbs, type Sighting, type SightingKind } from './sighting.js';

export const ftraceLine = /\s\d+\.\d+: block_(?:rq|bio)_\w+: \d+,\d+ [A-Z]{1,5}\s/;

const eventOfLine = /\s(\d+\.\d+): (\w+): ?(.*)$/;
const requestOf = /^(\d+,\d+) ([A-Z]{1,5}) (?:\d+ )?(?:\(.*?\) )?(\d+) \+ (\d+)(?:\s|$)/;
const kinds: Readonly<Record<string, SightingKind>> = {
  block_rq_issue: 'issue',
  block_bio_queue: 'queue',
  block_rq_complete: 'complete',
};

export function parseFtrace(lines: Iterable<string>, name: string): Iterable<TraceEvent> {
  return eventsOfOneKind(sightings(lines, name));
}

function* sightings(lines: Iterable<string>, name: string): Generator<Sighting> {
  let line = 0;
  for (const text of lines) {
    const place = { name, line: ++line };
    if (text.trim() === '' || text.startsWith('#') || /^CPU:\d+ \[LOST /.test(text)) continue;
    const [, time, event = '', rest = ''] = eventOfLine.exec(text) ?? [];
    if (time === undefined) throw damaged(place, `${quoted(text)} is not a trace event`);
    const kind = kinds[event];
    if (kind === undefined) continue;
    const [, volume = '', rwbs = '', sector, count] = requestOf.exec(rest) ?? [];
    if (volume === '') throw damaged(place, `${quoted(rest)} is not what ${event} prints`);
    const timeMicros = secondsOf(time, 'the time', place);
    const from = sectorsOf(sector, 'the sector', place);
    const bytes = sectorsOf(count, 'the count', place);
    const op = operationOfRwbs(rwbs);
    // A flush goes with a write that may have no data of its own.
    if (op === undefined || (bytes === 0 && !rwbs.startsWith('F'))) continue;
    yield { kind, event: eventOf(timeMicros, bytes === 0 ? 'sync' : op, from, bytes, place, { volume }) };
  }
  if (line === 0) throw damaged({ name, line: 1 }, 'the trace is empty');
}
