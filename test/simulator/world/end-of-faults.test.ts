/** The liveness phase: everything that was done to the world is undone, everybody runs, and nothing strikes any more. */
import { expect, test } from 'vitest';
import { plainDisk } from '../../../src/simulator/disk/device.js';
import type { ScheduledFault } from '../../../src/simulator/fault/schedule.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import { epochMs } from '../../../src/simulator/process/wall-clock.js';
import { echo, newWorld, readBytes } from './worlds.js';

const idle = (): Promise<void> => Promise.resolve();

test('what lasts is undone, who is down is started, clocks are right, disks have room', async () => {
  const world = newWorld(1);
  const disk = { ...plainDisk, operationMs: 3, capacityBytes: 10, readError: 0.5, bitRot: 0.1 };
  const clock = { skewMs: 5000, driftPpm: 200 };
  const ticks: string[] = [];
  for (const name of ['a', 'b', 'c'])
    world
      .addNode(
        name,
        async (process) => {
          for (let i = 0; i < 20; i++) {
            ticks.push(`${name} ${process.nowMs()}`);
            await process.sleep(100);
          }
        },
        { disk, clock },
      )
      .start();
  world.addNode('never started', idle);
  const path = { ...plainWire, corrupt: 0.01 };
  world.connect('a', 'b', path);
  const forMs = 1e6;
  const at = (atMs: number, fault: ScheduledFault['fault']): ScheduledFault => ({ atMs, fault });
  world.schedule([
    at(10, { kind: 'partition', from: 'a', to: 'b', isOneWay: false, forMs }),
    at(20, { kind: 'partition', from: 'a', to: 'b', isOneWay: true, forMs }),
    at(30, { kind: 'wire', from: 'a', to: 'b', options: { duplicate: 0.5 }, forMs }),
    at(40, { kind: 'disk', node: 'a', options: { operationMs: 100 }, forMs }),
    at(50, { kind: 'cpu', node: 'a', slowness: 9, forMs }),
    at(60, { kind: 'clock-jump', node: 'a', byMs: -1e9 }),
    at(70, { kind: 'clock-drift', node: 'a', ppm: 100_000 }),
    at(110, { kind: 'pause', node: 'a', forMs }),
    at(120, { kind: 'pause', node: 'a', forMs }),
    at(130, { kind: 'crash', node: 'b', how: 'power', downMs: 1e6 }),
    at(140, { kind: 'crash-at-wait', node: 'c', how: 'process', waitCount: 10, downMs: 1e6 }),
    at(300, { kind: 'crash', node: 'c', how: 'power', downMs: 1 }),
  ]);
  world.loop.quietlyAt(250e6, () => world.endFaults());
  await world.run();
  expect(world.struck.length).toBe(10);
  for (const name of ['a', 'b', 'c']) {
    const { machine, startCount, isRunning } = world.node(name);
    expect(machine.device.options).toEqual({ ...plainDisk, operationMs: 3 });
    expect(machine.core.slowness).toBe(1);
    expect(machine.clock.read(world.loop.nowMs)).toBe(Math.floor(epochMs + world.loop.nowMs));
    expect([name, isRunning, startCount]).toEqual([name, true, name === 'b' ? 2 : 1]);
  }
  expect(world.node('never started').startCount).toBe(0);
  expect([world.network.wire('a', 'b').isCut, world.network.wire('b', 'a').isCut]).toEqual([false, false]);
  expect(world.network.wire('a', 'b').options).toEqual(path);
  const first = (name: string): (string | undefined)[] =>
    ticks.filter((text) => text.startsWith(name)).slice(1, 4);
  // a stood still from 110 ms on, b was down from 130 ms on.
  expect(first('a')).toEqual(['a 100', 'a 250', 'a 350']);
  expect(first('b')).toEqual(['b 100', 'b 250', 'b 350']);
  expect(first('c')).toEqual(['c 100', 'c 200', 'c 300']);
});

test('a reset that waits for its byte no longer comes, and no opportunity goes wrong', async () => {
  for (const frames of [undefined, { drop: 0, repeat: 0, overtake: 0, damage: 0 }]) {
    const broken: boolean[] = [];
    for (const areOver of [false, true]) {
      const world = newWorld(1, {
        network: { resetChance: 1, ...(frames === undefined ? {} : { frames }) },
      });
      world.addNode('server', echo).start();
      const client = world.addNode('client', async (process) => {
        const link = await process.dial('server');
        if (areOver) world.endFaults();
        for (let i = 0; i < 1100; i++) {
          await link.send(new Uint8Array(1024));
          await readBytes(link, 1024);
        }
        link.destroy();
        (await process.dial('server')).destroy();
      });
      client.start();
      await world.run();
      broken.push(client.failure !== undefined);
      expect(world.plan.struck.length).toBe(2);
    }
    expect(broken).toEqual([true, false]);
  }
});
