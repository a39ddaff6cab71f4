/** `snapdelta workloads make` and `import`: snapshots on disk, from generators, series and recorded traces. */
import { basename, join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { importTrace } from '../../harness/io/trace-files.js';
import {
  builtInWorkloads,
  definitionNamed,
  readWorkloadDefinitions,
} from '../../harness/io/workload-definitions.js';
import { materialise, prepareWorkload } from '../../harness/io/workload-files.js';
import type { PreparedWorkload } from '../../harness/io/workload-files.js';
import {
  traceReplaySchemaName,
  traceSchemaName,
  type TraceResults,
} from '../../harness/report/trace-results.js';
import { writeReport } from '../../harness/io/write-report.js';
import { traceFacts, traceHistograms, volumesText } from '../../harness/report/trace-words.js';
import { traceFormatNames } from '../../workload/trace/names.js';
import { traceWorkload } from '../../workload/trace/replay.js';
import type { TraceCut } from '../../workload/trace/replay.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { textFacts, textTable } from '../../base/text-table.js';

const seedMax = 2 ** 32 - 1;
const snapshotsMax = 100_000;

export async function runMake(input: Input, context: Context): Promise<Outcome> {
  const definitions = readWorkloadDefinitions(input.text('file') ?? builtInWorkloads);
  const definition = definitionNamed(definitions, input.positional('NAME'));
  const bytes = input.bytes('size');
  const seed = input.count('seed', 0, seedMax);
  const snapshots = input.count('snapshots', 1, snapshotsMax);
  const overrides = {
    ...(bytes === undefined ? {} : { bytes }),
    ...(seed === undefined ? {} : { seed }),
    ...(snapshots === undefined ? {} : { snapshots }),
  };
  const prepared = await prepareWorkload(definition, input.required('output'), overrides, control(context));
  return { document: prepared, text: preparedText(prepared), kind: 'summary' };
}

export async function runImport(input: Input, context: Context): Promise<Outcome> {
  const file = input.positional('TRACE');
  const folder = input.text('output');
  const compressibility = input.share('compressibility') ?? 0.4;
  const options = {
    bytes: input.bytes('size') ?? 64 * 1024 * 1024,
    seed: input.count('seed', 0, seedMax) ?? 1,
    snapshots: input.count('snapshots', 1, snapshotsMax) ?? 3,
  };
  const report = input.text('report');
  requireWritable(report === undefined ? undefined : join(report, 'index.html'));
  const format = input.choice('format', traceFormatNames);
  const volume = input.text('volume');
  const { events, ...described } = importTrace(file, {
    ...(format === undefined ? {} : { format }),
    ...(volume === undefined ? {} : { volume }),
  });
  const trace: TraceResults = { schema: traceSchemaName, ...described };
  if (report !== undefined) await writeReport(trace, report, { signal: context.signal });
  if (folder === undefined) return { document: trace, text: traceText(trace), kind: 'answer' };
  const workload = traceWorkload({
    name: basename(file),
    summary: `replay of ${basename(file)}`,
    events,
    cut: cutOf(input, trace.writes),
    compressibility,
  });
  const prepared = await materialise(workload, options, folder, control(context));
  const document = { schema: traceReplaySchemaName, trace, ...prepared };
  return { document, text: [...chosenText(trace), preparedText(prepared)].join('\n'), kind: 'summary' };
}

function cutOf(input: Input, writes: number): TraceCut {
  const everyWrites = input.count('cut-writes', 1, Number.MAX_SAFE_INTEGER);
  const everySeconds = input.count('cut-seconds', 1, 1e9);
  if (everyWrites !== undefined && everySeconds !== undefined) {
    throw new UsageError('--cut-writes and --cut-seconds exclude each other');
  }
  if (everySeconds !== undefined) return { seconds: everySeconds };
  return { writes: everyWrites ?? Math.max(1, Math.ceil(writes / 10)) };
}

function control({ signal, terminal }: Context) {
  let doneBytes = 0;
  return {
    signal,
    onBytes: (bytes: number): void => {
      doneBytes += bytes;
      terminal.progress(`writing ${formatBytes(doneBytes)}`);
    },
  };
}

function preparedText({ snapshots }: PreparedWorkload): string {
  const size = (bytes: number | null): string => (bytes === null ? 'unknown' : formatBytes(bytes));
  const rows = snapshots.map(({ path, sizeBytes, changedBytes, removedBytes }) => [
    path,
    formatBytes(sizeBytes),
    size(changedBytes),
    size(removedBytes),
  ]);
  return textTable(['snapshot', 'size', 'changed', 'removed'], rows);
}

function traceText(trace: TraceResults): string {
  const parts = [textFacts(traceFacts(trace)), traceHistograms(trace), volumesText(trace)];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A choice that nobody made is told. */
function chosenText({ volume, volumes }: TraceResults): string[] {
  if (volumes.length < 2) return [];
  return [`volume ${volume ?? ''} of ${volumes.length}`, ''];
}
