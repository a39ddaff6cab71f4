/** Faults that overlap, also those of one kind at one place: each lasts as long as it was told, and leaves nothing when it is over. */
import { describe, expect, test } from 'vitest';
import { plainDisk } from '../../../src/simulator/disk/device.js';
import { Overlaid } from '../../../src/simulator/fault/overlaid.js';
import type { Fault } from '../../../src/simulator/fault/schedule.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import type { World } from '../../../src/simulator/world/world.js';
import { newWorld } from './worlds.js';

/** What `look` sees at times, in milliseconds. */
function watch<T>(world: World, timesMs: readonly number[], look: () => T): Map<number, T> {
  const seen = new Map<number, T>();
  for (const ms of timesMs) world.loop.quietlyAt(ms * 1e6, () => seen.set(ms, look()));
  return seen;
}

const at = (atMs: number, fault: Fault) => ({ atMs, fault });
const idle = (): Promise<void> => Promise.resolve();

test('what holds is the own value with the overlays that are on, the later ones on top', () => {
  const seen: unknown[] = [];
  const overlaid = new Overlaid({ a: 0, b: 0 }, (value) => seen.push(value));
  const first = overlaid.lay({ a: 1 });
  const second = overlaid.lay({ a: 2, b: 2 });
  overlaid.own = { a: 9, b: 9 };
  first();
  const third = overlaid.lay({ a: 3 });
  second();
  third();
  expect(seen).toEqual([
    { a: 1, b: 0 },
    { a: 2, b: 2 },
    { a: 2, b: 2 },
    { a: 2, b: 2 },
    { a: 3, b: 2 },
    { a: 3, b: 9 },
    { a: 9, b: 9 },
  ]);
});

test('a direction is cut while any partition of it lasts', async () => {
  const world = newWorld(1);
  const seen = watch(world, [5, 15, 25, 35, 45], () =>
    [world.network.wire('a', 'b'), world.network.wire('b', 'a')].map(({ isCut }) => isCut),
  );
  world.schedule([
    at(10, { kind: 'partition', from: 'a', to: 'b', isOneWay: true, forMs: 30 }),
    at(20, { kind: 'partition', from: 'b', to: 'a', isOneWay: false, forMs: 10 }),
  ]);
  await world.run();
  expect([...seen.values()]).toEqual([
    [false, false],
    [true, false],
    [true, true],
    [true, false],
    [false, false],
  ]);
});

test('a wire is without power while either end is', async () => {
  const world = newWorld(1);
  for (const name of ['a', 'b']) world.addNode(name, idle).start();
  const seen = watch(world, [5, 15, 25, 35], () => world.network.wire('a', 'b').isCut);
  world.schedule([
    at(10, { kind: 'crash', node: 'a', how: 'power', downMs: 10 }),
    at(10, { kind: 'crash', node: 'b', how: 'power', downMs: 20 }),
  ]);
  await world.run();
  expect([...seen.values()]).toEqual([false, true, true, false]);
});

describe('a pause', () => {
  const ticks = async (faults: readonly ReturnType<typeof at>[]): Promise<number[]> => {
    const world = newWorld(2);
    const seen: number[] = [];
    world
      .addNode('a', async (process) => {
        while (process.nowMs() < 60) {
          await process.sleep(10);
          seen.push(process.nowMs());
        }
      })
      .start();
    world.schedule(faults);
    await world.run();
    return seen;
  };

  test('ends when all that overlap are over', async () => {
    expect(
      await ticks([
        at(15, { kind: 'pause', node: 'a', forMs: 20 }),
        at(25, { kind: 'pause', node: 'a', forMs: 20 }),
      ]),
    ).toEqual([10, 45, 55, 65]);
  });

  test('ends with the process, and the next one is not resumed by it', async () => {
    expect(
      await ticks([
        at(12, { kind: 'pause', node: 'a', forMs: 21 }),
        at(14, { kind: 'crash', node: 'a', how: 'process', downMs: 1 }),
        at(27, { kind: 'pause', node: 'a', forMs: 11 }),
      ]),
    ).toEqual([10, 25, 38, 48, 58, 68]);
  });

  test('keeps a listening process from taking links until it is over', async () => {
    const world = newWorld(2);
    let acceptedAtMs = 0;
    let dialledAtMs = 0;
    world
      .addNode('server', (process) => {
        process.listen('server', () => (acceptedAtMs = process.nowMs()));
        return idle();
      })
      .start();
    world
      .addNode('client', async (process) => {
        await process.sleep(10);
        await process.dial('server');
        dialledAtMs = process.nowMs();
      })
      .start();
    world.schedule([at(5, { kind: 'pause', node: 'server', forMs: 100 })]);
    await world.run();
    expect([dialledAtMs, acceptedAtMs]).toEqual([14, 105]);
  });
});

test('a core is slower by the product of what slows it', async () => {
  const world = newWorld(3);
  const node = world.addNode('a', idle);
  node.start();
  const seen = watch(world, [5, 15, 25, 35], () => node.machine.core.slowness);
  world.schedule([
    at(10, { kind: 'cpu', node: 'a', slowness: 10, forMs: 20 }),
    at(20, { kind: 'cpu', node: 'a', slowness: 3, forMs: 20 }),
  ]);
  await world.run();
  expect([...seen.values()]).toEqual([1, 10, 30, 3]);
});

