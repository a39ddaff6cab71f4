/** `snapdelta report`: result files in, pages and pictures out. All files are read before anything is written. */
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readResults } from '../../harness/io/result-file.js';
import { writeReport } from '../../harness/io/write-report.js';
import { chunkerResultsSchema, chunkerSchemaName } from '../../harness/report/chunker-results.js';
import { gateResultsSchema, gateSchemaName } from '../../harness/report/gate/results.js';
import { growthResultsSchema, growthSchemaName } from '../../harness/report/growth-results.js';
import { detectionResultsSchema, detectionSchemaName } from '../../harness/report/detection-results.js';
import { kernelResultsSchema, kernelSchemaName } from '../../harness/report/kernel-results.js';
import { labResultsSchema, labSchemaName } from '../../harness/report/lab-results.js';
import { linksResultsSchema, linksSchemaName } from '../../harness/report/links-results.js';
import { peerResultsSchema, peerSchemaName } from '../../harness/report/peer-results.js';
import { simulationResultsSchema, simulationSchemaName } from '../../harness/report/simulation-results.js';
import { traceResultsSchema, traceSchemaName } from '../../harness/report/trace-results.js';
import { tuneResultsSchema, tuneSchemaName } from '../../harness/report/tune-results.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';

const reported = z.discriminatedUnion('schema', [
  labResultsSchema,
  kernelResultsSchema,
  chunkerResultsSchema,
  peerResultsSchema,
  growthResultsSchema,
  detectionResultsSchema,
  linksResultsSchema,
  traceResultsSchema,
  gateResultsSchema,
  tuneResultsSchema,
  simulationResultsSchema,
]);
const reportedNames = [
  labSchemaName,
  kernelSchemaName,
  chunkerSchemaName,
  peerSchemaName,
  growthSchemaName,
  detectionSchemaName,
  linksSchemaName,
  traceSchemaName,
  gateSchemaName,
  tuneSchemaName,
  simulationSchemaName,
];

export async function runReport(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const output = input.required('output');
  const paths = input.positionals('RESULTS');
  const loaded = paths.map((path) => readResults(path, reported, ...reportedNames));
  const folders = paths.length === 1 ? [output] : foldersFor(paths).map((name) => join(output, name));
  const reports: { results: string; page: string; pictures: readonly string[] }[] = [];
  for (const [index, results] of loaded.entries()) {
    const { pagePath, picturePaths } = await writeReport(results, folders[index] ?? output, {
      signal,
      onProgress: ({ done, total, file }) => terminal.progress(`drawing ${file} (${done} of ${total})`),
    });
    reports.push({ results: paths[index] ?? '', page: pagePath, pictures: picturePaths });
  }
  return { document: { reports }, text: reports.map(({ page }) => page).join('\n'), kind: 'summary' };
}

/** A name for each: that of the file, or of its folder where the file has its usual name; numbered where two are alike. */
function foldersFor(paths: readonly string[]): string[] {
  const used = new Map<string, number>();
  return paths.map((path) => {
    const stem = basename(path, '.json');
    const name = stem === 'results' ? basename(dirname(path)) : stem;
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}
