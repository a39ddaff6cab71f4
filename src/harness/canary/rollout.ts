/**
 * A rollout as data and the step that takes it on: stage after stage until it is decided, or until somebody has to say yes.
 *
 * Law: a rollout follows from its sides, its fleet and its rules; when it is stopped and taken on again is of no consequence.
 */
import { present } from '../../base/errors.js';
import { judgeStage, type Evidence, type Rules, type StageFinding } from './judge.js';
import { planDirectoryStages, unitNameOf, type DirectoryPlan } from './directories.js';
import { directoryBasis, fleetBasis, type Basis } from './metrics.js';
import { noEvidence, type Sides } from './stage-run.js';
import { planStages, type Stage } from './stages.js';

export interface RolloutPlan extends Sides {
  readonly fleetSeed: number;
  /** Of directories: units. */
  readonly volumeCount: number;
  readonly rules: Rules;
  /** In place of a simulated fleet. */
  readonly directories?: DirectoryPlan;
}

export interface Rollout {
  readonly plan: RolloutPlan;
  readonly stages: readonly Stage[];
  /** One for each stage that has come to its end. */
  readonly findings: readonly StageFinding[];
  readonly evidence: Evidence;
}

export function newRollout(plan: RolloutPlan): Rollout {
  const { volumeCount, fleetSeed, directories } = plan;
  const stages =
    directories === undefined
      ? planStages(volumeCount, fleetSeed)
      : planDirectoryStages(directories, fleetSeed);
  return { plan, stages, findings: [], evidence: noEvidence() };
}

export function basisOf({ directories }: Pick<RolloutPlan, 'directories'>): Basis {
  return directories === undefined ? fleetBasis : directoryBasis(unitNameOf(directories));
}

/** The stage that comes next; undefined once it is decided. */
export function nextStage({ stages, findings }: Rollout): Stage | undefined {
  const last = findings.at(-1);
  return last === undefined || last.decision === 'go on' ? stages[findings.length] : undefined;
}

export type OnVolume = (done: number, total: number) => void;

/** What was seen before, and what the volumes of a stage bring. */
export type StageRunner = (stage: Stage, before: Evidence, onVolume: OnVolume) => Promise<Evidence>;

/** Runs the next stage and judges it. */
export async function step(
  rollout: Rollout,
  run: StageRunner,
  onVolume: OnVolume = () => undefined,
): Promise<Rollout> {
  const { plan, stages, findings } = rollout;
  const stage = present(nextStage(rollout), 'a stage');
  const evidence = await run(stage, rollout.evidence, onVolume);
  const finding = judgeStage(stages, findings.length, evidence, plan.rules, plan.fleetSeed, basisOf(plan));
  return { ...rollout, findings: [...findings, finding], evidence };
}

/** Volumes that ran with the candidate for real in the last stage, and those that a rollout to all at once would have reached beyond. */
export function blastOf({ plan, stages, findings }: Rollout): { exposed: number; spared: number } {
  const exposed = stages[findings.length - 1]?.exposed ?? 0;
  return { exposed, spared: plan.volumeCount - exposed };
}
