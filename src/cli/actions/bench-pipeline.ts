/** `snapdelta bench pipeline`. */
import { benchPipeline } from '../../harness/bench-pipeline.js';
import type { PipelineEvent } from '../../harness/bench-pipeline.js';
import { writeResults } from '../../harness/io/result-file.js';
import { countTable, pipelineTable, stageTable } from '../../harness/report/pipeline-tables.js';
import type { PipelineResults } from '../../harness/report/pipeline-results.js';
import { renderTable } from '../../harness/report/terminal.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { chooseStrategy } from '../strategy-choice.js';
import type { Terminal } from '../terminal.js';
import { profileOf } from './options.js';

export async function runBenchPipeline(input: Input, context: Context): Promise<Outcome> {
  const { signal, terminal } = context;
  const isExact = input.flag('exact');
  const workloads = input.list('workload');
  const sizeBytes = input.bytes('size');
  const workers = input.count('workers', 1, 256);
  const rounds = isExact ? 1 : input.count('rounds', 1, 1000);
  const file = input.text('file');
  const cpuProfilePath = input.text('cpu-profile');
  const strategy = chooseStrategy({
    profile: await profileOf(input),
    strategy: input.text('strategy'),
    settings: input.pairs('set'),
    manifest: undefined,
  });
  const results = await benchPipeline(
    {
      strategy,
      signal,
      ...(workloads.length === 0 ? {} : { workloads }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(workers === undefined ? {} : { workers }),
      ...(rounds === undefined ? {} : { rounds }),
      ...(file === undefined ? {} : { workloadFile: file }),
      ...(cpuProfilePath === undefined ? {} : { cpuProfilePath }),
    },
    (event) => terminal.progress(lineOf(event)),
  );
  const out = input.text('out');
  if (out !== undefined) writeResults(out, results);
  return {
    document: isExact ? exactDocument(results) : results,
    text: pipelineText(results, isExact, terminal),
    kind: 'answer',
  };
}

/** Without anything that depends on the machine: two of them can be compared with diff. */
function exactDocument({ configuration, workloads, rows }: PipelineResults) {
  return {
    configuration,
    workloads,
    rows: rows.map(({ workload, exact, operationBytes, packageSha256, counts }) => ({
      workload,
      exact,
      operationBytes,
      packageSha256,
      counts,
    })),
  };
}

function pipelineText(results: PipelineResults, isExact: boolean, { colours, columns }: Terminal): string {
  const style = { colours, columns };
  const tables = isExact
    ? results.rows.map(countTable)
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
