/**
 * fio's I/O logs, versions 2 and 3.
 *
 * Version 2: `fio version 2 iolog`, then `file add|open|close` or `file action offset length` with action read, write, trim,
 * sync, datasync or wait; `wait` carries microseconds in the place of the offset, relative to the wait before it, and is the
 * only clock there is. Version 3: each line begins with a time; fio's own writer emits microseconds. There is no `wait`.
 *
 * A file has an address space of its own: it is the volume. Source: fio HOWTO, "Trace file format", and iolog.c.
 */
import { unreachable } from '../../base/errors.js';
import type { TraceEvent } from './event.js';
import { damaged, eventOf, integerOf, quoted, type TracePlace } from './line.js';

export const iologMark = /^fio version (\d+) iolog\s*$/;

const fileActions = new Set(['add', 'open', 'close']);
const requestActions = ['read', 'write', 'trim', 'sync', 'datasync', 'wait'] as const;
type RequestAction = (typeof requestActions)[number];

/** Events of the log, in its order. Throws DataError that names the line. */
export function* parseIolog(lines: Iterable<string>, name: string): Generator<TraceEvent> {
  let line = 0;
  let version = 0;
  let clockMicros = 0;
  for (const text of lines) {
    const place = { name, line: ++line };
    if (line === 1) {
      version = versionOf(text, place);
      continue;
    }
    if (text.trim() === '') continue;
    const fields = text.trim().split(/\s+/);
    if (version === 3) clockMicros = integerOf(fields.shift(), 'the time', place);
    const [file = '', action = '', offset, length] = fields;
    if (fields.length === 2 && fileActions.has(action)) continue;
    if (!isRequest(action)) throw damaged(place, `unknown action ${quoted(action)}`);
    if (fields.length !== 4 && !(action === 'wait' && fields.length === 3)) {
      throw damaged(place, `a ${action} has ${fields.length} fields instead of 4`);
    }
    if (action === 'wait') {
      if (version === 3) throw damaged(place, 'version 3 has no wait');
      clockMicros += integerOf(offset, 'the duration', place);
      continue;
    }
    const from = integerOf(offset, 'the offset', place);
    const bytes = integerOf(length, 'the length', place);
    yield eventOf(clockMicros, operationOf(action), from, bytes, place, { volume: file });
  }
  if (line === 0) throw damaged({ name, line: 1 }, 'the log is empty');
}

function versionOf(text: string, place: TracePlace): number {
  const version = Number(iologMark.exec(text.trim())?.[1] ?? NaN);
  if (version === 2 || version === 3) return version;
  throw damaged(place, `${quoted(text)} is not the first line of a fio iolog`, 'versions 2 and 3 are read');
}

function isRequest(action: string): action is RequestAction {
  return (requestActions as readonly string[]).includes(action);
}

function operationOf(action: Exclude<RequestAction, 'wait'>): TraceEvent['op'] {
  switch (action) {
    case 'read':
    case 'write':
    case 'trim':
      return action;
    case 'sync':
    case 'datasync':
      return 'sync';
    default:
      return unreachable(action);
  }
}
