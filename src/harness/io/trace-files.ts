/**
 * Recorded traces on disk: opened by content, not by name, plain or compressed with gzip.
 *
 * A plain file is read a mebibyte and a line at a time, whatever its size. A compressed one is unpacked whole (Node has no
 * synchronous stream for it), up to 1 GiB of text; a larger one must be unpacked first. Damage is a DataError that names file
 * and line.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import type { TraceEvent } from '../../workload/trace/event.js';
import { traceFormatOf, type TraceFormat } from '../../workload/trace/formats.js';
import { traceStatistics, type TraceStatistics } from '../../workload/trace/statistics.js';

export interface TraceFile {
  readonly file: string;
  readonly format: TraceFormat['name'];
  /** Reads the file anew each time it is iterated. */
  readonly events: Iterable<TraceEvent>;
}

export interface ImportedTrace extends TraceFile, TraceStatistics {}

const pieceBytes = 1 << 20;
const lineBytesMax = 64 * 1024;
const unpackedBytesMax = 2 ** 30;
const newline = 0x0a;

/** Tells the format by the first line; reads no further. */
export function openTrace(file: string): TraceFile {
  const [first = ''] = firstOf(linesOf(file));
  const format = traceFormatOf(first, file);
  return { file, format: format.name, events: { [Symbol.iterator]: () => parseFrom(format, file) } };
}

/** Reads the whole trace once: that it is undamaged, and what it holds. */
export function importTrace(file: string): ImportedTrace {
  const trace = openTrace(file);
  return { ...trace, ...traceStatistics(trace.events) };
}

function parseFrom(format: TraceFormat, file: string): Iterator<TraceEvent> {
  return format.parse(linesOf(file), file)[Symbol.iterator]();
}

function* firstOf<T>(items: Iterable<T>): Generator<T> {
  for (const item of items) {
    yield item;
    return;
  }
}

/** Lines without their line ends. The last one need not have one. */
function* linesOf(file: string): Generator<string> {
  let rest: Uint8Array = new Uint8Array(0);
  let line = 0;
  for (const piece of piecesOf(file)) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      line++;
      yield textOf(bytes.subarray(start, end));
      start = end + 1;
    }
    // A copy: the piece lies in a buffer that is filled again.
    rest = Uint8Array.from(bytes.subarray(start));
    if (rest.length > lineBytesMax) {
      throw new DataError(`${file}:${line + 1}: a line of more than ${lineBytesMax} bytes, not a trace`);
    }
  }
  if (rest.length > 0) yield textOf(rest);
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

function* piecesOf(file: string): Generator<Uint8Array> {
  const fd = orWorldError('open', file, () => openSync(file, 'r'));
  try {
    const buffer = new Uint8Array(pieceBytes);
    for (let isFirst = true; ; isFirst = false) {
      const length = orWorldError('read', file, () => readSync(fd, buffer, 0, pieceBytes, null));
      if (length === 0) return;
      if (isFirst && buffer[0] === 0x1f && buffer[1] === 0x8b) {
        yield unpacked(file);
        return;
      }
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

function unpacked(file: string): Uint8Array {
  const packed = orWorldError('read', file, () => readFileSync(file));
  try {
    return gunzipSync(packed, { maxOutputLength: unpackedBytesMax });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new DataError(`${file}: more than ${unpackedBytesMax} bytes of text`, {
        cause,
        hint: 'unpack it first',
      });
    }
    throw new DataError(`${file}: the gzip data is damaged or cut off`, { cause });
  }
}
