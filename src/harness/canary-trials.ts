/** How often the judge of rollouts errs: candidates whose worth is known go through a rollout each, over one fleet. */
import { throwIfCancelled } from '../base/errors.js';
import { fleetStages, type FleetExecutor } from './canary/stage-run.js';
import { newRollout, nextStage, step, type Rollout, type RolloutPlan } from './canary/rollout.js';
import { trialCandidates, type TrialCandidate, type TrialKind } from './canary/trials.js';
import type { VolumeRun } from './canary/volume-run.js';
import type { CanaryTrial, CanaryTrials } from './report/canary/results.js';

export interface TrialsOptions {
  readonly plan: Omit<RolloutPlan, 'candidate'>;
  /** Of each kind. */
  readonly count: number;
  /** Which candidates; by default the fleet's. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onTrial?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly name: string;
  }) => void;
}

/** Rows of the stable side in `known` serve, and are added to. Throws CancelledError, and what a rollout throws. */
export async function runTrials(
  executor: FleetExecutor,
  known: Map<number, VolumeRun>,
  { plan, count, seed, signal, onTrial = () => undefined }: TrialsOptions,
): Promise<CanaryTrials> {
  const candidates = (['bad', 'harmless'] as const).flatMap((kind) =>
    trialCandidates(plan.stable, kind, count, seed),
  );
  const trials: CanaryTrial[] = [];
  for (const candidate of candidates) {
    throwIfCancelled(signal);
    onTrial({ done: trials.length, total: candidates.length, name: candidate.name });
    let rollout = newRollout({ ...plan, candidate: candidate.side });
    const run = fleetStages(executor, rollout.plan, known);
    while (nextStage(rollout) !== undefined) rollout = await step(rollout, run);
    trials.push(trialOf(candidate, rollout));
  }
  const countOf = (kind: TrialKind, isCounted: (trial: CanaryTrial) => boolean): number =>
    trials.filter((trial) => trial.kind === kind && isCounted(trial)).length;
  return {
    seed,
    count,
    badPromoted: countOf('bad', ({ decision }) => decision === 'promoted'),
    harmlessRejected: countOf('harmless', ({ decision }) => decision === 'rejected'),
    harmlessUndecided: countOf('harmless', ({ decision }) => decision === 'inconclusive'),
    trials,
  };
}

function trialOf({ kind, name }: TrialCandidate, { findings, stages }: Rollout): CanaryTrial {
  const last = findings.at(-1);
  const worst = Math.max(...(last?.metrics ?? []).map(({ change }) => change));
  return {
    kind,
    name,
    decision: last?.decision ?? 'go on',
    stage: stages[findings.length - 1]?.name ?? 'shadow',
    reason: last?.reasons[0] ?? '',
    worst,
  };
}
