/**
 * A rollout as data and the step that takes it on: stage after stage until it is decided, or until somebody has to say yes.
 *
 * Law: a rollout follows from its sides, its fleet and its rules; when it is stopped and taken on again is of no consequence.
 */
import { present } from '../../base/errors.js';
import { judgeStage, type Evidence, type Rules, type StageFinding } from './judge.js';
import type { Sides, FleetExecutor } from './stage-run.js';
import { noEvidence, runStage } from './stage-run.js';
import { planStages, type Stage } from './stages.js';
import type { VolumeRun } from './volume-run.js';

export interface RolloutPlan extends Sides {
  readonly fleetSeed: number;
  readonly volumeCount: number;
  readonly rules: Rules;
}

export interface Rollout {
  readonly plan: RolloutPlan;
  readonly stages: readonly Stage[];
  /** One for each stage that has come to its end. */
  readonly findings: readonly StageFinding[];
  readonly evidence: Evidence;
}

export function newRollout(plan: RolloutPlan): Rollout {
  const stages = planStages(plan.volumeCount, plan.fleetSeed);
  return { plan, stages, findings: [], evidence: noEvidence() };
}

/** The stage that comes next; undefined once it is decided. */
export function nextStage({ stages, findings }: Rollout): Stage | undefined {
  const last = findings.at(-1);
  return last === undefined || last.decision === 'go on' ? stages[findings.length] : undefined;
}

/** Runs the next stage and judges it. */
export async function step(
  rollout: Rollout,
  executor: FleetExecutor,
  known: Map<number, VolumeRun>,
  onVolume: (done: number, total: number) => void = () => undefined,
): Promise<Rollout> {
  const { plan, stages, findings } = rollout;
  const stage = present(nextStage(rollout), 'a stage');
  const { fleetSeed, rules } = plan;
  const evidence = await runStage(executor, plan, stage, rollout.evidence, { fleetSeed, known, onVolume });
  const finding = judgeStage(stages, findings.length, evidence, rules, fleetSeed);
  return { ...rollout, findings: [...findings, finding], evidence };
}

/** Volumes that ran with the candidate for real in the last stage, and those that a rollout to all at once would have reached beyond. */
export function blastOf({ plan, stages, findings }: Rollout): { exposed: number; spared: number } {
  const exposed = stages[findings.length - 1]?.exposed ?? 0;
  return { exposed, spared: plan.volumeCount - exposed };
}
