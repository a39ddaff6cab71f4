/** `gate --baseline FILE --candidate FILE`: two documents compared, in this process, from what they hold. */
import { UsageError } from '../base/errors.js';
import { gateResults, type GateResults } from './report/gate/results.js';
import { compareMeasures } from './verdict/compare.js';
import { machineDifferences } from './verdict/machine.js';
import type { MeasureSet } from './verdict/measure.js';
import type { Rule } from './verdict/rules.js';
import type { ErrorRates } from './verdict/samples.js';

/** Chance of a false regression in a whole verdict, and of passing a metric that is worse by its threshold. */
export const gateErrors: ErrorRates = { alpha: 0.005, beta: 0.05 };

/** Two jobs on one machine differ by more than their program: less than this says nothing. */
const betweenJobs = 0.1;

/** A tenth of a millisecond, what a few pages of memory take: smaller changes of a run are never felt. */
const floors = { ms: 0.1, B: 65_536 };

export interface FileGateOptions {
  readonly rules?: readonly Rule[];
  /** Compare only what is exact. */
  readonly isExactOnly?: boolean;
  /** Allowed relative change of what is sampled; by default 0.1. */
  readonly sampledThreshold?: number;
}

/** Throws UsageError where there is nothing to compare, or samples come from two machines. */
export function gateFiles(
  baseline: MeasureSet,
  candidate: MeasureSet,
  { rules = [], isExactOnly = false, sampledThreshold = betweenJobs }: FileGateOptions = {},
): GateResults {
  const [old, now] = [baseline, candidate].map((set) => (isExactOnly ? exactOf(set) : set)) as [
    MeasureSet,
    MeasureSet,
  ];
  const names = new Set(old.measures.map(({ metric }) => metric));
  const common = now.measures.filter(({ metric }) => names.has(metric));
  if (common.length === 0) {
    const kind = isExactOnly ? 'exact metric' : 'metric';
    throw new UsageError(`${old.label} and ${now.label} have no ${kind} in common`, {
      hint: 'compare two results of the same command, over the same workloads',
    });
  }
  if (common.some(({ kind }) => kind === 'sampled')) requireOneMachine(old, now);
  const defaults = { exact: { relative: 0, absolute: 0 }, sampled: { relative: sampledThreshold, floors } };
  const metrics = compareMeasures(old, now, { rules, defaults, errors: gateErrors });
  const side = ({ label, environment }: MeasureSet): GateResults['baseline'] => ({ label, environment });
  return gateResults(
    { baseline: side(old), candidate: side(now), rounds: null, errors: { ...gateErrors } },
    metrics,
  );
}

function exactOf(set: MeasureSet): MeasureSet {
  return { ...set, environment: null, measures: set.measures.filter(({ kind }) => kind === 'exact') };
}

function requireOneMachine(first: MeasureSet, second: MeasureSet): void {
  const hint = '--exact compares only what is the same on every machine';
  for (const { environment, label } of [first, second]) {
    if (environment === null)
      throw new UsageError(`${label} does not say which machine its times are from`, { hint });
  }
  const [a, b] = [first.environment, second.environment];
  const differences = a === null || b === null ? [] : machineDifferences(a, b);
  if (differences.length === 0) return;
  throw new UsageError(`times of different machines cannot be compared: ${differences.join(', ')}`, { hint });
}
