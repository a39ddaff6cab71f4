/** `snapdelta bench pipeline --processes`. */
import { UsageError } from '../../base/errors.js';
import { textTable } from '../../base/text-table.js';
import { captureEnvironment } from '../../harness/io/environment.js';
import { measureProcesses } from '../../harness/io/process-costs.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import {
  processRatios,
  processSchemaName,
  type ProcessResults,
} from '../../harness/report/process-results.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';

/** Everything that chooses a workload or a configuration is settled here. */
const settledByProcesses = ['profile', 'strategy', 'workers', 'file', 'cpu-profile'];

export async function runBenchProcesses(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const refused = [
    ...settledByProcesses.filter((name) => input.text(name) !== undefined),
    ...['workload', 'set'].filter((name) => input.list(name).length > 0),
    ...['exact'].filter((name) => input.flag(name)),
  ][0];
  if (refused !== undefined) throw new UsageError(`--${refused} does not go with --processes`);
  const bytes = input.bytes('size') ?? 256 * 1024 * 1024;
  const total = input.count('rounds', 1, 1000) ?? 5;
  const out = input.text('out');
  requireWritable(out);
  const rounds = await measureProcesses(bytes, total, {
    signal,
    onRound: (done) => terminal.progress(`round ${done} of ${total}`),
  });
  const results: ProcessResults = {
    schema: processSchemaName,
    environment: captureEnvironment(),
    bytes,
    rounds,
    ratios: processRatios(rounds),
  };
  if (out !== undefined) writeResults(out, results);
  return { document: results, text: processText(results), kind: 'answer' };
}

function processText({ ratios }: ProcessResults): string {
  const cells = ratios.map(({ of, measured: { median, low, high }, limit, status }) => [
    of,
    `<= ${limit}x`,
    `${median.toFixed(2)}x`,
    `${low.toFixed(2)}x to ${high.toFixed(2)}x`,
    status,
  ]);
  return textTable(['CPU time', 'at most', 'measured', 'range', 'result'], cells);
}
