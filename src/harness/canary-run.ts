/**
 * `canary run` and what goes on from it: takes a rollout on, stage by stage, until it is decided or somebody has to say yes; keeps each step where it has a folder.
 */
import { join } from 'node:path';
import { UsageError, throwIfCancelled } from '../base/errors.js';
import { runTrials } from './canary-trials.js';
import { DirectoryStages } from './canary-directories.js';
import {
  newRollout,
  nextStage,
  step,
  type Rollout,
  type RolloutPlan,
  type StageRunner,
} from './canary/rollout.js';
import { fleetStages } from './canary/stage-run.js';
import type { VolumeRun } from './canary/volume-run.js';
import { fleetExecutor } from './io/canary-fleet.js';
import { wallTime } from './io/clock.js';
import { captureEnvironment } from './io/environment.js';
import { RolloutFolder, type RolloutStep } from './io/rollout-folder.js';
import { canaryDocument, rolloutOf, type RolloutNotes } from './report/canary/document.js';
import type { CanaryResults } from './report/canary/results.js';

export interface CanaryProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface CanaryOptions {
  readonly workers: number;
  readonly by: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CanaryProgress) => void;
  /** What is made ready for real directories, in words. */
  readonly onStep?: (step: string) => void;
}

export interface CanaryRunOptions extends CanaryOptions {
  readonly plan: RolloutPlan;
  readonly pauses: CanaryResults['pauses'];
  /** Where it is kept, step by step; a rollout that lies there and is the same goes on. */
  readonly folder?: RolloutFolder;
  /** Candidates of each kind whose worth is known; by default none. */
  readonly trialCount?: number;
  /** Whether the machine is described; without it the document is the same from run to run. */
  readonly environment?: boolean;
}

/** Throws UsageError where the folder holds another rollout, CancelledError between volumes, and what a stage throws. */
export async function runCanary(options: CanaryRunOptions): Promise<CanaryResults> {
  const { plan, pauses, folder, trialCount = 0, environment = true } = options;
  const notes: RolloutNotes = {
    environment: environment ? captureEnvironment() : null,
    pauses,
    actions: [],
    trials: null,
  };
  return withStages(plan, options, async (run, runKnownTrials) => {
    const begun = folder?.isBegun === true ? folder.read() : undefined;
    const first = begun ?? canaryDocument(newRollout(plan), notes);
    if (begun !== undefined) requireSame(begun, canaryDocument(newRollout(plan), notes), folder);
    else await folder?.keep(first, stepOf(first, 'began', options.by, ''));
    const results = await advanced(first, run, options);
    if (trialCount === 0) return results;
    const tried = { ...results, trials: await runKnownTrials(trialCount) };
    await folder?.keep(tried);
    return tried;
  });
}

/** Runs volumes of a fleet on threads, or steps of directories as processes; ends them. */
async function withStages<Result>(
  plan: RolloutPlan,
  options: CanaryOptions & { readonly folder?: RolloutFolder },
  work: (
    run: StageRunner,
    runKnownTrials: (count: number) => Promise<CanaryResults['trials']>,
  ) => Promise<Result>,
): Promise<Result> {
  const { workers, folder, signal, onProgress, onStep } = options;
  const { directories, fleetSeed } = plan;
  if (directories !== undefined) {
    const stages = new DirectoryStages({
      plan: directories,
      seed: fleetSeed,
      ...(folder === undefined ? {} : { keptPath: join(folder.path, 'packages') }),
      ...(signal === undefined ? {} : { signal }),
      ...(onStep === undefined ? {} : { onStep }),
    });
    try {
      return await work(stages.run, () => Promise.resolve(null));
    } finally {
      await stages.close();
    }
  }
  const executor = await fleetExecutor(workers);
  const known = new Map<number, VolumeRun>();
  if (folder?.isBegun === true) {
    for (const { number, stable } of folder.read().pairs)
      known.set(number, { number, digest: '', figures: stable, problems: [] });
  }
  try {
    return await work(fleetStages(executor, plan, known), (count) =>
      runTrials(executor, known, {
        plan,
        count,
        seed: fleetSeed,
        ...(signal === undefined ? {} : { signal }),
        onTrial: ({ done, total, name }) =>
          onProgress?.({ stage: `candidate whose worth is known: ${name}`, done, total }),
      }),
    );
  } finally {
    await executor.close();
  }
}

