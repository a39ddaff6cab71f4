/**
 * Recorded traces on disk: opened by content, not by name, plain or compressed with gzip (packed-trace.ts).
 *
 * Files are read a piece and a line or record at a time, whatever their size, and anew for each pass. Damage is a DataError that names file
 * and line, or byte.
 */
import { DataError } from '../../base/errors.js';
import type { TraceEvent } from '../../workload/trace/event.js';
import { detectTraceFormat, traceFormats, type TraceHead } from '../../workload/trace/formats.js';
import { traceFormatWords, type TraceFormatName } from '../../workload/trace/names.js';
import { TraceTally, type TraceStatistics } from '../../workload/trace/statistics.js';
import { chosenVolume, eventsOfVolume, VolumeTally, type TraceVolume } from '../../workload/trace/volumes.js';
import { tracePieces } from './packed-trace.js';

export interface TraceFile {
  readonly file: string;
  readonly format: TraceFormatName;
  /** Of all volumes. Reads the file anew each time it is iterated. */
  readonly events: Iterable<TraceEvent>;
}

export interface TraceChoice {
  /** Instead of what the beginning of the file tells. */
  readonly format?: TraceFormatName;
  /** Instead of the busiest. */
  readonly volume?: string;
}

export interface ImportedTrace extends TraceFile, TraceStatistics {
  /** Whose events and figures these are; null where the format knows one volume only. */
  readonly volume: string | null;
  /** The busiest first; empty where the format knows one only. */
  readonly volumes: readonly TraceVolume[];
}

const headBytesMax = 64 * 1024;
const lineBytesMax = 64 * 1024;
const newline = 0x0a;

/** Tells the format by the beginning of the file; reads no further. Throws DataError, WorldError, UsageError (several formats fit). */
export function openTrace(file: string, { format }: TraceChoice = {}): TraceFile {
  const name = format ?? detectTraceFormat(headOf(file), file);
  return { file, format: name, events: { [Symbol.iterator]: () => parseFrom(name, file) } };
}

/**
 * Reads the whole trace: that it is undamaged, and what the chosen volume holds. One pass, or a second where the busiest volume is not the
 * first that is named. Throws as `openTrace`, and UsageError for a volume that is not there.
 */
export function importTrace(file: string, choice: TraceChoice = {}): ImportedTrace {
  const trace = openTrace(file, choice);
  const volumes = new VolumeTally();
  const guessed = new TraceTally();
  let guess = choice.volume;
  for (const event of trace.events) {
    volumes.add(event);
    guess ??= event.volume ?? '';
    if ((event.volume ?? '') === guess) guessed.add(event);
  }
  const all = volumes.finished();
  const name = chosenVolume(all, choice.volume)?.name ?? '';
  const events = { [Symbol.iterator]: () => eventsOfVolume(trace.events, name) };
  const tally = name === guess || guess === undefined ? guessed : tallyOf(events);
  const hasVolumes = traceFormatWords[trace.format].volume !== null;
  return {
    ...trace,
    events,
    ...tally.finished(),
    volume: hasVolumes && all.length > 0 ? name : null,
    volumes: hasVolumes ? all : [],
  };
}

/** The events of the chosen volume, or of the busiest. A trace that knows one volume only is not read for that. */
export function traceEvents(file: string, choice: TraceChoice = {}): Iterable<TraceEvent> {
  const trace = openTrace(file, choice);
  if (traceFormatWords[trace.format].volume === null && choice.volume === undefined) return trace.events;
  const volumes = new VolumeTally();
  for (const event of trace.events) volumes.add(event);
  const name = chosenVolume(volumes.finished(), choice.volume)?.name ?? '';
  return { [Symbol.iterator]: () => eventsOfVolume(trace.events, name) };
}

function tallyOf(events: Iterable<TraceEvent>): TraceTally {
  const tally = new TraceTally();
  for (const event of events) tally.add(event);
  return tally;
}

function parseFrom(name: TraceFormatName, file: string): Iterator<TraceEvent> {
  const format = traceFormats[name];
  const events =
    format.reads === 'lines' ? format.parse(linesOf(file), file) : format.parse(tracePieces(file), file);
  return events[Symbol.iterator]();
}

function headOf(file: string): TraceHead {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (const piece of tracePieces(file)) {
    parts.push(piece.slice(0, headBytesMax - total));
    total = Math.min(headBytesMax, total + piece.length);
    if (total === headBytesMax) break;
  }
  const bytes = Buffer.concat(parts);
  return { bytes, lines: bytes.toString('utf8').split('\n').map(withoutReturn) };
}

/** Lines without their line ends. The last one need not have one. */
function* linesOf(file: string): Generator<string> {
  let rest: Uint8Array = new Uint8Array(0);
  let line = 0;
  for (const piece of tracePieces(file)) {
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
  return withoutReturn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
