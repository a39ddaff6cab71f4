/**
 * Seeds in another process, for what must not depend on the process that they run in. One process, two batches under way.
 *
 * Law: rows come in the order of the seeds. Nothing runs after close().
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WorldError, fromPlainFailure } from '../../base/errors.js';
import type { Executor } from '../../engine/parallel/executor.js';
import type { Batch } from '../../engine/parallel/pool.js';
import type { SimulationSetup } from '../simulate/lane.js';
import type { SeedRow } from '../simulate/row.js';

/** Built code, from src as from dist. */
const modulePath = fileURLToPath(new URL('../../../dist/harness/io/simulation-process.js', import.meta.url));
const batchSeeds = 4;
const batchesUnderWay = 2;

interface Waiting {
  readonly resolve: (batch: Batch<SeedRow>) => void;
  readonly reject: (error: Error) => void;
}

export class ProcessExecutor implements Executor<number, SeedRow> {
  readonly #child: ChildProcess;
  #waiting: Waiting[] = [];
  #failure: WorldError | undefined;

  constructor(setup: SimulationSetup) {
    this.#child = fork(modulePath, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.on('message', (batch: Batch<SeedRow>) => this.#waiting.shift()?.resolve(batch));
    this.#child.on('error', (cause) => this.#end(new WorldError('no process can be started', { cause })));
    this.#child.on('exit', () => this.#end(new WorldError('the process that runs seeds again has ended')));
    this.#child.send(setup);
  }

  #end(failure: WorldError): void {
    this.#failure ??= failure;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  #ask(seeds: readonly number[]): Promise<Batch<SeedRow>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.send([...seeds]);
    });
  }

  async *run(seeds: Iterable<number>): AsyncGenerator<SeedRow, void, void> {
    const left = seeds[Symbol.iterator]();
    const underWay: Promise<Batch<SeedRow>>[] = [];
    const refill = (): void => {
      while (underWay.length < batchesUnderWay) {
        const batch: number[] = [];
        for (let next = left.next(); next.done !== true; next = left.next()) {
          batch.push(next.value);
          if (batch.length === batchSeeds) break;
        }
        if (batch.length === 0) return;
        const asked = this.#ask(batch);
        // Whoever reads the rows may stop before.
        asked.catch(() => undefined);
        underWay.push(asked);
      }
    };
    refill();
    for (let asked = underWay.shift(); asked !== undefined; asked = underWay.shift()) {
      const batch = await asked;
      if (!batch.ok) throw fromPlainFailure(batch.failure);
      yield* batch.results;
      refill();
    }
  }

  close(): Promise<void> {
    this.#child.kill('SIGKILL');
    return Promise.resolve();
  }
}
