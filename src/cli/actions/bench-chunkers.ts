/** `snapdelta bench chunkers`. */
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { parseBytes } from '../../base/units.js';
import { benchChunkers } from '../../harness/bench-chunkers.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import { dataKinds, isMonotonous } from '../../harness/measurement/data-kinds.js';
import { chunkerNames } from '../../harness/measurement/chunkers/rules.js';
import type { ChunkerResults } from '../../harness/report/chunker-results.js';
import { chunkerSummaryTable } from '../../harness/report/chunker-tables.js';
import { renderTable } from '../../harness/report/terminal.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';
import type { Terminal } from '../terminal.js';

const averageBytesMin = 1024;
const averageBytesMax = 4 * 1024 * 1024;
/** Both kernel memories hold a version each, and all of its cuts. */
const sizeBytesMin = 4096;
const sizeBytesMax = 512 * 1024 * 1024;

export async function runBenchChunkers(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const isQuick = input.flag('quick');
  const chunkers = input.list('chunker').map((word) => oneOf(chunkerNames, word, 'chunker'));
  const kinds = input.list('data').map((word) => oneOf(dataKinds, word, 'kind of data'));
  const averageBytes = input.list('average').map(averageSize);
  const bytes = contentSize(input.bytes('size')) ?? (isQuick ? 16 * 1024 * 1024 : undefined);
  const seed = input.count('seed', 0, 0xffffffff);
  const rounds = input.count('rounds', 1, 1000) ?? (isQuick ? 3 : undefined);
  const out = input.text('out');
  requireWritable(out);
  const results = await benchChunkers({
    own: input.list('workload'),
    signal,
    onProgress: ({ done, total, data }) => terminal.progress(`${data} (${done} of ${total})`),
    ...(chunkers.length === 0 ? {} : { chunkers }),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(averageBytes.length === 0 ? {} : { averageBytes }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(seed === undefined ? {} : { seed }),
    ...(input.flag('no-speed') ? { rounds: 0 } : rounds === undefined ? {} : { rounds }),
  });
  if (out !== undefined) writeResults(out, results);
  return { document: results, text: chunkerText(results, terminal), kind: 'answer' };
}

function oneOf<Word extends string>(words: readonly Word[], given: string, what: string): Word {
  const word = words.find((candidate) => candidate === given);
  if (word !== undefined) return word;
  throw new UsageError(`unknown ${what} '${given}'`, { hint: suggestion(given, words) });
}

function averageSize(text: string): number {
  const bytes = parseBytes(text, '--average');
  if (bytes >= averageBytesMin && bytes <= averageBytesMax && Number.isInteger(Math.log2(bytes)))
    return bytes;
  throw new UsageError(`--average: '${text}' is not a power of two from 1 KiB to 4 MiB`);
}

function contentSize(bytes: number | undefined): number | undefined {
  if (bytes === undefined || (bytes >= sizeBytesMin && bytes <= sizeBytesMax)) return bytes;
  throw new UsageError(`--size: ${bytes} bytes are not within 4 KiB and 512 MiB`);
}

function chunkerText(results: ChunkerResults, terminal: Terminal): string {
  const kinds = results.data.map(({ name }) => name);
  const ordinary = kinds.filter((name) => !isMonotonous(name));
  const others = ordinary.length === 0 ? [] : kinds.filter(isMonotonous);
  const left = others.length === 0 ? '' : `; ${others.join(' and ')} in the document (--out, --json)`;
  return [
    renderTable(chunkerSummaryTable(results), tableStyle(terminal)),
    '',
    `over ${(ordinary.length === 0 ? kinds : ordinary).join(', ')}${left}`,
  ].join('\n');
}
