/** The pool of worker threads: what it does besides running jobs, which whole runs of the engine test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { PoolExecutor } from '../../../src/engine/parallel/pool.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Takes 100 ms to load, then counts itself in the shared number; with `fails` it does not load. */
const slowWorker = `
import { workerData } from 'node:worker_threads';
const { counter, fails } = workerData;
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
if (fails) throw new Error('no such luck');
Atomics.add(counter, 0, 1);
export default (jobs) => ({ ok: true, results: jobs });
`;

function slowPool(counter: Int32Array, fails: boolean): PoolExecutor<number, number> {
  const path = join(folder, 'slow.mjs');
  writeFileSync(path, slowWorker);
  const worker = pathToFileURL(path);
  return new PoolExecutor({ worker, workers: 3, setup: { counter, fails }, batchOf: () => 1 });
}

test('a pool that is closed at once lets its workers load first', async () => {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  await slowPool(counter, false).close();
  expect(Atomics.load(counter, 0)).toBe(3);
});

test('a pool whose workers cannot load says so, and can be closed', async () => {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const pool = slowPool(counter, true);
  await expect(pool.run([7]).next()).rejects.toThrow('no such luck');
  await pool.close();
  await expect(slowPool(counter, true).close()).resolves.toBeUndefined();
  expect(Atomics.load(counter, 0)).toBe(0);
});
