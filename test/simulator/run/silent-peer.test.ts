/** A peer that says nothing is given up after its time, by few events: what rounding leaves of a wait is not slept away for ever. */
import { expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { Agent } from '../../../src/replication/session/agent.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import type { SimulatedProcess } from '../../../src/simulator/process/incarnation.js';
import { newWorld } from '../world/worlds.js';

test.each([0, 49])('a silent peer, %i', async (n) => {
  const world = newWorld(n);
  world
    .addNode('mute', (host) => {
      host.listen('mute', () => undefined);
      return Promise.resolve();
    })
    .start();
  let lists: Promise<unknown> | undefined;
  const program = (host: SimulatedProcess): Promise<void> => {
    const options = { name: 'agent', attemptsMax: 1 };
    lists = new Agent(host, new MemoryStore(), new EngineCoder(host), host, options).list('mute');
    return Promise.resolve();
  };
  world.connect('agent', 'mute', { ...plainWire, latency: { kind: 'fixed', ms: 1 + n * 7.123457 } });
  world.addNode('agent', program).start();
  const failure = await world.settle(lists?.catch((error: unknown) => error) ?? Promise.resolve(), {
    eventCountMax: 1000,
  });
  expect(failure).toBeInstanceOf(WorldError);
  expect(world.loop.nowMs).toBeLessThan(13_000);
});
