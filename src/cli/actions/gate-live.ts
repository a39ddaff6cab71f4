/** `snapdelta gate --against` and `--configuration` twice: both sides are measured here, alternately. */
import { UsageError } from '../../base/errors.js';
import { parseDuration } from '../../base/units.js';
import { settingsOf } from '../../engine/strategy/settings.js';
import { gateLive, type LiveGateOptions, type LiveGateProgress } from '../../harness/gate-live.js';
import type { Contest } from '../../harness/gate-rounds.js';
import { gatePairs, kernelTasks, pipelineTasks, type StrategyTask } from '../../harness/gate-tasks.js';
import { ownRoot } from '../../harness/io/gate-lane.js';
import { readRules } from '../../harness/io/gate-files.js';
import { buildCommit } from '../../harness/io/git-build.js';
import { Scratch } from '../../harness/io/scratch.js';
import type { SnapshotPair } from '../../harness/measurement/job.js';
import type { GateResults } from '../../harness/report/gate/results.js';
import type { Context } from '../command.js';
import { configurationOf } from '../configuration-choice.js';
import type { Input } from '../input.js';
import { commaSeparated } from '../own-choices.js';
import { shareOf } from './options.js';

const roundsMax = 10_000;
const elapsedMsMax = 24 * 3_600_000;
const usualSizeBytes = 4 * 1024 * 1024;
const seedMax = 2 ** 32 - 1;
const usualWorkloads = ['database-pages'];
/** The default one. */
const usualStrategy = 'adaptive';

export async function measuredVerdict(input: Input, context: Context): Promise<GateResults> {
  const options = liveOptions(input, context);
  const progress = (event: LiveGateProgress): void => context.terminal.progress(lineOf(event));
  return withContest(input, context, (contest) => gateLive(contest, options, progress));
}

export function liveOptions(input: Input, { signal }: Context): LiveGateOptions {
  const rulesPath = input.text('rules');
  const threshold = shareOf(input, 'threshold');
  const rounds = input.count('rounds', 1, roundsMax);
  const time = timeOf(input);
  const seed = input.count('seed', 0, seedMax);
  return {
    signal,
    isExactOnly: input.flag('exact'),
    isWallJudged: input.flag('wall'),
    ...(rulesPath === undefined ? {} : { rules: readRules(rulesPath) }),
    ...(threshold === undefined ? {} : { sampledThreshold: threshold }),
    ...(rounds === undefined ? {} : { roundsMax: rounds }),
    ...(time === undefined ? {} : { elapsedMsMax: time }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function timeOf(input: Input): number | undefined {
  const given = input.text('time');
  if (given === undefined) return undefined;
  const ms = parseDuration(given, '--time');
  if (ms > 0 && ms <= elapsedMsMax) return ms;
  throw new UsageError(`--time: '${given}' is not within 24h`);
}

/** Makes workloads, and the other build where one is asked for; all of it is removed afterwards. */
export async function withContest<Result>(
  input: Input,
  context: Context,
  work: (contest: Contest) => Promise<Result>,
): Promise<Result> {
  const { signal, terminal } = context;
  const configurations = input.list('configuration').map(taskOf);
  const kernels = kernelsOf(input, configurations.length > 0);
  const scratch = new Scratch();
  try {
    const pairs = await pairsOf(input, scratch, signal);
    const reference = input.text('against');
    if (reference === undefined) return await work(ownContest(configurations, kernels, pairs));
    const build = await buildCommit(ownRoot, reference, signal, (step) =>
      terminal.log(`${step} ${reference} ...`),
    );
    try {
      const tasks = [...kernels, ...namedTasks(pairs)];
      const label = `${reference} (${build.commit.slice(0, 10)})`;
      return await work({
        baseline: { label, root: build.root, tasks },
        candidate: { label: 'this build', root: ownRoot, tasks },
      });
    } finally {
      await build.close();
    }
  } finally {
    scratch.remove();
  }
}

/** Two configurations of this build, or this build twice. */
function ownContest(
  configurations: readonly StrategyTask[],
  kernels: ReturnType<typeof kernelTasks>,
  pairs: readonly SnapshotPair[],
): Contest {
  const [first, second] = configurations;
  if (first === undefined || second === undefined) {
    const side = { label: 'this build', root: ownRoot, tasks: [...kernels, ...namedTasks(pairs)] };
    return { baseline: side, candidate: side };
  }
  const side = (task: StrategyTask): Contest['baseline'] => ({
    label: task.label,
    root: ownRoot,
    tasks: pipelineTasks(pairs, task, false),
  });
  return { baseline: side(first), candidate: side(second) };
}

function namedTasks(pairs: readonly SnapshotPair[]): ReturnType<typeof pipelineTasks> {
  const strategy = { label: usualStrategy, strategy: usualStrategy, settings: {} };
  return pipelineTasks(pairs, strategy, true);
}

function kernelsOf(input: Input, areConfigurations: boolean): ReturnType<typeof kernelTasks> {
  const names = commaSeparated(input.list('kernel'));
  if (areConfigurations && names.length > 0)
    throw new UsageError('--kernel does not go with --configuration: kernels are the same for both');
  return names.includes('none') || areConfigurations ? [] : kernelTasks(names);
}

async function pairsOf(input: Input, scratch: Scratch, signal: AbortSignal): Promise<SnapshotPair[]> {
  const given = commaSeparated(input.list('workload'));
  const names = given.length === 0 ? usualWorkloads : given;
  if (names.includes('none')) return [];
  const file = input.text('file');
  return gatePairs(scratch, {
    workloads: names,
    sizeBytes: input.bytes('size') ?? usualSizeBytes,
    signal,
    ...(file === undefined ? {} : { workloadFile: file }),
  });
}

function taskOf(text: string): StrategyTask {
  const strategy = configurationOf(text, 'configuration');
  return { label: text, strategy: strategy.name, settings: settingsOf(strategy) };
}

function lineOf({ phase, rounds, undecided, metrics }: LiveGateProgress): string {
  if (phase === 'counting') return 'counting what is exact';
  const open = undecided === 0 ? '' : `, ${undecided} of ${metrics} metrics undecided`;
  return `round ${rounds + 1}${open}`;
}