test('work on a slow core takes its time', async () => {
  const times: number[] = [];
  for (const slowness of [1, 4]) {
    const world = newWorld(3);
    world
      .addNode('a', async (process) => {
        await process.sleep(1);
        await process.work('hash', 1_000_000);
        times.push(process.nowMs() - 1);
      })
      .start();
    world.schedule([at(0.5, { kind: 'cpu', node: 'a', slowness, forMs: 100 })]);
    await world.run();
  }
  expect((times[1] ?? 0) / (times[0] ?? 0)).toBeCloseTo(4, 3);
});

test('a disk has its own properties under those of every fault that lasts', async () => {
  const world = newWorld(4);
  const own = { ...plainDisk, operationMs: 1 };
  const { device } = world.addNode('a', idle, { disk: own }).machine;
  const seen = watch(world, [5, 15, 25, 35, 45], () => device.options);
  world.schedule([
    at(10, { kind: 'disk', node: 'a', options: { operationMs: 50, readError: 1 }, forMs: 20 }),
    at(20, { kind: 'disk', node: 'a', options: { operationMs: 70 }, forMs: 20 }),
  ]);
  await world.run();
  expect([...seen.values()]).toEqual([
    own,
    { ...own, operationMs: 50, readError: 1 },
    { ...own, operationMs: 70, readError: 1 },
    { ...own, operationMs: 70 },
    own,
  ]);
});

test('a disk is slow for a process that had it before', async () => {
  const world = newWorld(4);
  const times: number[] = [];
  world
    .addNode('a', async (process) => {
      for (let i = 0; i < 3; i++) {
        await process.disk.size('f');
        times.push(process.nowMs());
        await process.sleep(20 * (i + 1) - process.nowMs());
      }
    })
    .start();
  world.schedule([at(10, { kind: 'disk', node: 'a', options: { cacheMs: 5 }, forMs: 20 })]);
  await world.run();
  expect(times).toEqual([0, 25, 40]);
});

test('a path has its own weather under that of every fault that lasts, also when it is described anew meanwhile', async () => {
  const world = newWorld(5);
  const slow = { ...plainWire, bytesPerSecond: 1000 };
  world.connect('a', 'b', plainWire);
  world.loop.quietlyAt(22e6, () => world.connect('a', 'b', slow));
  const seen = watch(world, [5, 15, 25, 35, 45], () => world.network.wire('a', 'b').options);
  world.schedule([
    at(10, { kind: 'wire', from: 'a', to: 'b', options: { duplicate: 0.1 }, forMs: 20 }),
    at(20, { kind: 'wire', from: 'a', to: 'b', options: { corrupt: 0.2 }, forMs: 20 }),
  ]);
  await world.run();
  expect([...seen.values()]).toEqual([
    plainWire,
    { ...plainWire, duplicate: 0.1 },
    { ...slow, duplicate: 0.1, corrupt: 0.2 },
    { ...slow, corrupt: 0.2 },
    slow,
  ]);
});

describe('a crash', () => {
  const starts = (faults: readonly ReturnType<typeof at>[]) => {
    const world = newWorld(6);
    const seen: number[] = [];
    const node = world.addNode('a', async (process) => {
      seen.push(process.nowMs());
      for (let i = 0; i < 20; i++) await process.sleep(1);
    });
    node.start();
    world.schedule(faults);
    return { world, node, seen };
  };

  test('of what is down already is none', async () => {
    const { world, seen } = starts([
      at(10, { kind: 'crash', node: 'a', how: 'process', downMs: 20 }),
      at(15, { kind: 'crash', node: 'a', how: 'power', downMs: 100 }),
    ]);
    await world.run();
    expect(seen).toEqual([0, 30]);
    expect(world.struck.map(({ atMs }) => atMs)).toEqual([10]);
  });

  test('keeps its node down for its time, whatever an earlier one had meant to start', async () => {
    const { world, node, seen } = starts([
      at(10, { kind: 'crash', node: 'a', how: 'process', downMs: 20 }),
      at(15, { kind: 'crash', node: 'a', how: 'process', downMs: 50 }),
    ]);
    // Somebody else starts it.
    world.loop.quietlyAt(12e6, () => node.start());
    await world.run();
    expect(seen).toEqual([0, 12, 65]);
  });

  test('at a wait strikes the life that runs, the earlier of two', async () => {
    const crashAtWait = (waitCount: number): Fault => ({
      kind: 'crash-at-wait',
      node: 'a',
      how: 'process',
      waitCount,
      downMs: 10,
    });
    const { world, seen } = starts([
      at(2.5, crashAtWait(5)),
      at(3.5, crashAtWait(1)),
      at(14.5, crashAtWait(100)),
    ]);
    await world.run();
    // The fourth wait of the first life is over at 4 ms; 100 waits has no life.
    expect(seen).toEqual([0, 14]);
    expect(world.struck.map(({ atMs }) => atMs)).toEqual([3.5]);
  });
});
