/**
 * Runs the volumes of one stage with both sides, some of them again, and some that change sides in the midst of their history.
 *
 * Law: rows of the stable side depend on nothing but fleet and volume, so that those of an earlier run serve again. The first finding of a gate ends the stage.
 */
import { UsageError } from '../../base/errors.js';
import type { Executor } from '../../engine/parallel/executor.js';
import type { PairedFigures } from './estimate.js';
import { gateNames, type GateName, type Problem } from './gates.js';
import type { Evidence } from './judge.js';
import type { FleetJob, FleetRow } from './lane.js';
import type { Side } from './side.js';
import type { Stage } from './stages.js';
import type { VolumeRun } from './volume-run.js';

export type FleetExecutor = Executor<FleetJob, FleetRow>;

export interface Sides {
  readonly stable: Side;
  readonly candidate: Side;
}

/** One volume in so many runs again, and goes back to stable in the midst of its history. */
const checkedEvery = { shadow: 2, later: 16 };

export function noEvidence(): Evidence {
  return {
    pairs: [],
    problems: [],
    checked: Object.fromEntries(gateNames.map((gate) => [gate, 0])) as Record<GateName, number>,
  };
}

interface StageOptions {
  readonly fleetSeed: number;
  /** Rows of the stable side, by volume: read and added to. */
  readonly known: Map<number, VolumeRun>;
  /** Called after each volume. */
  readonly onVolume?: (done: number, total: number) => void;
}

/** Stages of a simulated fleet, for a rollout (rollout.ts). Rows of the stable side in `known` serve, and are added to. */
export function fleetStages(
  executor: FleetExecutor,
  { stable, candidate, fleetSeed }: Sides & { readonly fleetSeed: number },
  known: Map<number, VolumeRun>,
) {
  return (
    stage: Stage,
    before: Evidence,
    onVolume: (done: number, total: number) => void,
  ): Promise<Evidence> =>
    runStage(executor, { stable, candidate }, stage, before, { fleetSeed, known, onVolume });
}

/** What was seen before and what this stage brings. Throws UsageError where the stable side breaks a gate itself. */
async function runStage(
  executor: FleetExecutor,
  { stable, candidate }: Sides,
  stage: Stage,
  before: Evidence,
  { fleetSeed, known, onVolume = () => undefined }: StageOptions,
): Promise<Evidence> {
  const { volumes } = stage;
  const every = stage.name === 'shadow' ? checkedEvery.shadow : checkedEvery.later;
  const chosen = new Set(volumes.filter((_, place) => place % every === 0));
  const isChecked = (number: number): boolean => chosen.has(number);
  const again = [...chosen].reverse();
  const total = volumes.length + again.length;
  let done = 0;
  const missing = volumes.filter((number) => !known.has(number));
  for await (const { run } of executor.run(missing.map((number) => ({ fleetSeed, number, side: stable })))) {
    const [problem] = run.problems;
    if (problem !== undefined) {
      throw new UsageError(
        `the stable side itself breaks ${problem.gate} on volume ${run.number}: ${problem.message}`,
      );
    }
    known.set(run.number, run);
  }
  const pairs: PairedFigures[] = [];
  const problems: Problem[] = [];
  const checked = { ...before.checked };
  const digests = new Map<number, string>();
  const evidence = (): Evidence => ({
    pairs: [...before.pairs, ...pairs],
    problems: [...before.problems, ...problems],
    checked,
  });
  const jobs = volumes.map((number): FleetJob => ({
    fleetSeed,
    number,
    side: candidate,
    ...(isChecked(number) ? { mixedWith: stable } : {}),
  }));
  for await (const { run, mixed } of executor.run(jobs)) {
    const { number, figures } = run;
    digests.set(number, run.digest);
    problems.push(...run.problems, ...mixed);
    checked.exactness++;
    checked.invariants++;
    if (isChecked(number)) {
      checked.compatibility++;
      checked.rollback++;
    }
    const own = known.get(number)?.figures;
    if (own !== undefined && figures !== undefined) pairs.push({ number, stable: own, candidate: figures });
    onVolume(++done, total);
    if (problems.length > 0) return evidence();
  }
  for await (const { run } of executor.run(again.map((number) => ({ fleetSeed, number, side: candidate })))) {
    checked.determinism++;
    if (digests.get(run.number) !== run.digest) {
      const message = 'a second run gives other packages or figures';
      problems.push({ gate: 'determinism', volume: run.number, message });
    }
    onVolume(++done, total);
    if (problems.length > 0) return evidence();
  }
  return evidence();
}
