/** The trace formats that are read, told apart by their first line. */
import { DataError } from '../../base/errors.js';
import { csvMark, parseTraceCsv } from './csv.js';
import type { TraceEvent } from './event.js';
import { iologMark, parseIolog } from './iolog.js';
import { quoted } from './line.js';

export interface TraceFormat {
  readonly name: 'fio-iolog' | 'csv';
  /** Streams: holds one line at a time. `name` is the file's, for messages. */
  parse(lines: Iterable<string>, name: string): Iterable<TraceEvent>;
}

const iolog: TraceFormat = { name: 'fio-iolog', parse: parseIolog };
const csv: TraceFormat = { name: 'csv', parse: parseTraceCsv };

/** The format whose mark the first line carries. Throws DataError where it is none of ours. */
export function traceFormatOf(firstLine: string, name: string): TraceFormat {
  if (iologMark.test(firstLine.trim())) return iolog;
  if (csvMark.test(firstLine)) return csv;
  throw new DataError(`${name}:1: ${quoted(firstLine)} is not the first line of a known trace`, {
    hint: "read are fio iologs ('fio version 2 iolog', or 3) and CSV that begins with t_us,op,offset,size",
  });
}
