/**
 * What a schedule and a list of struck opportunities say is what happens: a recorded list replays what chance did, faults that struck nothing can
 * be left out, and faults at one place leave the draws at every other as they were.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainDisk } from '../../../src/simulator/disk/device.js';
import type { DiskOptions } from '../../../src/simulator/disk/device.js';
import type { StruckFault } from '../../../src/simulator/fault/plan.js';
import type { ScheduledFault } from '../../../src/simulator/fault/schedule.js';
import type { NetworkOptions } from '../../../src/simulator/network/network.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import type { SimulatedProcess } from '../../../src/simulator/process/incarnation.js';
import { readTrace } from '../../../src/simulator/trace/format.js';
import type { World } from '../../../src/simulator/world/world.js';
import { echo, newWorld, readBytes } from './worlds.js';

const disk: DiskOptions = {
  ...plainDisk,
  readError: 0.02,
  writeError: 0.02,
  syncError: 0.02,
  misdirected: 0.05,
  bitRot: 0.05,
};
const path = { ...plainWire, loss: { kind: 'independent', probability: 0.02 }, duplicate: 0.02 } as const;

/** Keeps what it sent on its disk, and looks at it; whatever fails is tried again. */
function client(server: string) {
  return async (process: SimulatedProcess): Promise<void> => {
    for (let i = 0; i < 40; i++) {
      try {
        const link = await process.dial(server);
        for (let sent = 0; sent < 3; sent++) {
          const bytes = new Uint8Array(3000);
          process.random.fill(bytes);
          await link.send(bytes);
          await process.disk.write(`f${sent}`, i * 100, await readBytes(link, 3000));
          await process.disk.sync(`f${sent}`);
          await process.work('hash', (await process.disk.read('f0', 0, 100_000))?.length ?? 0);
          await process.sleep(process.wallMs() % 7);
        }
        await process.disk.syncDirectory('');
        link.close();
      } catch {
        await process.sleep(5);
      }
    }
  };
}

interface Setting {
  readonly seed: number;
  readonly faults: readonly ScheduledFault[];
  readonly network?: NetworkOptions;
  readonly struck?: readonly StruckFault[];
}

/** Two pairs that know nothing of each other. */
async function run({ seed, faults, network, struck }: Setting): Promise<World> {
  const world = newWorld(seed, {
    isRecorded: true,
    ...(network === undefined ? {} : { network }),
    ...(struck === undefined ? {} : { struck }),
  });
  for (const [a, b] of [
    ['a', 'b'],
    ['c', 'd'],
  ] as const) {
    world.addNode(a, client(b), { disk }).start();
    world.addNode(b, echo, { disk }).start();
    world.connect(a, b, path);
  }
  world.schedule(faults);
  await world.run({ untilMs: 800, eventCountMax: 20_000 });
  world.endFaults();
  await world.run({ untilMs: 1000, eventCountMax: 5000 });
  return world;
}

const time = fc.nat(800);
const kinds = (nodes: readonly [string, string]) => {
  const node = fc.constantFrom(...nodes);
  const how = fc.constantFrom('process' as const, 'power' as const);
  const [from, to] = nodes;
  const direction = fc.constantFrom({ from, to }, { from: to, to: from });
  const forMs = fc.nat(200);
  return fc.oneof(
    fc.record({ kind: fc.constant('crash' as const), node, how, downMs: forMs }),
    fc.record({
      kind: fc.constant('crash-at-wait' as const),
      node,
      how,
      waitCount: fc.integer({ min: 1, max: 300 }),
      downMs: forMs,
    }),
    fc.record({ kind: fc.constant('pause' as const), node, forMs }),
    fc.record({ kind: fc.constant('cpu' as const), node, slowness: fc.constant(5), forMs }),
    fc.record({ kind: fc.constant('clock-jump' as const), node, byMs: fc.integer({ min: -999, max: 999 }) }),
    fc.record({ kind: fc.constant('clock-drift' as const), node, ppm: fc.constant(900) }),
    fc.record({ kind: fc.constant('bit-rot' as const), node }),
    fc.record({
      kind: fc.constant('disk' as const),
      node,
      options: fc.constantFrom<Partial<DiskOptions>>(
        { operationMs: 3 },
        { readError: 0.5 },
        { capacityBytes: 0 },
      ),
      forMs,
    }),
    fc
      .record({ kind: fc.constant('partition' as const), direction, isOneWay: fc.boolean(), forMs })
      .map(({ direction: one, ...rest }) => ({ ...one, ...rest })),
    fc
      .record({
        kind: fc.constant('wire' as const),
        direction,
        options: fc.constantFrom(
          { loss: { kind: 'independent' as const, probability: 0.3 } },
          { corrupt: 0.1, reorder: 0.2, reorderMs: 20 },
          { bytesPerSecond: 50_000 },
        ),
        forMs,
      })
      .map(({ direction: one, ...rest }) => ({ ...one, ...rest })),
    fc
      .record({ kind: fc.constant('reset' as const), direction })
      .map(({ kind, direction: one }) => ({ kind, ...one })),
  );
};
const scheduled = (nodes: readonly [string, string]) =>
  fc.array(fc.record({ atMs: time, fault: kinds(nodes) }), { maxLength: 12 });
