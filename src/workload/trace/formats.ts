/**
 * The trace formats that are read, and which one a file is in: told by its beginning, never by its name.
 *
 * The law: a format is taken only when it alone claims the beginning. A claim of a text format needs one line of the first 16 that has its
 * exact shape, so that a single damaged line is reported as such; binary formats claim by marks in every record that the beginning holds.
 */
import { DataError, UsageError } from '../../base/errors.js';
import { parseAlibaba, alibabaLine } from './alibaba.js';
import { blkparseLine, parseBlkparse } from './blkparse.js';
import { isBlktrace, parseBlktrace } from './blktrace.js';
import { csvMark, parseTraceCsv } from './csv.js';
import type { TraceEvent } from './event.js';
import { fiuLine, parseFiu } from './fiu.js';
import { ftraceLine, parseFtrace } from './ftrace.js';
import { iologMark, parseIolog } from './iolog.js';
import { quoted } from './line.js';
import { mqsimLine, parseMqsim } from './mqsim.js';
import { msrLine, parseMsr } from './msr.js';
import { traceFormatNames, type TraceFormatName } from './names.js';
import { parseSpc, spcLine } from './spc.js';
import { parseSrt, srtMark } from './srt.js';
import { parseSystor, systorLine } from './systor.js';
import { parseTencent, tencentLine } from './tencent.js';
import { isVscsi, parseVscsi, vscsi1, vscsi2 } from './vscsi.js';

/** The beginning of a trace, unpacked. */
export interface TraceHead {
  readonly bytes: Uint8Array;
  /** Of it, without line ends; the last one may be cut off. */
  readonly lines: readonly string[];
}

/** Parsers stream: they hold one line or record, and where requests are seen several times some thousand. `name` is the file's, for messages. */
export type TraceFormat =
  | {
      readonly reads: 'lines';
      claims(head: TraceHead): boolean;
      parse(lines: Iterable<string>, name: string): Iterable<TraceEvent>;
    }
  | {
      readonly reads: 'bytes';
      claims(head: TraceHead): boolean;
      parse(pieces: Iterable<Uint8Array>, name: string): Iterable<TraceEvent>;
    };

const surveyedLines = 16;

function textFormat(
  shape: RegExp,
  parse: (lines: Iterable<string>, name: string) => Iterable<TraceEvent>,
  linesMax = surveyedLines,
): TraceFormat {
  return {
    reads: 'lines',
    claims: ({ lines }) =>
      lines
        .filter((line) => line.trim() !== '')
        .slice(0, linesMax)
        .some((line) => shape.test(line)),
    parse,
  };
}

export const traceFormats: Readonly<Record<TraceFormatName, TraceFormat>> = {
  'fio-iolog': textFormat(iologMark, parseIolog, 1),
  csv: textFormat(csvMark, parseTraceCsv, 1),
  blkparse: textFormat(blkparseLine, parseBlkparse),
  blktrace: { reads: 'bytes', claims: ({ bytes }) => isBlktrace(bytes), parse: parseBlktrace },
  // A trace of many events may begin with others, under a heading of a dozen lines.
  ftrace: textFormat(ftraceLine, parseFtrace, Infinity),
  msr: textFormat(msrLine, parseMsr),
  fiu: textFormat(fiuLine, parseFiu),
  'vscsi-1': {
    reads: 'bytes',
    claims: ({ bytes }) => isVscsi(vscsi1, bytes),
    parse: (pieces, name) => parseVscsi(vscsi1, pieces, name),
  },
  'vscsi-2': {
    reads: 'bytes',
    claims: ({ bytes }) => isVscsi(vscsi2, bytes),
    parse: (pieces, name) => parseVscsi(vscsi2, pieces, name),
  },
  alibaba: textFormat(alibabaLine, parseAlibaba),
  tencent: textFormat(tencentLine, parseTencent),
  spc: textFormat(spcLine, parseSpc),
  systor17: textFormat(systorLine, parseSystor),
  mqsim: textFormat(mqsimLine, parseMqsim),
  'hp-srt': { reads: 'bytes', claims: ({ lines }) => (lines[0] ?? '').startsWith(srtMark), parse: parseSrt },
};

/** The only format that claims the beginning. Throws DataError where none does, UsageError where several do. */
export function detectTraceFormat(head: TraceHead, name: string): TraceFormatName {
  const claims = traceFormatNames.filter((format) => traceFormats[format].claims(head));
  const [found, ...others] = claims;
  if (found === undefined) {
    const what =
      head.bytes.length === 0
        ? 'is empty, not a trace'
        : `begins as no known trace does: ${foreignKind(head.bytes) ?? quoted(head.lines[0] ?? '')}`;
    throw new DataError(`${name} ${what}`, {
      hint: `--format NAME reads it as one of ${traceFormatNames.join(', ')}`,
    });
  }
  if (others.length > 0)
    throw new UsageError(`${name} may be ${claims.join(' or ')}`, {
      hint: `say which with --format ${found}`,
    });
  return found;
}

const foreignMarks: readonly (readonly [at: number, mark: string, what: string])[] = [
  [0, '\xfd7zXZ\0', 'it is packed with xz (unpack it first: xz -dc FILE > TRACE)'],
  [0, '\x28\xb5\x2f\xfd', 'it is packed with zstd (unpack it first: zstd -dc FILE > TRACE)'],
  [0, 'BZh', 'it is packed with bzip2 (unpack it first: bzip2 -dc FILE > TRACE)'],
  [0, 'PK\x03\x04', 'it is a zip archive (unpack it first, and give one of its files)'],
  [257, 'ustar', 'it is a tar archive (unpack it first, and give one of its files)'],
];

/** Packings and archives in which traces are published. */
function foreignKind(bytes: Uint8Array): string | undefined {
  const isAt = (at: number, mark: string): boolean =>
    Array.from(mark).every((character, index) => bytes[at + index] === character.charCodeAt(0));
  return foreignMarks.find(([at, mark]) => isAt(at, mark))?.[2];
}
