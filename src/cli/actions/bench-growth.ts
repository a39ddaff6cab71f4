/** `snapdelta bench growth`. */
import { exitCodes, UsageError } from '../../base/errors.js';
import { formatBytes, parseBytes } from '../../base/units.js';
import { benchGrowth, type GrowthEvent } from '../../harness/bench-growth.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import type { GrowthResults } from '../../harness/report/growth-results.js';
import { fitTable, growthSummary, growthTable } from '../../harness/report/growth-tables.js';
import { renderTable } from '../../harness/report/terminal.js';
import { workloadBytesMin } from '../../workload/workload.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { commaSeparated, ownChoices, timeoutMsOf } from '../own-choices.js';
import { tableStyle } from '../table-style.js';
import type { Terminal } from '../terminal.js';

const defaultSizes = ['64MiB', '128MiB', '256MiB', '512MiB'];
const sizeBytesMax = 2 ** 40;
const workersMax = 256;

export async function runBenchGrowth(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const sizes = commaSeparated(input.list('sizes'));
  const workers = commaSeparated(input.list('workers'));
  const file = input.text('file');
  const scratch = input.text('scratch');
  const options = {
    workload: input.text('workload') ?? 'vm-image',
    sizesBytes: distinct((sizes.length === 0 ? defaultSizes : sizes).map(sizeOf)),
    own: await ownChoices(input, ['live-replication']),
    workers: distinct((workers.length === 0 ? ['1'] : workers).map(workersOf)),
    rounds: input.count('rounds', 1, 1000) ?? 2,
    timeoutMs: timeoutMsOf(input),
    signal,
    ...(file === undefined ? {} : { workloadFile: file }),
    ...(scratch === undefined ? {} : { scratchPath: scratch }),
  };
  const out = input.text('out');
  requireWritable(out);
  const results = await benchGrowth(options, (event) => terminal.progress(lineOf(event)));
  if (out !== undefined) writeResults(out, results);
  const exitCode = exitCodeOf(results);
  return { document: results, text: growthText(results, terminal), kind: 'answer', exitCode };
}

function sizeOf(text: string): number {
  const bytes = parseBytes(text, '--sizes');
  if (bytes >= workloadBytesMin && bytes <= sizeBytesMax) return bytes;
  throw new UsageError(`--sizes: '${text}' is not within ${formatBytes(workloadBytesMin)} and 1 TiB`);
}

function workersOf(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count >= 1 && count <= workersMax) return count;
  throw new UsageError(`--workers: expected whole numbers from 1 to ${workersMax}, not '${text}'`);
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)];
}

function exitCodeOf({ rows }: GrowthResults): number {
  if (rows.some(({ exact }) => exact === false)) return exitCodes.data;
  return rows.some(({ error }) => error !== null) ? exitCodes.rejected : exitCodes.ok;
}

function growthText(results: GrowthResults, terminal: Terminal): string {
  const style = tableStyle(terminal);
  const tables = [growthTable(results), fitTable(results)];
  return [
    ...tables.map((table) => `${table.title}\n${renderTable(table, style)}`),
    growthSummary(results),
  ].join('\n\n');
}

function lineOf(event: GrowthEvent): string {
  switch (event.type) {
    case 'preparing':
      return `making workload ${event.workload}`;
    case 'absent':
      return `workload ${event.workload} is left out: ${event.reason}`;
    case 'measuring':
      return `${formatBytes(event.bytes)}: round ${event.round}, ${event.series}`;
  }
}
