/** Reading of trace lines: numbers and damage, reported as `name:line: what is wrong`. */
import { DataError } from '../../base/errors.js';
import { requestBytesMax, type TraceEvent, type TraceOperation } from './event.js';

/** Where a line stands, for messages. Lines count from 1. */
export interface LinePlace {
  readonly name: string;
  readonly line: number;
}

export function damaged(place: LinePlace, problem: string, hint?: string): DataError {
  return new DataError(`${place.name}:${place.line}: ${problem}`, hint === undefined ? {} : { hint });
}

/** A decimal integer below 2^53. */
export function integerOf(text: string | undefined, field: string, place: LinePlace): number {
  if (text === undefined || text === '') throw damaged(place, `${field} is missing`);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw damaged(place, `${field} is ${quoted(text)}, not a whole number`);
  return value;
}

/** An event with its fields checked: a request has bytes, and ends below 2^53. */
export function eventOf(
  timeMicros: number,
  op: TraceOperation,
  offset: number,
  length: number,
  place: LinePlace,
): TraceEvent {
  if (op === 'sync') return { timeMicros, op, offset: 0, length: 0 };
  if (length === 0) throw damaged(place, `a ${op} of no bytes`);
  if (length > requestBytesMax)
    throw damaged(place, `a ${op} of ${length} bytes, more than ${requestBytesMax}`);
  if (!Number.isSafeInteger(offset + length)) throw damaged(place, `a ${op} that ends beyond 2^53`);
  return { timeMicros, op, offset, length };
}

/** Foreign text in a message: one line, shortened. */
export function quoted(text: string): string {
  const shown = JSON.stringify(text);
  return shown.length <= 60 ? shown : `${shown.slice(0, 56)}..."`;
}