/** Somebody says yes: a rollout that waits runs its next stage. Throws UsageError where none waits. */
export async function approveCanary(
  folder: RolloutFolder,
  purpose: string,
  options: CanaryOptions,
): Promise<CanaryResults> {
  const results = folder.read();
  if (results.state !== 'waiting') {
    throw new UsageError(`the rollout in ${folder.path} does not wait for an approval: ${results.state}`);
  }
  const approved: CanaryResults = {
    ...results,
    state: 'running',
    actions: [...results.actions, actionOf(results, 'approved', options.by, purpose)],
  };
  await folder.keep(approved, stepOf(results, 'approved', options.by, purpose));
  const inFolder = { ...options, folder };
  return withStages(rolloutOf(approved).plan, inFolder, (run) => advanced(approved, run, inFolder));
}

/** Every volume goes back to the stable side, and the rollout is over. Throws UsageError where it is over already. */
export async function rollBackCanary(
  folder: RolloutFolder,
  purpose: string,
  by: string,
): Promise<CanaryResults> {
  const results = folder.read();
  if (results.state !== 'waiting' && results.state !== 'running' && results.state !== 'promoted') {
    throw new UsageError(`the rollout in ${folder.path} is over: ${results.state}`);
  }
  const rolledBack: CanaryResults = {
    ...results,
    state: 'rolled-back',
    actions: [...results.actions, actionOf(results, 'rolled-back', by, purpose)],
  };
  await folder.keep(rolledBack, stepOf(results, 'rolled-back', by, purpose));
  return rolledBack;
}

/** Runs stages while the rollout runs, and keeps each. */
async function advanced(
  results: CanaryResults,
  run: StageRunner,
  { folder, by, signal, onProgress }: CanaryOptions & { readonly folder?: RolloutFolder },
): Promise<CanaryResults> {
  let now = results;
  let rollout = rolloutOf(now);
  while (now.state === 'running') {
    throwIfCancelled(signal);
    const stage = nextStage(rollout)?.name ?? '';
    rollout = await step(rollout, run, (done, total) => {
      throwIfCancelled(signal);
      onProgress?.({ stage, done, total });
    });
    now = canaryDocument(rollout, now);
    await folder?.keep(now, stepOf(now, decisionOf(rollout), by, reasonOf(rollout)));
  }
  return now;
}

function decisionOf({ findings }: Rollout): string {
  const decision = findings.at(-1)?.decision ?? 'go on';
  return decision === 'go on' ? 'passed' : decision;
}

function reasonOf({ findings }: Rollout): string {
  return findings.at(-1)?.reasons.join('; ') ?? '';
}

function requireSame(begun: CanaryResults, asked: CanaryResults, folder: RolloutFolder | undefined): void {
  const key = ({ stable, candidate, fleet, directories, rules, pauses }: CanaryResults): string =>
    JSON.stringify([stable, candidate, fleet, directories, rules, pauses]);
  if (key(begun) === key(asked)) return;
  throw new UsageError(`${folder?.path ?? ''} holds another rollout: ${begun.candidate.id}, ${begun.state}`, {
    hint: 'choose another folder with --out',
  });
}

function lastStage({ stages }: CanaryResults): CanaryResults['stages'][number]['name'] {
  return stages.findLast(({ finding }) => finding !== null)?.name ?? 'shadow';
}

function stepOf(results: CanaryResults, name: string, by: string, reason: string): RolloutStep {
  const { candidate, exposed } = results;
  return { candidate: candidate.id, step: name, stage: lastStage(results), volumes: exposed, by, reason };
}

function actionOf(
  results: CanaryResults,
  name: 'approved' | 'rolled-back',
  by: string,
  purpose: string,
): CanaryResults['actions'][number] {
  return { step: name, stage: lastStage(results), by, purpose, at: wallTime() };
}
