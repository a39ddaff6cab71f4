/** Traces from memory, as a file of that content would be read. */
import { detectTraceFormat, traceFormats } from '../../../src/workload/trace/formats.js';
import type { TraceEvent } from '../../../src/workload/trace/event.js';
import type { TraceFormatName } from '../../../src/workload/trace/names.js';

export function formatOf(bytes: Uint8Array): TraceFormatName {
  return detectTraceFormat({ bytes, lines: Buffer.from(bytes).toString('utf8').split('\n') }, 'trace');
}

/** All events; in pieces of `pieceBytes` where the format is binary. */
export function parseAs(name: TraceFormatName, bytes: Uint8Array, pieceBytes = 1000): TraceEvent[] {
  const format = traceFormats[name];
  if (format.reads === 'lines')
    return [...format.parse(Buffer.from(bytes).toString('utf8').replace(/\n$/, '').split('\n'), 'trace')];
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  return [...format.parse(pieces, 'trace')];
}

export function parseBytes(bytes: Uint8Array): TraceEvent[] {
  return parseAs(formatOf(bytes), bytes);
}

/** Of a text trace, detected by what it holds. */
export function parseLines(...lines: string[]): TraceEvent[] {
  const format = traceFormats[formatOf(Buffer.from(lines.join('\n')))];
  if (format.reads !== 'lines') throw new Error('a text trace');
  return [...format.parse(lines, 'trace')];
}
