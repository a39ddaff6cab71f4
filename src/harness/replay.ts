/**
 * `replay`: makes a run again from its trace or its fixture, and says whether it is the same one.
 *
 * A trace that differs names the first event that does; one that has the run's digest and other events is damaged.
 * A fixture outlives changes of the code, which change its digest: what counts is whether its invariant breaks again.
 */
import { SimulationLane } from './simulate/lane.js';
import type { Fixture, RunDescription } from './simulate/fixture.js';
import type { Outcome } from '../simulator/run/run-scenario.js';
import { firstDivergence, readTrace } from '../simulator/trace/format.js';
import type { Divergence, ReadTrace, TraceRecord } from '../simulator/trace/format.js';
import { DataError, present } from '../base/errors.js';

/** Events before the first that differs, which both runs have. */
const contextCount = 5;

export interface ReplayedTrace {
  readonly outcome: Outcome;
  readonly expectedDigest: string;
  /** Undefined when the digest is the same. `index` is undefined where all events agree and only names of entities or kinds do not. */
  readonly divergence?: Partial<Divergence> & { readonly context: readonly TraceRecord[] };
}

export async function replayTrace(trace: ReadTrace, run: RunDescription): Promise<ReplayedTrace> {
  const outcome = await laneOf(run).run(run.scenario, true);
  const again = readTrace(present(outcome.trace, 'the trace of a recorded run'));
  const divergence = firstDivergence(trace, again);
  if (outcome.digest === trace.digest) {
    if (divergence === undefined) return { outcome, expectedDigest: trace.digest };
    throw new DataError(
      `the trace is damaged: its event ${divergence.index} is not the one of the run that its digest names`,
      { hint: 'record it again: snapdelta simulate --trace FILE' },
    );
  }
  const context =
    divergence === undefined
      ? []
      : trace.records.slice(Math.max(0, divergence.index - contextCount), divergence.index);
  return { outcome, expectedDigest: trace.digest, divergence: { ...divergence, context } };
}

export interface ReplayedFixture {
  readonly outcome: Outcome;
  readonly fixture: Fixture;
  /** `reproduced`: the same invariant broke; `other`: another one did; `passes`: none does any more. */
  readonly verdict: 'reproduced' | 'other' | 'passes';
}

export async function replayFixture(fixture: Fixture): Promise<ReplayedFixture> {
  const outcome = await laneOf(fixture).run(fixture.scenario);
  const { violation } = outcome;
  if (violation === undefined) return { outcome, fixture, verdict: 'passes' };
  const isSame = violation.invariant === fixture.violation.invariant;
  return { outcome, fixture, verdict: isSame ? 'reproduced' : 'other' };
}

function laneOf({ calibration }: Pick<RunDescription, 'calibration'>): SimulationLane {
  return new SimulationLane(calibration === undefined ? {} : { calibration });
}
