/** `snapdelta report`: result files in, pages and pictures out. All files are read before anything is written. */
import { basename, dirname, extname, join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { isHistory, readHistory } from '../../harness/io/gate-history.js';
import { readResults } from '../../harness/io/result-file.js';
import { writeReport } from '../../harness/io/write-report.js';
import {
  reportedNames,
  reportedResultsSchema,
  type ReportedResults,
} from '../../harness/report/reported-kinds.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';

export async function runReport(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const output = input.required('output');
  const paths = input.positionals('RESULTS');
  const loaded = paths.map(readReported);
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

function readReported(path: string): ReportedResults {
  if (!isHistory(path)) return readResults(path, reportedResultsSchema, ...reportedNames);
  const lines = readHistory(path);
  if (lines.length === 0) throw new UsageError(`${path} holds no history of gates yet`);
  return { schema: 'snapdelta/gate-history-report/1', place: path, lines };
}

/** A name for each: that of the file, or of its folder where the file has its usual name; numbered where two are alike. */
function foldersFor(paths: readonly string[]): string[] {
  const used = new Map<string, number>();
  return paths.map((path) => {
    const stem = basename(path, extname(path)).replace(/^git:/, '');
    const name = stem === 'results' ? basename(dirname(path)) : stem;
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}
