/** Results of a simulation as `simulate` writes them, made without running one. */
import { captureEnvironment } from '../../../src/harness/io/environment.js';
import {
  simulationMetrics,
  simulationSchemaName,
  type SimulationResults,
} from '../../../src/harness/report/simulation-results.js';
import { rowFigures, type RowFigure, type SeedRow } from '../../../src/harness/simulate/row.js';
import { digestOf, summaries } from '../../../src/harness/simulate/sums.js';
import { featuresOf } from '../../../src/simulator/swarm/generate.js';

/** Seeds 0 to 29 of the swarm; figure number i of seed s is (i + 1) * (s + 1). Seeds 3 and 20 break what `message` says. */
export function syntheticSimulationResults(message: string): SimulationResults {
  const rows = Array.from({ length: 30 }, (_, seed): SeedRow => ({
    seed,
    digest: seed.toString(16).padStart(32, '0'),
    features: [...featuresOf(seed)],
    violation:
      seed === 3 || seed === 20
        ? { invariant: 'restores-are-exact', message, atMs: 1500, eventCount: 70 }
        : null,
    figures: Object.fromEntries(rowFigures.map(({ name }, i) => [name, (i + 1) * (seed + 1)])) as Record<
      RowFigure,
      number
    >,
  }));
  return {
    schema: simulationSchemaName,
    environment: captureEnvironment(),
    source: { kind: 'swarm', name: 'swarm' },
    isCalibrated: false,
    workers: 2,
    metrics: simulationMetrics,
    seedCount: rows.length,
    violationCount: 2,
    digest: digestOf(rows),
    summaries: summaries(rows),
    speed: { wallMs: 300, cpuMs: 500, seedsPerSecond: 100, simulatedToWall: 40 },
    determinism: null,
    rows,
  };
}
