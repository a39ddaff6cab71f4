/**
 * Runs a stage over real directories: one unit after another, since what processes take is measured.
 *
 * Law: the first finding of a gate ends the stage. Gates that a unit did not have to pass are not counted for it.
 */
import type { PairedFigures } from './estimate.js';
import type { GateName, Problem } from './gates.js';
import type { Evidence } from './judge.js';
import type { DirectoryUnit } from './directories.js';
import type { StageRunner } from './rollout.js';

export interface UnitComparison {
  /** Undefined where a finding ended it. */
  readonly pair: PairedFigures | undefined;
  readonly problems: readonly Problem[];
  readonly checked: readonly GateName[];
}

/** `isFirst`: the unit is the first of its stage, which also meets what is too slow for every one. */
export type CompareUnit = (unit: DirectoryUnit, isFirst: boolean) => Promise<UnitComparison>;

export function directoryStages(units: readonly DirectoryUnit[], compare: CompareUnit): StageRunner {
  return async ({ volumes }, before, onVolume) => {
    const pairs: PairedFigures[] = [];
    const problems: Problem[] = [];
    const checked = { ...before.checked };
    for (const [done, number] of volumes.entries()) {
      const unit = units[number];
      if (unit === undefined || problems.length > 0) break;
      const found = await compare(unit, done === 0);
      if (found.pair !== undefined) pairs.push(found.pair);
      problems.push(...found.problems);
      for (const gate of found.checked) checked[gate]++;
      onVolume(done + 1, volumes.length);
    }
    const evidence: Evidence = {
      pairs: [...before.pairs, ...pairs],
      problems: [...before.problems, ...problems],
      checked,
    };
    return evidence;
  };
}
