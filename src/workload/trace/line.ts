/** Reading of traces: numbers and damage, reported as `name:line: what is wrong`, or by the byte in binary formats. */
import { DataError } from '../../base/errors.js';
import { requestBytesMax, type TraceEvent, type TraceOperation } from './event.js';

/** Where a record stands, for messages. Lines count from 1, bytes from 0. */
export type TracePlace =
  { readonly name: string; readonly line: number } | { readonly name: string; readonly byte: number };

export function damaged(place: TracePlace, problem: string, hint?: string): DataError {
  const where = 'line' in place ? `${place.name}:${place.line}` : `${place.name}: at byte ${place.byte}`;
  return new DataError(`${where}: ${problem}`, hint === undefined ? {} : { hint });
}

/** A decimal integer below 2^53. */
export function integerOf(text: string | undefined, field: string, place: TracePlace): number {
  if (text === undefined || text === '') throw damaged(place, `${field} is missing`);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw damaged(place, `${field} is ${quoted(text)}, not a whole number`);
  return value;
}

/** Seconds with or without a fraction, of which microseconds are kept. */
export function secondsOf(text: string | undefined, field: string, place: TracePlace): number {
  if (text === undefined || text === '') throw damaged(place, `${field} is missing`);
  const [, whole = '', fraction = ''] = /^(\d{1,16})(?:\.(\d*))?$/.exec(text) ?? [];
  const micros = whole === '' ? NaN : Number(whole) * 1e6 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  if (!Number.isSafeInteger(micros))
    throw damaged(place, `${field} is ${quoted(text)}, not a time in seconds`);
  return micros;
}

/** Whole nanoseconds, which may exceed 2^53, as microseconds. */
export function nanosecondsOf(text: string | undefined, field: string, place: TracePlace): number {
  if (text === undefined || text === '') throw damaged(place, `${field} is missing`);
  const micros = /^\d{1,19}$/.test(text) ? Number(text.slice(0, -3)) : NaN;
  if (!Number.isSafeInteger(micros)) throw damaged(place, `${field} is ${quoted(text)}, not a whole number`);
  return micros;
}

/** A count of sectors as bytes below 2^53. */
export function sectorsOf(
  text: string | undefined,
  field: string,
  place: TracePlace,
  sectorBytes = 512,
): number {
  const bytes = integerOf(text, field, place) * sectorBytes;
  if (!Number.isSafeInteger(bytes))
    throw damaged(place, `${field} is ${quoted(text ?? '')}, which lies beyond 2^53 bytes`);
  return bytes;
}

/** What a request carries in some formats only. */
export type EventExtras = Pick<TraceEvent, 'volume' | 'contentId'>;
const noExtras: EventExtras = {};

/** An event with its fields checked: a request has bytes, and ends below 2^53. */
export function eventOf(
  timeMicros: number,
  op: TraceOperation,
  offset: number,
  length: number,
  place: TracePlace,
  extras: EventExtras = noExtras,
): TraceEvent {
  if (op === 'sync') return { timeMicros, op, offset: 0, length: 0, ...extras };
  if (length === 0) throw damaged(place, `a ${op} of no bytes`);
  if (length > requestBytesMax && op !== 'trim')
    throw damaged(place, `a ${op} of ${length} bytes, more than ${requestBytesMax}`);
  if (!Number.isSafeInteger(offset + length)) throw damaged(place, `a ${op} that ends beyond 2^53`);
  return { timeMicros, op, offset, length, ...extras };
}

/** Foreign text in a message: one line, shortened. */
export function quoted(text: string): string {
  const shown = JSON.stringify(text);
  return shown.length <= 60 ? shown : `${shown.slice(0, 56)}..."`;
}

/** Events of a format that has one request a line. `read` gives nothing for lines that are none; blank ones never reach it. */
export function* eventPerLine(
  lines: Iterable<string>,
  name: string,
  read: (text: string, place: TracePlace & { readonly line: number }) => TraceEvent | undefined,
): Generator<TraceEvent> {
  let line = 0;
  for (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    const event = read(text, { name, line });
    if (event !== undefined) yield event;
  }
  if (line === 0) throw damaged({ name, line: 1 }, 'the trace is empty');
}

/** The values of one line that are set apart by commas, which must be as many as the format has. */
export function columnsOf(text: string, countMin: number, place: TracePlace): string[] {
  const columns = text.split(',', 16).map((column) => column.trim());
  if (columns.length < countMin)
    throw damaged(place, `${columns.length} columns instead of ${countMin}: ${quoted(text)}`);
  return columns;
}
