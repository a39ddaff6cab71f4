/**
 * `simulate`: runs seeds of the simulator, on this thread or on workers, and gathers what became of them.
 *
 * Law: rows come in the order of seeds, and what is found is the same for any number of workers; with `untilFailure` it ends with the first seed, in that
 * order, that breaks an invariant. With `isChecked` each seed runs once more in another process, in another order.
 */
import { throwIfCancelled } from '../base/errors.js';
import type { Executor } from '../engine/parallel/executor.js';
import { captureEnvironment } from './io/environment.js';
import { cpuClock, realClock } from './io/clock.js';
import { ProcessExecutor } from './io/process-executor.js';
import { collectSeldom } from './simulate/collection.js';
import { SimulationLane } from './simulate/lane.js';
import type { SimulationSetup } from './simulate/lane.js';
import type { SeedRow } from './simulate/row.js';
import { digestOf, summaries } from './simulate/sums.js';
import { simulationMetrics, simulationSchemaName } from './report/simulation-results.js';
import type { SimulationResults } from './report/simulation-results.js';

/** Built code, from src as from dist: threads cannot run TypeScript. */
const workerModule = new URL('../../dist/harness/io/simulation-worker.js', import.meta.url);

/** A seed takes some 10 ms, sending a batch 0.3 ms. */
const batchSeeds = 4;

export interface SimulateOptions extends SimulationSetup {
  /** Both included. */
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly workers: number;
  readonly untilFailure: boolean;
  readonly isChecked: boolean;
  readonly signal?: AbortSignal;
}

export interface SimulateProgress {
  readonly doneCount: number;
  readonly violationCount: number;
  readonly simulatedMs: number;
  readonly elapsedMs: number;
}

/** When the signal fires, it ends with the seeds that are done; where that are none, it throws CancelledError. Throws BugError for what the simulator threw. */
export async function simulateSeeds(
  options: SimulateOptions,
  onProgress: (progress: SimulateProgress) => void = () => undefined,
): Promise<SimulationResults> {
  const environment = captureEnvironment();
  const { signal, untilFailure } = options;
  const startMs = realClock.nowMs();
  const startCpuMs = cpuClock.nowMs();
  const rows: SeedRow[] = [];
  const divergences: { seed: number; first: string; second: string }[] = [];
  let violationCount = 0;
  let simulatedMs = 0;
  throwIfCancelled(signal);
  collectSeldom();
  for await (const [row, again] of runs(options)) {
    rows.push(row);
    if (again !== undefined && again.digest !== row.digest)
      divergences.push({ seed: row.seed, first: row.digest, second: again.digest });
    if (row.violation !== null) violationCount++;
    simulatedMs += row.figures.simulatedMs;
    onProgress({
      doneCount: rows.length,
      violationCount,
      simulatedMs,
      elapsedMs: realClock.nowMs() - startMs,
    });
    if (signal?.aborted === true) break;
    if (untilFailure && (row.violation !== null || divergences.length > 0)) break;
  }
  const wallMs = realClock.nowMs() - startMs;
  return {
    schema: simulationSchemaName,
    environment,
    source:
      options.scenario === undefined
        ? { kind: 'swarm', name: 'swarm' }
        : { kind: 'scenario', name: options.scenario.name },
    isCalibrated: options.calibration !== undefined,
    workers: options.workers,
    metrics: simulationMetrics,
    seedCount: rows.length,
    violationCount,
    digest: digestOf(rows),
    summaries: summaries(rows),
    speed: {
      wallMs,
      cpuMs: cpuClock.nowMs() - startCpuMs,
      seedsPerSecond: (rows.length / wallMs) * 1000,
      simulatedToWall: simulatedMs / wallMs,
    },
    determinism: options.isChecked ? { checkedCount: rows.length, divergences } : null,
    rows,
  };
}

/** Each seed's row, and where that is asked for the row of its second run. */
async function* runs(options: SimulateOptions): AsyncGenerator<[SeedRow, SeedRow | undefined]> {
  const { firstSeed, lastSeed, workers, isChecked } = options;
  const setup = {
    ...(options.scenario === undefined ? {} : { scenario: options.scenario }),
    ...(options.calibration === undefined ? {} : { calibration: options.calibration }),
  };
  const first = await executorOf(setup, workers);
  const second = isChecked ? new ProcessExecutor(setup) : undefined;
  try {
    const again = second?.run(range(firstSeed, lastSeed));
    for await (const row of first.run(range(firstSeed, lastSeed))) {
      const next = await again?.next();
      yield [row, next === undefined || next.done === true ? undefined : next.value];
    }
  } finally {
    await Promise.all([first.close(), second?.close()]);
  }
}

function* range(first: number, last: number): Generator<number> {
  for (let seed = first; seed <= last; seed++) yield seed;
}

/** One worker is this thread. */
async function executorOf(setup: SimulationSetup, workers: number): Promise<Executor<number, SeedRow>> {
  if (workers === 1) return new HereExecutor(new SimulationLane(setup));
  const { PoolExecutor } = await import('../engine/parallel/pool.js');
  return new PoolExecutor<number, SeedRow>({
    worker: workerModule,
    workers,
    setup,
    batchOf: () => batchSeeds,
  });
}

class HereExecutor implements Executor<number, SeedRow> {
  readonly #lane: SimulationLane;

  constructor(lane: SimulationLane) {
    this.#lane = lane;
  }

  async *run(seeds: Iterable<number>): AsyncGenerator<SeedRow, void, void> {
    for (const seed of seeds) yield await this.#lane.row(seed);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
