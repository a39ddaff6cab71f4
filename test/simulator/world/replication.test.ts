/** The replication code that ships, in the simulated world: a server and an agent on simulated disks, with crashes, power cuts and loss. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { WorkspacePool } from '../../../src/kernels/workspace-pool.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { AuditLog } from '../../../src/replication/audit/log.js';
import { readRecordedVersions } from '../../../src/replication/audit/recorded.js';
import { openRepository } from '../../../src/replication/repository/open.js';
import type { Repository } from '../../../src/replication/repository/repository.js';
import { Agent } from '../../../src/replication/session/agent.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { restoreVersion } from '../../../src/replication/coding/restore.js';
import { Server } from '../../../src/replication/session/server.js';
import { DirectoryStore } from '../../../src/replication/store/directory-store.js';
import { HybridClock } from '../../../src/replication/versions/hybrid-clock.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import type { ScheduledFault } from '../../../src/simulator/fault/schedule.js';
import type { SimulatedProcess } from '../../../src/simulator/process/incarnation.js';
import type { CrashKind } from '../../../src/simulator/process/node.js';
import type { World } from '../../../src/simulator/world/world.js';
import { newWorld } from './worlds.js';

// Once for all worlds of this thread: a process of the simulator starts in no time.
const kernels = createWasmKernels();
const workspaces = new WorkspacePool();

const create = {
  fingerprint: 'blake3',
  chunker: { name: 'fixed', blockBytes: 4096 },
  codec: 'stored',
  level: 1,
} as const;

function serverProgram(opened: (repository: Repository) => void) {
  return async (process: SimulatedProcess): Promise<void> => {
    const store = await DirectoryStore.open(process.disk);
    const repository = await openRepository(store, { create, kernels, runtime: process });
    const clock = new HybridClock(process);
    const audit = await AuditLog.open(store, clock);
    const coder = new EngineCoder(process, kernels, workspaces);
    const server = new Server(repository, coder, process, audit, { name: 'server', clock });
    await server.start(await readRecordedVersions(store));
    opened(repository);
    process.listen('server', (link) => void server.accept(link));
  };
}

/** Snapshots of one volume, a few bytes of each changed in the next. */
function snapshots(seed: number, count: number, bytes: number): Uint8Array[] {
  const random = new Random(seed);
  const first = new Uint8Array(bytes);
  random.fill(first);
  const all = [first];
  for (let i = 1; i < count; i++) {
    const next = (all[i - 1] ?? first).slice();
    random.fill(next.subarray(i * 5000, i * 5000 + 100));
    all.push(next);
  }
  return all;
}

interface Run {
  readonly world: World;
  readonly images: readonly Uint8Array[];
  readonly acknowledged: number[];
  repository: Repository | undefined;
}

/** One agent pushes three images to one server; started again it goes on with what was not acknowledged. */
async function pushRun(seed: number, faults: readonly ScheduledFault[], loss: number): Promise<Run> {
  const world = newWorld(seed);
  const run: Run = { world, images: snapshots(seed, 3, 65_536), acknowledged: [], repository: undefined };
  const server = world.addNode(
    'server',
    serverProgram((repository) => (run.repository = repository)),
  );
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const agent = world.addNode('agent', async (process) => {
    const store = await DirectoryStore.open(process.disk);
    const coder = new EngineCoder(process, kernels, workspaces);
    const own = new Agent(process, store, coder, process, { name: 'agent', attemptsMax: Infinity });
    for (const bytes of run.images.slice(run.acknowledged.length)) {
      const { version } = await own.push('server', 'disk', memorySnapshot('image', [{ path: '', bytes }]));
      run.acknowledged.push(version.dot.counter);
    }
    finish();
  });
  world.connect('agent', 'server', { ...plainWire, loss: { kind: 'independent', probability: loss } });
  world.schedule(faults);
  server.start();
  agent.start();
  await world.settle(finished, { untilMs: 600_000 });
  expect([server.failure, agent.failure]).toEqual([undefined, undefined]);
  return run;
}

/** Restores every acknowledged version from the server's repository, inside the world. */
async function restored(run: Run): Promise<boolean[]> {
  // A crash that was still to come would take the repository away; the one that is asked is that of the last start.
  run.world.endFaults();
  await run.world.run();
  const { repository } = run;
  if (repository === undefined) throw new Error('the server was never open');
  const results: boolean[] = [];
  for (const [i, counter] of run.acknowledged.entries()) {
    const stored = repository.version('disk', { writer: 'agent', counter });
    if (stored === undefined) throw new Error(`version ${counter} is gone`);
    const target = memoryTarget();
    await run.world.settle(restoreVersion(repository, stored, target), { untilMs: 1_200_000 });
    const bytes = new Uint8Array(65_536);
    target.snapshot().openReader().read(0, bytes);
    results.push(Buffer.compare(bytes, run.images[i] ?? new Uint8Array()) === 0);
  }
  return results;
}

describe('replication in the simulated world', () => {
  test('three pushes, restored byte for byte; the same seed gives the same run', async () => {
    const run = await pushRun(1, [], 0);
    expect(await restored(run)).toEqual([true, true, true]);
    const again = await pushRun(1, [], 0);
    await restored(again);
    expect(again.world.trace.digest()).toBe(run.world.trace.digest());
  });

  test.each([...Array(20).keys()])('loss, crashes and power cuts, seed %i', async (seed) => {
    const random = new Random(seed).fork('schedule');
    const faults: ScheduledFault[] = Array.from({ length: 4 }, () => ({
      atMs: random.below(400),
      fault: {
        kind: 'crash' as const,
        node: random.pick(['server', 'agent']),
        how: random.pick<CrashKind>(['process', 'power']),
        downMs: 1 + random.below(50),
      },
    }));
    const run = await pushRun(seed, faults, 0.01);
    expect(await restored(run)).toEqual([true, true, true]);
  });
});
