/**
 * Runs seeds one after another on the calling thread: of one scenario, or of the swarm, where each seed draws a scenario of its own.
 *
 * Law: a row follows from the setup and the seed alone, not from what the thread ran before.
 */
import { BugError } from '../../base/errors.js';
import type { Calibration } from '../../simulator/process/calibration.js';
import { newEquipment } from '../../simulator/run/equipment.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import { runScenario } from '../../simulator/run/run-scenario.js';
import type { Outcome } from '../../simulator/run/run-scenario.js';
import type { Scenario } from '../../simulator/scenario/scenario.js';
import { featuresOf, generateScenario } from '../../simulator/swarm/generate.js';
import type { SeedRow } from './row.js';

/** Plain data, to cross a thread border. */
export interface SimulationSetup {
  /** The scenario that every seed runs, with that seed in place of its own; undefined for the swarm. */
  readonly scenario?: Scenario;
  /** By default as usual. */
  readonly calibration?: Calibration;
}

export class SimulationLane {
  readonly #setup: SimulationSetup;
  readonly #equipment: Equipment = newEquipment();

  constructor(setup: SimulationSetup) {
    this.#setup = setup;
  }

  async row(seed: number): Promise<SeedRow> {
    const outcome = await this.run(scenarioOf(this.#setup, seed));
    const isSwarm = this.#setup.scenario === undefined;
    return { ...rowOf(seed, outcome), ...(isSwarm ? { features: [...featuresOf(seed)] } : {}) };
  }

  /** With the lane's calibration. Throws BugError for what the simulator threw. */
  async run(scenario: Scenario, isRecorded = false): Promise<Outcome> {
    const { calibration } = this.#setup;
    try {
      return await runScenario(scenario, {
        equipment: this.#equipment,
        isRecorded,
        ...(calibration === undefined ? {} : { calibration }),
      });
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new BugError(`the simulator failed in '${scenario.name}', seed ${scenario.seed}: ${message}`, {
        cause,
      });
    }
  }
}

export function scenarioOf({ scenario }: SimulationSetup, seed: number): Scenario {
  return scenario === undefined ? generateScenario(seed) : { ...scenario, seed };
}

function rowOf(
  seed: number,
  { scenario, violation, digest, statistics, struck, acknowledgedCount, restoredCount }: Outcome,
): SeedRow {
  return {
    seed,
    digest,
    violation: violation ?? null,
    figures: {
      nodeCount: scenario.nodes.length,
      snapshotCount: scenario.operations.filter(({ kind }) => kind === 'push').length,
      volumeBytes: scenario.volumes.reduce((sum, { bytes }) => sum + bytes, 0),
      scheduledFaultCount: scenario.faults.length,
      struckFaultCount: struck.length,
      startCount: statistics.startCount,
      eventCount: statistics.eventCount,
      simulatedMs: statistics.simulatedMs,
      bytesOnWire: statistics.bytesOnWire,
      acknowledgedCount,
      restoredCount,
    },
  };
}
