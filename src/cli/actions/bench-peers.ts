/** `snapdelta bench peers`. */
import { exitCodes, UsageError } from '../../base/errors.js';
import { benchPeers, type PeerBenchOptions, type PeerEvent } from '../../harness/bench-peers.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import type { PeerResults } from '../../harness/report/peer-results.js';
import {
  leftOutTable,
  peerSummary,
  peerTable,
  targetCounts,
  verdictLines,
} from '../../harness/report/peer-tables.js';
import { renderTable } from '../../harness/report/terminal.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { commaSeparated, ownChoices, timeoutMsOf, withEachRecogniser } from '../own-choices.js';
import { tableStyle } from '../table-style.js';
import type { Terminal } from '../terminal.js';

const defaultProfiles = ['live-replication', 'cold-storage'];

export async function runBenchPeers(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const options = await peerOptions(input);
  const out = input.text('out');
  requireWritable(out);
  const results = await benchPeers({ ...options, signal }, (event) => terminal.progress(lineOf(event)));
  if (out !== undefined) writeResults(out, results);
  return {
    document: results,
    text: peerText(results, terminal),
    kind: 'answer',
    exitCode: exitCodeOf(results),
  };
}

async function peerOptions(input: Input): Promise<PeerBenchOptions> {
  const [base, target] = [input.text('base'), input.text('target')];
  if ((base === undefined) !== (target === undefined)) {
    throw new UsageError(
      `--${base === undefined ? 'target' : 'base'} needs --${base === undefined ? 'base' : 'target'}`,
      {
        hint: 'give both, or a workload',
      },
    );
  }
  const workloads = input.list('workload');
  const file = input.text('file');
  const tools = commaSeparated(input.list('tools'));
  const sizeBytes = input.bytes('size');
  const workers = input.count('workers', 1, 256);
  const rounds = input.count('rounds', 1, 1000);
  const scratch = input.text('scratch');
  return {
    hasWorkloads: base === undefined || workloads.length > 0 || file !== undefined,
    toolFiles: input.list('tool-file'),
    own: input.flag('each-recogniser')
      ? (await ownChoices(input, defaultProfiles)).flatMap(withEachRecogniser)
      : await ownChoices(input, defaultProfiles),
    timeoutMs: timeoutMsOf(input),
    isSlow: input.flag('slow'),
    ...(base === undefined || target === undefined ? {} : { given: { basePath: base, targetPath: target } }),
    ...(workloads.length === 0 ? {} : { workloads }),
    ...(file === undefined ? {} : { workloadFile: file }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(workers === undefined ? {} : { workers }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(scratch === undefined ? {} : { scratchPath: scratch }),
  };
}

/** Ours that gave other bytes from round to round, or failed; and any that did not rebuild the target. */
function exitCodeOf({ rows }: PeerResults): number {
  if (rows.some(({ exact }) => exact === false)) return exitCodes.data;
  const own = rows.filter(({ profile }) => profile !== null);
  if (own.some(({ rounds }) => new Set(rounds.map(({ deltaBytes }) => deltaBytes)).size > 1)) {
    return exitCodes.nondeterministic;
  }
  return own.some(({ error }) => error !== null) ? exitCodes.rejected : exitCodes.ok;
}

function peerText(results: PeerResults, terminal: Terminal): string {
  const style = tableStyle(terminal);
  const tables = results.workloads.map(({ name }) => peerTable(results, name));
  const leftOut = leftOutTable(results);
  const shown = leftOut.rows.length === 0 ? tables : [...tables, leftOut];
  const verdicts = results.verdicts.map((verdict) => {
    const [headline, ...details] = verdictLines(verdict);
    return [headline, ...details.map((line) => `  ${line}`)].join('\n');
  });
  return [
    ...shown.map((table) => `${table.title}\n${renderTable(table, style)}`),
    ...verdicts,
    [peerSummary(results), ...targetCounts(results)].join('\n'),
  ].join('\n\n');
}

function lineOf(event: PeerEvent): string {
  switch (event.type) {
    case 'preparing':
      return `making workload ${event.workload} (${event.done} of ${event.total})`;
    case 'absent':
      return `workload ${event.workload} is left out: ${event.reason}`;
    case 'measuring':
      return event.round === 0
        ? `${event.workload}: preparing ${event.tool}`
        : `${event.workload}: round ${event.round} of ${event.rounds}, ${event.tool}`;
  }
}
