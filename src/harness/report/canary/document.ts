/** A rollout as its document, and back: what is kept between two commands. */
import { UsageError } from '../../../base/errors.js';
import { resolveStrategy } from '../../../engine/strategy/settings.js';
import { noEvidence } from '../../canary/stage-run.js';
import { gateNames, type GateName } from '../../canary/gates.js';
import { pushesEach } from '../../canary/fleet.js';
import type { DirectoryPlan, ProgramPlan } from '../../canary/directories.js';
import { blastOf, newRollout, nextStage, type Rollout, type RolloutPlan } from '../../canary/rollout.js';

import type { Side } from '../../canary/side.js';
import { configurationRecord, type ConfigurationRecord } from '../../experiment/configuration.js';
import { canarySchemaName, type CanaryResults, type CanaryState } from './results.js';

/** What a document says beside the rollout itself. */
export type RolloutNotes = Pick<CanaryResults, 'environment' | 'pauses' | 'actions' | 'trials'>;

export function canaryDocument(rollout: Rollout, notes: RolloutNotes, state?: CanaryState): CanaryResults {
  const { plan, stages, findings, evidence } = rollout;
  return {
    schema: canarySchemaName,
    environment: notes.environment,
    state: state ?? stateOf(rollout, notes),
    stable: recordOf(plan.stable),
    candidate: recordOf(plan.candidate),
    fleet: { seed: plan.fleetSeed, volumes: plan.volumeCount, pushesEach: pushesOf(plan) },
    ...(plan.directories === undefined ? {} : { directories: directoriesRecord(plan.directories) }),
    rules: { ...plan.rules },
    pauses: notes.pauses,
    ...blastOf(rollout),
    stages: stages.map(({ name, exposed, seen }, index) => {
      const finding = findings[index];
      return {
        name,
        exposed,
        seen,
        finding:
          finding === undefined
            ? null
            : {
                ...finding,
                reasons: [...finding.reasons],
                gates: finding.gates.map((gate) => ({ ...gate, problems: [...gate.problems] })),
                metrics: finding.metrics.map((metric) => ({
                  ...metric,
                  high: Number.isFinite(metric.high) ? metric.high : null,
                })),
              },
      };
    }),
    actions: notes.actions,
    problems: [...evidence.problems],
    pairs: evidence.pairs.map(({ number, stable, candidate }) => ({
      number,
      stable: { ...stable, syncMs: [...stable.syncMs] },
      candidate: { ...candidate, syncMs: [...candidate.syncMs] },
    })),
    trials: notes.trials,
  };
}

/** Where it stands once a stage was run: with pauses it waits before the next one. */
function stateOf(rollout: Rollout, { pauses }: RolloutNotes): CanaryState {
  if (nextStage(rollout) !== undefined)
    return pauses === 'none' || rollout.findings.length === 0 ? 'running' : 'waiting';
  const { decision } = rollout.findings.at(-1) ?? {};
  return decision === 'promoted' || decision === 'rejected' ? decision : 'inconclusive';
}

/** Throws UsageError where this version plans other stages for such a fleet. */
export function rolloutOf(results: CanaryResults): Rollout {
  const { fleet, rules, stages, problems, pairs, directories } = results;
  const fresh = newRollout({
    stable: sideOf(results.stable),
    candidate: sideOf(results.candidate),
    fleetSeed: fleet.seed,
    volumeCount: fleet.volumes,
    rules,
    ...(directories === undefined ? {} : { directories }),
  });
  const isSame =
    fleet.pushesEach === pushesOf(fresh.plan) &&
    stages.length === fresh.stages.length &&
    stages.every(({ name, seen }, index) => {
      const planned = fresh.stages[index];
      return planned?.name === name && planned.seen === seen;
    });
  if (!isSame) {
    throw new UsageError('another version of snapdelta began this rollout, with other stages', {
      hint: 'begin it anew',
    });
  }
  const findings = stages.flatMap(({ finding }) =>
    finding === null
      ? []
      : [
          {
            ...finding,
            metrics: finding.metrics.map((metric) => ({ ...metric, high: metric.high ?? Infinity })),
          },
        ],
  );
  const checked = { ...noEvidence().checked };
  for (const gate of gateNames) checked[gate] = checkedBy(results, gate);
  return { ...fresh, findings, evidence: { pairs, problems, checked } };
}

function pushesOf({ directories }: Pick<RolloutPlan, 'directories'>): number {
  return directories === undefined ? pushesEach : 0;
}

function directoriesRecord({
  folders,
  link,
  rounds,
  programs,
}: DirectoryPlan): NonNullable<CanaryResults['directories']> {
  // In the order of the schema: documents are compared as text.
  const program = ({ label, from, options, isSigned }: ProgramPlan) => ({
    label,
    from,
    options: [...options],
    isSigned,
  });
  return {
    folders: folders.map(({ path, snapshots }) => ({ path, snapshots: [...snapshots] })),
    link: {
      name: link.name,
      megabitsPerSecond: link.megabitsPerSecond,
      roundTripMs: link.roundTripMs,
      loss: link.loss,
    },
    rounds,
    programs: { stable: program(programs.stable), candidate: program(programs.candidate) },
  };
}

function checkedBy({ stages }: CanaryResults, gate: GateName): number {
  const last = stages.findLast(({ finding }) => finding !== null)?.finding;
  return last?.gates.find((one) => one.gate === gate)?.checked ?? 0;
}

function recordOf({ label, strategy }: Side): ConfigurationRecord {
  return configurationRecord({ id: label, strategy, profiles: [] });
}

function sideOf({ id, family, fingerprint, subBlock, parameters }: ConfigurationRecord): Side {
  return {
    label: id,
    strategy: resolveStrategy(family, { ...parameters, fingerprint, subBlock }),
    flaws: [],
  };
}
