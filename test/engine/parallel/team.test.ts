/** The team of the calling thread and others: who does what, in which order results come, how it ends. Whole runs of the engine test the rest. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { claim, claimNext, newClaims } from '../../../src/engine/parallel/claims.js';
import { TeamExecutor, type TeamOptions } from '../../../src/engine/parallel/team.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-team-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * A thread in plain JavaScript that claims as claims.ts does, and doubles numbers. Setup: how long it takes to load, whether it fails to, counters of loaded threads and of
 * jobs done here.
 */
const worker = `
import { parentPort, workerData } from 'node:worker_threads';
const { setup: { loadMs, fails, counters }, claims } = workerData;
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, loadMs);
if (fails) throw new Error('no such luck');
Atomics.add(counters, 0, 1);
parentPort.on('message', (listed) => {
  for (const { number, job } of listed) {
    const before = Math.max(0, number - claims.length + 1);
    if (Atomics.compareExchange(claims, number % claims.length, before, number + 1) !== before) continue;
    Atomics.add(counters, 1, 1);
    const outcome = job === 13
      ? { ok: false, failure: { kind: 'data', message: 'thirteen' } }
      : { ok: true, result: 2 * job };
    parentPort.postMessage({ number, outcome });
  }
});
parentPort.postMessage(null);
`;
const path = join(folder, 'worker.mjs');
writeFileSync(path, worker);

interface Counted {
  readonly team: TeamExecutor<number, number>;
  /** Threads that have loaded, and jobs that they did. */
  readonly counters: Int32Array;
  readonly own: number[];
}

interface Choices extends Partial<TeamOptions<number, number>> {
  readonly loadMs?: number;
  readonly fails?: boolean;
}

function teamOf({ loadMs = 0, fails = false, ...options }: Choices = {}): Counted {
  const counters = new Int32Array(new SharedArrayBuffer(8));
  const own: number[] = [];
  const run = (job: number): number => {
    own.push(job);
    return 2 * job;
  };
  const team = new TeamExecutor<number, number>({
    worker: pathToFileURL(path),
    threads: 2,
    setup: { loadMs, fails, counters },
    ownLane: () => ({ run, close: () => undefined }),
    heldBytesOf: () => 0,
    ...options,
  });
  return { team, counters, own };
}

async function resultsOf(run: AsyncIterable<number>): Promise<number[]> {
  const results: number[] = [];
  for await (const result of run) results.push(result);
  return results;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 100);
}

/** Never done by the calling thread: what is left of its jobs falls to the others. */
const patient = (job: number): number => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  return 2 * job;
};

describe('claims', () => {
  test('are given once, round after round, and never to who is late', () => {
    const claims = newClaims(4);
    for (let number = 0; number < 20; number++) {
      expect(claim(claims, number)).toBe(true);
      for (let late = 0; late <= number; late++) expect(claim(claims, late)).toBe(false);
    }
  });
});

test('jobs are claimed in order, but heavy ones first, and none twice', () => {
  const MiB = 1024 * 1024;
  const heldBytes = [MiB, MiB, 5 * MiB, MiB, 9 * MiB, MiB];
  const claims = newClaims(8);
  const [one, other] = [0, 1].map(() =>
    heldBytes.map((held, number) => ({ number, job: number, heldBytes: held })),
  );
  const claimed = [one, other, one, one, other, other, one].map((list) => claimNext(claims, list ?? [])?.job);
  expect(claimed).toEqual([4, 2, 0, 1, 3, 5, undefined]);
});

describe('a team', () => {
  test('does each job once and gives results in the order of jobs, run after run', async () => {
    const { team, counters, own } = teamOf();
    for (let run = 0; run < 3; run++) {
      expect(await resultsOf(team.run(range(500)))).toEqual(range(500).map((job) => 2 * job));
    }
    expect(own.length + Atomics.load(counters, 1)).toBe(1500);
    await team.close();
  });

  test('begins without waiting for its threads, and lets them load before it ends', async () => {
    const { team, counters, own } = teamOf({ loadMs: 300 });
    expect(await resultsOf(team.run(range(10)))).toHaveLength(10);
    expect(own).toEqual(range(10));
    await team.close();
    expect([...counters]).toEqual([2, 0]);
  });

  test('has threads do what the calling thread has no time for', async () => {
    const { team, counters, own } = teamOf({ ownLane: () => ({ run: patient, close: () => undefined }) });
    const jobs = range(200);
    expect(await resultsOf(team.run(jobs))).toEqual(jobs.map((job) => 2 * job));
    expect(own).toEqual([]);
    expect(Atomics.load(counters, 1)).toBeGreaterThan(0);
    await team.close();
  });

  test('lists no more jobs than results may be held, but two for each thread', async () => {
    let listed = 0;
    let taken = 0;
    function* jobs(): Generator<number> {
      for (const job of range(100)) {
        listed++;
        yield job;
      }
    }
    const { team } = teamOf({ heldBytesOf: () => 8 * 1024 * 1024 });
    for await (const result of team.run(jobs())) {
      expect(result).toBe(2 * (100 + taken));
      expect(listed - taken).toBeLessThanOrEqual(6);
      taken++;
    }
    expect(taken).toBe(100);
    await team.close();
  });

  test('fails as its job does, and does not go on', async () => {
    const failing = (job: number): number => {
      if (job === 13) throw new Error('thirteen');
      return patient(job);
    };
    const { team, own } = teamOf({ ownLane: () => ({ run: failing, close: () => undefined }) });
    await expect(resultsOf(team.run([...range(40), 13, ...range(1000)]))).rejects.toThrow('thirteen');
    expect(own).toEqual([]);
    await team.close();
  });

  test('can be left early', async () => {
    const { team, counters, own } = teamOf();
    for await (const result of team.run(range(100_000))) if (result === 2 * 110) break;
    expect(own.length + Atomics.load(counters, 1)).toBeLessThan(100);
    expect(await resultsOf(team.run(range(5)))).toEqual(range(5).map((job) => 2 * job));
    await team.close();
  });

  test('says so where its threads cannot load, and can be closed', async () => {
    const { team } = teamOf({ fails: true, ownLane: () => ({ run: patient, close: () => undefined }) });
    await expect(resultsOf(team.run(range(100)))).rejects.toThrow('no such luck');
    await team.close();
    await expect(teamOf({ fails: true }).team.close()).resolves.toBeUndefined();
  });
});
