/** Rollouts that are made up: text from outside where there is some, every kind of finding, approvals, candidates whose worth is known; and one over real directories. */
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import type { PairedFigures } from '../../../src/harness/canary/estimate.js';
import { judgeStage, usualRules } from '../../../src/harness/canary/judge.js';
import { basisOf, newRollout, type RolloutPlan } from '../../../src/harness/canary/rollout.js';
import { noEvidence } from '../../../src/harness/canary/stage-run.js';
import type { VolumeFigures } from '../../../src/harness/canary/volume-run.js';
import { captureEnvironment } from '../../../src/harness/io/environment.js';
import { canaryDocument } from '../../../src/harness/report/canary/document.js';
import type { CanaryResults } from '../../../src/harness/report/canary/results.js';

function pairs(count: number): PairedFigures[] {
  return Array.from({ length: count }, (_, number) => {
    const size = 1 + ((number * 7) % 11);
    const stable: VolumeFigures = {
      syncMs: [50 * size, 52 * size, 51 * size],
      wireBytes: 5000 * size,
      storedBytes: 40_000 * size,
      workMs: 30 * size,
      applyMs: 20 * size,
      peakBytes: 9_000_000 * size,
      retries: number % 5 === 0 ? 1 : 0,
    };
    const candidate = {
      ...stable,
      wireBytes: stable.wireBytes * 1.3,
      workMs: stable.workMs * (0.7 + (number % 3) / 10),
      peakBytes: stable.peakBytes * 1.01,
    };
    return { number, stable, candidate };
  });
}

function rolloutOver(plan: RolloutPlan): CanaryResults {
  const fresh = newRollout(plan);
  const evidence = { ...noEvidence(), pairs: pairs(fresh.stages[0]?.seen ?? 0) };
  const finding = judgeStage(fresh.stages, 0, evidence, plan.rules, 1, basisOf(plan));
  return canaryDocument(
    { ...fresh, findings: [finding], evidence },
    { environment: captureEnvironment(), pauses: 'none', actions: [], trials: null },
  );
}

export function syntheticRollout(label: string): CanaryResults {
  const side = { label, strategy: resolveStrategy('adaptive'), flaws: [] };
  const results = rolloutOver({
    stable: side,
    candidate: side,
    fleetSeed: 1,
    volumeCount: 100,
    rules: usualRules,
  });
  const trial = { stage: 'shadow', reason: label, name: label } as const;
  return {
    ...results,
    actions: [{ step: 'approved', stage: 'shadow', by: label, purpose: label, at: '2026-01-31T12:00:00Z' }],
    trials: {
      seed: 1,
      count: 1,
      badPromoted: 0,
      harmlessRejected: 0,
      harmlessUndecided: 0,
      trials: [
        { ...trial, kind: 'bad', decision: 'rejected', worst: 0.3 },
        { ...trial, kind: 'harmless', decision: 'promoted', worst: 0.003 },
      ],
    },
  };
}

export function syntheticShadow(label: string): CanaryResults {
  const side = { label, strategy: resolveStrategy('adaptive'), flaws: [] };
  const program = { label, from: { path: label }, options: [], isSigned: false };
  return rolloutOver({
    stable: side,
    candidate: side,
    fleetSeed: 1,
    volumeCount: 12,
    rules: usualRules,
    directories: {
      folders: [{ path: label, snapshots: Array.from({ length: 13 }, (_, at) => `${label}/v${at}`) }],
      link: { name: 'measured', megabitsPerSecond: 10, roundTripMs: 20, loss: 0 },
      rounds: 4,
      programs: { stable: { ...program, label: 'this build', from: null }, candidate: program },
    },
  });
}
