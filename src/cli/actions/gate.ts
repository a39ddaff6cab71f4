/** `snapdelta gate`. */
import { UsageError, exitCodes } from '../../base/errors.js';
import { gateFiles, type FileGateOptions } from '../../harness/gate-files.js';
import {
  readBaseline,
  readMeasures,
  readRules,
  requireBaselineName,
  saveBaseline,
} from '../../harness/io/gate-files.js';
import { recordHistory } from '../../harness/io/gate-history.js';
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
import { gateText, historyText } from '../text/gate.js';
import { runGateCalibrate } from './gate-calibrate.js';
import { measuredVerdict } from './gate-live.js';
import { shareOf } from './options.js';

const exitCodeOf: Readonly<Record<Status, number>> = {
  pass: exitCodes.ok,
  improved: exitCodes.ok,
  regressed: exitCodes.rejected,
  inconclusive: exitCodes.inconclusive,
};

const fileOptions = ['out', 'markdown', 'junit', 'github-benchmark', 'bencher'] as const;

/** Where the two sides come from, told by the options that are given. */
type Source = 'files' | 'measured' | 'calibrate';

export async function runGate(input: Input, context: Context): Promise<Outcome> {
  const source = sourceOf(input);
  if (source === 'calibrate') return runGateCalibrate(input, context);
  const name = input.text('save-baseline');
  if (name !== undefined) requireBaselineName(name);
  requireWritable(...fileOptions.map((option) => input.text(option)));
  if (source === 'measured') return verdictOutcome(input, context, await measuredVerdict(input, context));
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
  const candidate = readMeasures(candidatePath);
  const results = gateFiles(readBaseline(given), candidate, fileChoices(input));
  const isKept = exitCodeOf[results.status] === exitCodes.ok;
  if (name === undefined) return verdictOutcome(input, context, results);
  return verdictOutcome(
    input,
    context,
    results,
    isKept ? `kept as baseline ${saveBaseline(name, candidate)}` : `not kept as baseline ${name}`,
  );
}

const baselineOptions: readonly string[] = ['baseline', 'save-baseline'];
const notCalibrated = [
  'history',
  ...baselineOptions,
  'exact',
  'markdown',
  'junit',
  'annotations',
  'github-benchmark',
  'bencher',
];
const measuredOnly = ['workload', 'file', 'size', 'kernel', 'wall', 'rounds', 'time', 'seed'] as const;

function sourceOf(input: Input): Source {
  const ways = ['candidate', 'against', 'configuration', 'calibrate'].filter((option) =>
    input.isGiven(option),
  );
  const [first, second] = ways;
  if (second !== undefined) throw new UsageError(`--${first} and --${second} exclude each other`);
  if (first !== 'calibrate' && input.isGiven('recording')) {
    throw new UsageError('--recording goes with --calibrate');
  }
  if (first === undefined || first === 'candidate') {
    const surplus = measuredOnly.find((option) => input.isGiven(option));
    if (surplus === undefined) return 'files';
    throw new UsageError(`--${surplus} goes with --against or --configuration: files are measured already`);
  }
  if (first === 'configuration' && input.list('configuration').length !== 2) {
    throw new UsageError('--configuration is to be given twice: the baseline, then the candidate');
  }
  const unused = first === 'calibrate' ? notCalibrated : baselineOptions;
  const surplus = unused.find((option) => input.isGiven(option));
  if (surplus === undefined) return first === 'calibrate' ? 'calibrate' : 'measured';
  throw new UsageError(`--${surplus} does not go with --${first}: it measures both sides, and keeps none`);
}

function fileChoices(input: Input): FileGateOptions {
  const rulesPath = input.text('rules');
  const threshold = shareOf(input, 'threshold');
  return {
    isExactOnly: input.flag('exact'),
    ...(rulesPath === undefined ? {} : { rules: readRules(rulesPath) }),
    ...(threshold === undefined ? {} : { sampledThreshold: threshold }),
  };
}

function verdictOutcome(input: Input, context: Context, results: GateResults, more?: string): Outcome {
  writeOutputs(input, results, context);
  const history = input.text('history');
  const parts = [
    gateText(results, tableStyle(context.terminal)),
    ...(history === undefined ? [] : [historyText(history, recordHistory(history, results))]),
    ...(more === undefined ? [] : [more]),
  ];
  return {
    document: results,
    text: parts.join('\n\n'),
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
