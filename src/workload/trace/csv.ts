/**
 * Block traces as comma-separated lines: a header that begins with `t_us,op,offset,size`, then one request a line. Times are
 * microseconds, offset and size bytes; further columns (flags, process) are not read, and may hold anything.
 */
import type { TraceEvent, TraceOperation } from './event.js';
import { damaged, eventOf, integerOf, quoted } from './line.js';

export const csvMark = /^t_us,op,offset,size(?:,|$)/;

const operations = new Map<string, TraceOperation>([
  ['read', 'read'],
  ['write', 'write'],
  ['trim', 'trim'],
  ['discard', 'trim'],
  ['sync', 'sync'],
  ['flush', 'sync'],
]);

/** Events of the trace, in its order. Throws DataError that names the line. */
export function* parseTraceCsv(lines: Iterable<string>, name: string): Generator<TraceEvent> {
  let line = 0;
  for (const text of lines) {
    const place = { name, line: ++line };
    if (line === 1) {
      if (!csvMark.test(text))
        throw damaged(place, `${quoted(text)} does not begin with t_us,op,offset,size`);
      continue;
    }
    if (text.trim() === '') continue;
    const [time, action = '', offset, size] = text.trimEnd().split(',', 4);
    const op = operations.get(action);
    if (op === undefined) throw damaged(place, `unknown operation ${quoted(action)}`);
    const timeMicros = integerOf(time, 't_us', place);
    yield eventOf(timeMicros, op, integerOf(offset, 'offset', place), integerOf(size, 'size', place), place);
  }
  if (line === 0) throw damaged({ name, line: 1 }, 'the trace is empty');
}
