/** Entry of a process that runs seeds of the simulator: the first message is its setup, each further one a batch that is answered in turn. It ends with its parent. */
import type { SimulationSetup } from '../simulate/lane.js';
import { BatchRunner } from '../simulate/batches.js';
import { collectSeldom } from '../simulate/collection.js';

collectSeldom();
process.once('message', (setup: SimulationSetup) => {
  const runner = new BatchRunner(setup, 'backwards');
  let turn: Promise<unknown> = Promise.resolve();
  process.on('message', (seeds: number[]) => {
    turn = turn.then(async () => process.send?.(await runner.run(seeds)));
  });
});

// The parent is gone: so is whoever wants to know.
process.once('disconnect', () => process.exit());
