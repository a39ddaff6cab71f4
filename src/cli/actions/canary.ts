/** `snapdelta canary run`, `status`, `approve`, `rollback`. */
import { availableParallelism, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { UsageError, exitCodes } from '../../base/errors.js';
import { unitsOf, type DirectoryPlan } from '../../harness/canary/directories.js';
import { usualRules } from '../../harness/canary/judge.js';
import { approveCanary, rollBackCanary, runCanary, type CanaryProgress } from '../../harness/canary-run.js';
import { replaceFile, requireWritable } from '../../harness/io/output-file.js';
import { programFrom } from '../../harness/io/program-builds.js';
import { seriesPaths } from '../../harness/io/real-series.js';
import { RolloutFolder } from '../../harness/io/rollout-folder.js';
import { listWorkloads } from '../../harness/io/workload-files.js';
import { linkKinds, measuredLink } from '../../harness/links/link-kinds.js';
import { writeReport } from '../../harness/io/write-report.js';
import { canaryMarkdown } from '../../harness/report/canary/markdown.js';
import type { CanaryResults, CanaryState } from '../../harness/report/canary/results.js';
import type { Context, Outcome } from '../command.js';
import { configurationOf, diffOptionsOf } from '../configuration-choice.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';
import { canaryText, rolloutLogText } from '../text/canary.js';
import { shareOf } from './options.js';

const exitCodeOf: Readonly<Record<CanaryState, number>> = {
  running: exitCodes.ok,
  waiting: exitCodes.ok,
  promoted: exitCodes.ok,
  'rolled-back': exitCodes.ok,
  rejected: exitCodes.rejected,
  inconclusive: exitCodes.inconclusive,
};

const volumesMin = 20;
const volumesMax = 10_000;
const seedMax = 2 ** 32 - 1;
const workersMax = 256;
const roundsMin = 2;
const roundsMax = 1000;
/** The two sides take turns, each first every other time. */
const usualRounds = 4;
const trialsMax = 1000;
const usualTrials = 50;

export async function runCanaryRun(input: Input, context: Context): Promise<Outcome> {
  const out = input.text('out');
  const isPaused = input.flag('pause-each-stage');
  if (isPaused && out === undefined) {
    throw new UsageError('--pause-each-stage needs --out DIR, where the rollout waits');
  }
  const side = (option: 'stable' | 'candidate') => {
    const text = input.required(option);
    return { label: text, strategy: configurationOf(text, option), flaws: [] };
  };
  const tolerated = shareOf(input, 'tolerate') ?? usualRules.tolerated;
  const harm = shareOf(input, 'harm') ?? usualRules.harm;
  if (!(tolerated < harm)) throw new UsageError('--tolerate: expected less than what --harm says');
  const directories = await directoriesOf(input);
  const plan = {
    stable: side('stable'),
    candidate: side('candidate'),
    fleetSeed: input.count('seed', 0, seedMax) ?? 1,
    volumeCount:
      directories === undefined
        ? (input.count('volumes', volumesMin, volumesMax) ?? 200)
        : unitsOf(directories).length,
    rules: { ...usualRules, tolerated, harm },
    ...(directories === undefined ? {} : { directories }),
  };
  const trialCount = trialsOf(input);
  requireWritable(input.text('markdown'));
  const results = await runCanary({
    plan,
    pauses: isPaused ? 'each stage' : 'none',
    trialCount,
    ...common(input, context),
    ...(out === undefined ? {} : { folder: new RolloutFolder(out) }),
  });
  const markdown = input.text('markdown');
  if (markdown !== undefined) replaceFile(markdown, canaryMarkdown(results));
  return outcomeOf(results, out, context);
}

const fleetOnly = ['volumes', 'calibrate', 'workers'] as const;
const directoriesOnly = ['stable-program', 'candidate-program', 'link', 'rounds'] as const;

/** Of --workload; undefined where a fleet is simulated. Throws UsageError, WorldError. */
async function directoriesOf(input: Input): Promise<DirectoryPlan | undefined> {
  const given = input.list('workload');
  const surplus = (given.length === 0 ? directoriesOnly : fleetOnly).find((option) => input.isGiven(option));
  if (surplus !== undefined) {
    throw new UsageError(
      given.length === 0
        ? `--${surplus} goes with --workload DIR: a simulated fleet has one program and links of its own`
        : `--${surplus} does not go with --workload: it is of simulated fleets`,
    );
  }
  if (given.length === 0) return undefined;
  const linkName = input.choice(
    'link',
    linkKinds.map(({ name }) => name),
  );
  const program = async (side: 'stable' | 'candidate') => ({
    ...(await programFrom(input.text(`${side}-program`), `${side}-program`)),
    ...diffOptionsOf(input.required(side), side),
  });
  return {
    folders: given.map(snapshotFolder),
    link: linkKinds.find(({ name }) => name === linkName) ?? measuredLink,
    rounds: input.count('rounds', roundsMin, roundsMax) ?? usualRounds,
    programs: { stable: await program('stable'), candidate: await program('candidate') },
  };
}

function snapshotFolder(given: string): DirectoryPlan['folders'][number] {
  const isBuiltIn = !/[/\\]/.test(given) && listWorkloads().some(({ name }) => name === given);
  if (isBuiltIn) {
    throw new UsageError(`--workload: '${given}' is a workload to be made, not a folder of snapshots`, {
      hint: `make it first: snapdelta workloads make ${given} -o DIR`,
    });
  }
  return { path: resolve(given), snapshots: seriesPaths(resolve(given)) };
}

export async function runCanaryStatus(input: Input, { terminal }: Context): Promise<Outcome> {
  const folder = new RolloutFolder(input.positional('DIR'));
  const results = folder.read();
  const { verdict, records } = await folder.log();
  const steps = records.map(({ sequence, time, event }) => ({ sequence, atMs: time.wallMs, ...event }));
  return {
    document: { ...results, log: { state: verdict.state, steps } },
    text: `${canaryText(results, tableStyle(terminal))}\n\n${rolloutLogText(verdict, records)}`,
    kind: 'answer',
    exitCode: verdict.state === 'intact' ? exitCodeOf[results.state] : exitCodes.data,
  };
}

export async function runCanaryApprove(input: Input, context: Context): Promise<Outcome> {
  const path = input.positional('DIR');
  const options = common(input, context);
  const results = await approveCanary(new RolloutFolder(path), input.text('why') ?? '', options);
  return outcomeOf(results, path, context);
}

export async function runCanaryRollback(input: Input, context: Context): Promise<Outcome> {
  const path = input.positional('DIR');
  const results = await rollBackCanary(new RolloutFolder(path), input.text('why') ?? '', whoOf(input));
  return outcomeOf(results, path, context);
}

function common(
  input: Input,
  { signal, terminal }: Context,
): {
  readonly workers: number;
  readonly by: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CanaryProgress) => void;
  readonly onStep: (step: string) => void;
} {
  return {
    workers: input.count('workers', 1, workersMax) ?? availableParallelism(),
    by: whoOf(input),
    signal,
    onProgress: ({ stage, done, total }) => terminal.progress(`${stage}: ${done} of ${total}`),
    onStep: (step) => terminal.log(`${step} ...`),
  };
}

/** A name that the audit log takes. */
function whoOf(input: Input): string {
  const given = input.text('by');
  if (given === '') throw new UsageError('--by: expected a name');
  return given ?? userInfo().username;
}

function trialsOf(input: Input): number {
  if (!input.isGiven('calibrate')) return 0;
  return input.text('calibrate') === ''
    ? usualTrials
    : (input.count('calibrate', 1, trialsMax) ?? usualTrials);
}

async function outcomeOf(
  results: CanaryResults,
  out: string | undefined,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const isShown = out !== undefined && results.stages.some(({ finding }) => finding !== null);
  const page = isShown ? (await writeReport(results, out, { signal })).pagePath : undefined;
  return {
    document: results,
    text: [canaryText(results, tableStyle(terminal)), ...(page === undefined ? [] : ['', page])].join('\n'),
    kind: 'answer',
    exitCode: exitCodeOf[results.state],
  };
}
