/** `simulate --minimise` and `--trace`: a failing run as a small fixture, and any run as a trace that says what it is of. */
import { present } from '../base/errors.js';
import { minimise } from '../simulator/minimise/minimise.js';
import type { MinimiseOptions } from '../simulator/minimise/minimise.js';
import type { Calibration } from '../simulator/process/calibration.js';
import type { Scenario } from '../simulator/scenario/scenario.js';
import { withRun } from '../simulator/trace/format.js';
import { ownVersion } from './io/environment.js';
import { fixtureSchemaName, runSchemaName } from './simulate/fixture.js';
import type { Fixture, RunDescription } from './simulate/fixture.js';
import { SimulationLane } from './simulate/lane.js';

/** Undefined when the scenario breaks nothing. Throws CancelledError. */
export async function minimisedFailure(
  scenario: Scenario,
  calibration: Calibration | undefined,
  options: MinimiseOptions = {},
): Promise<Fixture | undefined> {
  const own = calibration === undefined ? {} : { calibration };
  const lane = new SimulationLane(own);
  const small = await minimise(scenario, (candidate) => lane.run(candidate), options);
  if (small === undefined) return undefined;
  const { violation, digest } = small.verdict;
  return {
    schema: fixtureSchemaName,
    snapdelta: ownVersion(),
    scenario: small.scenario,
    ...own,
    violation: present(violation, 'the violation of a failing run'),
    digest,
    found: {
      name: scenario.name,
      seed: scenario.seed,
      runCount: small.runCount,
      isMinimal: small.isMinimal,
    },
  };
}

/** The run's trace, version 2. */
export async function recordedTrace(
  scenario: Scenario,
  calibration: Calibration | undefined,
): Promise<Uint8Array> {
  const own = calibration === undefined ? {} : { calibration };
  const outcome = await new SimulationLane(own).run(scenario, true);
  const run: RunDescription = { schema: runSchemaName, snapdelta: ownVersion(), scenario, ...own };
  return withRun(present(outcome.trace, 'the trace of a recorded run'), JSON.stringify(run));
}
