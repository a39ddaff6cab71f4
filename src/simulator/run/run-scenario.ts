/**
 * Runs a scenario to its end and says what became of it.
 *
 * Law: the outcome is a function of the scenario and the calibration (and of a planted fault, if there is one): the same digest on every machine, in every process, watched or not. It never throws for what
 * the world did or a program broke; what it throws is a bug of the simulator.
 */
import type { StruckFault } from '../fault/plan.js';
import { usualCalibration } from '../process/calibration.js';
import type { Calibration } from '../process/calibration.js';
import type { Scenario } from '../scenario/scenario.js';
import type { WorldStatistics } from '../world/world.js';
import { newEquipment } from './equipment.js';
import type { Equipment } from './equipment.js';
import { Run } from './run.js';

export interface RunOptions {
  /** Keeps the trace's records, for comparing runs. */
  readonly isRecorded?: boolean;
  /** For many runs on one thread; by default new. */
  readonly equipment?: Equipment;
  /** What CPU work costs; by default as usual. */
  readonly calibration?: Calibration;
}

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: string;
  readonly message: string;
  readonly atMs: number;
  readonly eventCount: number;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly violation?: Violation;
  /** Of the trace: 32 hexadecimal digits. */
  readonly digest: string;
  readonly statistics: WorldStatistics;
  /** Opportunities that went wrong: as `struck` of the scenario they are the same run. */
  readonly struck: readonly StruckFault[];
  /** Pushes that were acknowledged. */
  readonly acknowledgedCount: number;
  /** Full restores that were compared byte for byte. */
  readonly restoredCount: number;
  /** Where it was asked for: docs/formats/trace-v2.md. */
  readonly trace?: Uint8Array;
}

export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<Outcome> {
  const { equipment = newEquipment(), calibration = usualCalibration, isRecorded = false } = options;
  const run = new Run(scenario, equipment, calibration, isRecorded);
  await run.run();
  const { world, violation, acknowledgedCount, restoredCount } = run;
  const digest = world.trace.digest();
  const trace = world.trace.file();
  return {
    scenario,
    ...(violation === undefined
      ? {}
      : {
          violation: {
            invariant: violation.broken.invariant,
            message: violation.broken.message,
            atMs: violation.atMs,
            eventCount: violation.eventCount,
          },
        }),
    digest,
    statistics: world.statistics(),
    struck: world.plan.struck,
    acknowledgedCount,
    restoredCount,
    ...(trace === undefined ? {} : { trace }),
  };
}
