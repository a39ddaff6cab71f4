/** `snapdelta bench links`. */
import { UsageError } from '../../base/errors.js';
import { benchLinks, type LinksBenchOptions } from '../../harness/bench-links.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import type { LinksResults } from '../../harness/report/links-results.js';
import { faultsTable, syncTable, winnerSentences } from '../../harness/report/links-tables.js';
import { renderTable } from '../../harness/report/terminal.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';
import type { Terminal } from '../terminal.js';

const bytesMin = 16 * 1024;
const bytesMax = 32 * 1024 * 1024;
const countMax = 1000;

/** A look, in a second or two. */
const quick: LinksBenchOptions = {
  profiles: ['cold-storage'],
  strategies: ['blocks', 'chunk deltas'],
  topologies: ['lan', 'wan'],
  severities: [0, 3],
  bytes: 64 * 1024,
  snapshots: 3,
  seeds: 1,
};

export async function runBenchLinks(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const out = input.text('out');
  const options: LinksBenchOptions = {
    ...(input.flag('quick') ? quick : {}),
    ...listed('profiles', input.list('profile')),
    ...listed('strategies', input.list('strategy')),
    ...listed('topologies', input.list('topology')),
    ...listed('severities', input.list('severity').map(severityOf)),
    ...given('bytes', sizeOf(input)),
    ...given('snapshots', input.count('snapshots', 2, countMax)),
    ...given('seeds', input.count('seeds', 1, countMax)),
    environment: !input.flag('exact'),
    signal,
    onProgress: ({ done, total }) => terminal.progress(`series ${done + 1} of ${total}`),
  };
  requireWritable(out);
  const results = await benchLinks(options);
  if (out !== undefined) writeResults(out, results);
  return { document: results, text: linksText(results, terminal), kind: 'answer' };
}

function listed<K extends string, T>(name: K, values: readonly T[]): Partial<Record<K, readonly T[]>> {
  return values.length === 0 ? {} : ({ [name]: values } as Record<K, readonly T[]>);
}

function given<K extends string>(name: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, number>);
}

function severityOf(text: string): number {
  if (/^\d$/.test(text)) return Number(text);
  throw new UsageError(`--severity: '${text}' is not a whole number from 0 to 5`);
}

function sizeOf(input: Input): number | undefined {
  const bytes = input.bytes('size');
  if (bytes === undefined || (bytes >= bytesMin && bytes <= bytesMax)) return bytes;
  throw new UsageError('--size: not within 16 KiB and 32 MiB');
}

function linksText(results: LinksResults, terminal: Terminal): string {
  const style = tableStyle(terminal);
  return [
    renderTable(faultsTable(results), style),
    ...winnerSentences(results),
    '',
    renderTable(syncTable(results), style),
  ].join('\n');
}