const network = fc.constantFrom<NetworkOptions>(
  { resetChance: 0.1 },
  { resetChance: 0.1, frames: { drop: 0.01, repeat: 0.01, overtake: 0.01, damage: 0.01 } },
);

test('what struck by chance replays from its list', async () => {
  let struckCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), scheduled(['a', 'b']), network, async (seed, faults, options) => {
      const first = await run({ seed, faults, network: options });
      struckCount += first.plan.struck.length;
      const again = await run({ seed, faults, network: options, struck: first.plan.struck });
      expect(again.plan.struck).toEqual(first.plan.struck);
      expect(again.trace.digest()).toBe(first.trace.digest());
    }),
    { seed: 31, numRuns: 30 },
  );
  expect(struckCount).toBeGreaterThan(300);
});

test('a schedule without the faults that struck nothing gives the same run', async () => {
  let idleCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), scheduled(['a', 'b']), network, async (seed, faults, options) => {
      const first = await run({ seed, faults, network: options });
      const struck = faults.filter((fault) => first.struck.includes(fault));
      idleCount += faults.length - struck.length;
      const fewer = await run({ seed, faults: struck, network: options });
      expect(fewer.trace.digest()).toBe(first.trace.digest());
      // One that comes when all is at rest strikes nothing, and the clock shows its time.
      const { simulatedMs, ...statistics } = first.statistics();
      expect(fewer.statistics()).toMatchObject(statistics);
      expect(fewer.statistics().simulatedMs).toBeLessThanOrEqual(simulatedMs);
    }),
    { seed: 32, numRuns: 60 },
  );
  expect(idleCount).toBeGreaterThan(20);
});

test('faults at two nodes shift nothing at two others', async () => {
  let recordCount = 0;
  const recordsOf = (world: World) =>
    readTrace(world.trace.file() ?? new Uint8Array()).records.filter(({ entity }) =>
      /^(disk of )?[ab]\b/.test(entity),
    );
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      scheduled(['a', 'b']),
      scheduled(['c', 'd']),
      network,
      async (seed, ours, others, options) => {
        const both = await run({ seed, faults: [...ours, ...others], network: options });
        const alone = await run({ seed, faults: ours, network: options });
        expect(recordsOf(both)).toEqual(recordsOf(alone));
        recordCount += recordsOf(both).length;
      },
    ),
    { seed: 33, numRuns: 30 },
  );
  expect(recordCount).toBeGreaterThan(10_000);
});

test('a path that was changed while nothing passed goes on as if it had not been', async () => {
  const faults: ScheduledFault[] = [
    {
      atMs: 100,
      fault: {
        kind: 'wire',
        from: 'a',
        to: 'b',
        options: { loss: { kind: 'independent', probability: 0.5 }, corrupt: 0.5 },
        forMs: 50,
      },
    },
  ];
  const records = async (schedule: readonly ScheduledFault[]) => {
    const world = newWorld(1, { isRecorded: true });
    world.addNode('b', echo).start();
    world
      .addNode('a', async (process) => {
        const link = await process.dial('b');
        for (const pauseMs of [200, 0]) {
          await link.send(new Uint8Array(60_000));
          await readBytes(link, 60_000);
          await process.sleep(pauseMs);
        }
      })
      .start();
    world.connect('a', 'b', { ...path, duplicate: 0 });
    world.schedule(schedule);
    // The echo is over before 100 ms, as the test asks for.
    await world.run();
    return readTrace(world.trace.file() ?? new Uint8Array()).records.filter(
      ({ entity, kind }) => entity !== 'world' && !kind.startsWith('fault:'),
    );
  };
  expect(await records(faults)).toEqual(await records([]));
});
