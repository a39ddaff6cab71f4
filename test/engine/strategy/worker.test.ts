/** A worker thread gives for each kind of job, byte for byte, what the calling thread gives. Short runs end before their threads have loaded, so they do not show it. */
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { Random } from '../../../src/base/prng.js';
import { pairEntries } from '../../../src/engine/detect/pairing.js';
import { diff } from '../../../src/engine/diff.js';
import { newClaims, type Listed } from '../../../src/engine/parallel/claims.js';
import type { Outcome, ThreadData } from '../../../src/engine/parallel/team-thread.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import type { Done, Job, LaneSetup } from '../../../src/engine/strategy/jobs.js';
import { StrategyLane } from '../../../src/engine/strategy/lane.js';
import { EngineRun } from '../../../src/engine/strategy/run.js';
import { resolveStrategy, type Settings } from '../../../src/engine/strategy/settings.js';
import type { Strategy, StrategyName } from '../../../src/engine/strategy/strategy.js';
import { concat, image } from '../../support/pairs.js';

const KiB = 1024;
const workerModule = new URL('../../../dist/engine/strategy/worker.js', import.meta.url);

afterEach(() => vi.restoreAllMocks());

function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

/** What moved far lies behind what is new, in front of what stayed; an end of the base is gone, so that some of its leaves are hashed by themselves. */
const before = noise(1, 1024 * KiB);
const base = image(concat(before, noise(2, 6000 * KiB)), 'base');
const target = image(
  concat(noise(3, 700 * KiB), before.subarray(300 * KiB), before.subarray(0, 500 * KiB), noise(4, 200 * KiB)),
  'target',
);

interface Answered {
  readonly job: Job;
  readonly result: Done['result'];
}

/** The jobs of a run on the calling thread, and their results. */
async function jobsOf(strategy: Strategy): Promise<Answered[]> {
  const ran = vi.spyOn(StrategyLane.prototype, 'run');
  const frames = diff(base, target, { strategy, workers: 1, clock: stoppedClock })[Symbol.asyncIterator]();
  while ((await frames.next()).done !== true);
  return ran.mock.calls.map(([job], i) => {
    const done = ran.mock.results[i]?.value as Done;
    return { job, result: done.result };
  });
}

/** What a thread of its own makes of the jobs, in their order. */
async function inThread(setup: LaneSetup, jobs: readonly Job[]): Promise<Outcome<Done>[]> {
  const workerData: ThreadData = { setup, claims: newClaims(1024) };
  const thread = new Worker(workerModule, { workerData });
  const outcomes: Outcome<Done>[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      thread.on('error', reject);
      thread.on('message', (message: { number: number; outcome: Outcome<Done> } | null) => {
        if (message === null)
          thread.postMessage(jobs.map((job, number): Listed<Job> => ({ number, job, heldBytes: 0 })));
        else outcomes[message.number] = message.outcome;
        if (message?.number === jobs.length - 1) resolve();
      });
    });
  } finally {
    await thread.terminate();
  }
  return outcomes;
}

function setupOf(strategy: Strategy, from: Snapshot = base): LaneSetup {
  return {
    base: from.source,
    target: target.source,
    pairs: pairEntries(from, target),
    strategy,
    kernels: 'plain',
  };
}

const kinds: readonly (readonly [StrategyName, Settings, readonly Job['type'][]])[] = [
  ['adaptive', { effort: 'thorough', subBlock: 'on' }, ['follow', 'index', 'insert', 'relocate', 'encode']],
  ['compare', {}, ['compare', 'leaves', 'encode']],
  ['fastcdc', {}, ['scan', 'encode']],
  ['rolling', {}, ['sums', 'search', 'encode']],
];

test.each(kinds)('jobs of %s', async (name, settings, types) => {
  const strategy = resolveStrategy(name, settings);
  const answered = await jobsOf(strategy);
  expect(new Set(answered.map(({ job }) => job.type))).toEqual(new Set(types));
  const outcomes = await inThread(
    setupOf(strategy),
    answered.map(({ job }) => job),
  );
  for (const [i, { result }] of answered.entries()) {
    const outcome = outcomes[i];
    if (outcome?.ok !== true) throw new Error(`job ${i} failed`);
    // Vitest's comparison takes seconds for a megabyte.
    expect(isDeepStrictEqual(outcome.result.result, result), `job ${i}`).toBe(true);
  }
});

test('a job that fails comes home as its failure, and the thread goes on', async () => {
  const strategy = resolveStrategy('compare');
  const [first] = await jobsOf(strategy);
  const job = first?.job;
  if (job?.type !== 'compare') throw new Error('a comparison begins with comparing');
  const beyond = { ...job, region: { ...job.region, address: 1e9 } };
  const [failed, done] = await inThread(setupOf(strategy), [beyond, job]);
  expect(failed?.ok).toBe(false);
  expect(done?.ok).toBe(true);
});

test('threads for new data are asked for while regions are still followed', async () => {
  const asked = vi.spyOn(EngineRun.prototype, 'prepare');
  const ran = vi.spyOn(StrategyLane.prototype, 'run');
  const all = image(noise(5, 9000 * KiB), 'new');
  const strategy = resolveStrategy('adaptive', { effort: 'fast' });
  const frames = diff(base, all, { strategy, workers: 1, clock: stoppedClock })[Symbol.asyncIterator]();
  while ((await frames.next()).done !== true);
  const estimates = asked.mock.calls.slice(1).map(([ms = 0]) => Math.round(ms));
  // 8 ms for a MiB; regions have 4, 4 and less than 1.
  expect(estimates).toEqual([32, 64, 70]);
  const lastFollowed = ran.mock.calls.findLastIndex(([{ type }]) => type === 'follow');
  expect(asked.mock.invocationCallOrder[1]).toBeLessThan(ran.mock.invocationCallOrder[lastFollowed] ?? 0);
});
