/** `snapdelta gate`. */
import { UsageError, exitCodes } from '../../base/errors.js';
import { gateFiles } from '../../harness/gate-files.js';
import {
  readBaseline,
  readMeasures,
  readRules,
  requireBaselineName,
  saveBaseline,
} from '../../harness/io/gate-files.js';
import { requireWritable, replaceFile } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import { gateAnnotations } from '../../harness/report/gate/annotations.js';
import { bencherMetrics, githubBenchmark } from '../../harness/report/gate/continuous.js';
import { gateJunit } from '../../harness/report/gate/junit.js';
import { gateMarkdown } from '../../harness/report/gate/markdown.js';
import type { GateResults } from '../../harness/report/gate/results.js';
import type { Status } from '../../harness/verdict/verdict.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';
import { gateText } from '../text/gate.js';
import { shareOf } from './options.js';

const exitCodeOf: Readonly<Record<Status, number>> = {
  pass: exitCodes.ok,
  improved: exitCodes.ok,
  regressed: exitCodes.rejected,
  inconclusive: exitCodes.inconclusive,
};

const fileOptions = ['out', 'markdown', 'junit', 'github-benchmark', 'bencher'] as const;

export function runGate(input: Input, context: Context): Outcome {
  const name = input.text('save-baseline');
  if (name !== undefined) requireBaselineName(name);
  requireWritable(...fileOptions.map((option) => input.text(option)));
  const candidatePath = input.text('candidate');
  if (candidatePath === undefined) {
    throw new UsageError('gate needs --candidate FILE', { hint: "see 'snapdelta gate --help'" });
  }
  const given = input.text('baseline');
  if (given === undefined && name !== undefined) return saveOnly(candidatePath, name);
  if (given === undefined) {
    throw new UsageError('gate needs --baseline FILE or NAME', {
      hint: `or keep ${candidatePath} as a baseline: --save-baseline NAME`,
    });
  }
  const rulesPath = input.text('rules');
  const threshold = shareOf(input, 'threshold');
  const candidate = readMeasures(candidatePath);
  const results = gateFiles(readBaseline(given), candidate, {
    isExactOnly: input.flag('exact'),
    ...(rulesPath === undefined ? {} : { rules: readRules(rulesPath) }),
    ...(threshold === undefined ? {} : { sampledThreshold: threshold }),
  });
  writeOutputs(input, results, context);
  const isKept = name !== undefined && exitCodeOf[results.status] === exitCodes.ok;
  const kept = isKept ? `kept as baseline ${saveBaseline(name, candidate)}` : undefined;
  const refused = name !== undefined && !isKept ? `not kept as baseline ${name}` : undefined;
  return {
    document: results,
    text: [gateText(results, tableStyle(context.terminal)), kept ?? refused]
      .filter((part) => part !== undefined)
      .join('\n\n'),
    kind: 'answer',
    exitCode: exitCodeOf[results.status],
  };
}

function saveOnly(candidatePath: string, name: string): Outcome {
  const saved = saveBaseline(name, readMeasures(candidatePath));
  return { document: { saved }, text: `kept as baseline ${saved}`, kind: 'summary' };
}

function writeOutputs(input: Input, results: GateResults, { terminal }: Context): void {
  const [out, markdown, junit, benchmark, bencher] = fileOptions.map((option) => input.text(option));
  if (out !== undefined) writeResults(out, results);
  if (markdown !== undefined) replaceFile(markdown, gateMarkdown(results));
  if (junit !== undefined) replaceFile(junit, gateJunit(results));
  if (bencher !== undefined) writeResults(bencher, bencherMetrics(results));
  if (benchmark !== undefined) {
    writeResults(benchmark, githubBenchmark(results, 'less'));
    const bigger = githubBenchmark(results, 'more');
    if (bigger.length > 0) writeResults(`${benchmark}.bigger.json`, bigger);
  }
  if (!input.flag('annotations')) return;
  for (const line of gateAnnotations(results)) terminal.error(line);
}
