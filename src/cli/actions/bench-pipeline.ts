/** `snapdelta bench pipeline`. */
import { UsageError } from '../../base/errors.js';
import { benchPipeline } from '../../harness/bench-pipeline.js';
import type { PipelineEvent } from '../../harness/bench-pipeline.js';
import { exactPipelineResults } from '../../harness/report/exact-pipeline-results.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import {
  countTable,
  instructionTable,
  pipelineTable,
  stageTable,
} from '../../harness/report/pipeline-tables.js';
import type { PipelineResults } from '../../harness/report/pipeline-results.js';
import { renderTable } from '../../harness/report/terminal.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { chooseStrategy } from '../strategy-choice.js';
import { tableStyle } from '../table-style.js';
import type { Terminal } from '../terminal.js';
import { runBenchProcesses } from './bench-processes.js';
import { profileOf } from './options.js';

export async function runBenchPipeline(input: Input, context: Context): Promise<Outcome> {
  if (input.flag('processes')) return runBenchProcesses(input, context);
  const { signal, terminal } = context;
  const isExact = input.flag('exact');
  const workloads = input.list('workload');
  const sizeBytes = input.bytes('size');
  const workers = input.count('workers', 1, 256);
  const rounds = input.count('rounds', 1, 1000);
  const file = input.text('file');
  const cpuProfilePath = input.text('cpu-profile');
  for (const name of ['rounds', 'cpu-profile']) {
    if (!isExact || input.text(name) === undefined) continue;
    throw new UsageError(`--${name} does not go with --exact, which counts and takes no time`);
  }
  const strategy = chooseStrategy({
    profile: await profileOf(input),
    strategy: input.text('strategy'),
    settings: input.pairs('set'),
    manifest: undefined,
  });
  const out = input.text('out');
  requireWritable(out, cpuProfilePath);
  const results = await benchPipeline(
    {
      strategy,
      signal,
      ...(workloads.length === 0 ? {} : { workloads }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(workers === undefined ? {} : { workers }),
      ...(isExact ? { rounds: 1, kernels: 'metered' } : {}),
      ...(rounds === undefined ? {} : { rounds }),
      ...(file === undefined ? {} : { workloadFile: file }),
      ...(cpuProfilePath === undefined ? {} : { cpuProfilePath }),
    },
    (event) => terminal.progress(lineOf(event)),
  );
  const document = isExact ? exactPipelineResults(results) : results;
  if (out !== undefined) writeResults(out, document);
  return { document, text: pipelineText(results, isExact, terminal), kind: 'answer' };
}

function pipelineText(results: PipelineResults, isExact: boolean, terminal: Terminal): string {
  const style = tableStyle(terminal);
  const tables = isExact
    ? results.rows.flatMap((row) => [countTable(row), instructionTable(row)])
    : [
        pipelineTable(results),
        ...results.rows.flatMap((row) => [
          stageTable(row, 'diff'),
          stageTable(row, 'apply'),
          countTable(row),
        ]),
      ];
  return tables.map((table) => `${table.title}\n${renderTable(table, style)}`).join('\n\n');
}

function lineOf(event: PipelineEvent): string {
  switch (event.type) {
    case 'preparing':
      return `making workload ${event.workload} (${event.done} of ${event.total})`;
    case 'absent':
      return `workload ${event.workload} is left out: ${event.reason}`;
    case 'measuring':
      return `${event.workload} (${event.done} of ${event.total})`;
  }
}
