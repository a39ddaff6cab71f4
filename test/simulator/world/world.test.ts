import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import { firstDivergence, readTrace } from '../../../src/simulator/trace/format.js';
import type { World } from '../../../src/simulator/world/world.js';
import { echo, newWorld, readBytes } from './worlds.js';

const noise = (count: number): Uint8Array => {
  const bytes = new Uint8Array(count);
  new Random(count).fill(bytes);
  return bytes;
};

const lossy = { ...plainWire, loss: { kind: 'independent', probability: 0.02 } } as const;

/** 100 KiB there and back over a lossy path. */
async function echoRun(seed: number, isRecorded = false): Promise<{ world: World; got: Uint8Array }> {
  const world = newWorld(seed, { isRecorded });
  const server = world.addNode('server', echo);
  const done: Uint8Array[] = [];
  const client = world.addNode('client', async (process) => {
    const link = await process.dial('server');
    const reading = readBytes(link, 100 << 10);
    for (let at = 0; at < 100; at++) await link.send(noise(100 << 10).slice(at << 10, (at + 1) << 10));
    link.close();
    done.push(await reading);
    expect(await link.receive()).toBe(undefined);
  });
  world.connect('client', 'server', lossy);
  server.start();
  client.start();
  expect(await world.run()).toBe('idle');
  expect(client.failure).toBe(undefined);
  return { world, got: done[0] ?? new Uint8Array() };
}

describe('two nodes', () => {
  test('get every byte in order over a path that loses segments', async () => {
    const { world, got } = await echoRun(1);
    expect(got).toEqual(noise(100 << 10));
    expect(world.statistics().lostSegmentCount).toBeGreaterThan(0);
    expect(world.statistics().retransmittedBytes).toBeGreaterThan(0);
    expect(world.waits().filter(({ who }) => who === 'client')).toEqual([]);
    expect([world.trace.digest(), world.loop.eventCount, world.trace.recordCount]).toEqual([
      '172ad8e3cd598b71034bf9b561a7e723',
      90,
      502,
    ]);
  });

  test('the same seed gives the same run, another seed another one', async () => {
    const [a, b, c] = [await echoRun(5, true), await echoRun(5, true), await echoRun(6, true)];
    expect(a.world.trace.digest()).toBe(b.world.trace.digest());
    expect(a.world.trace.digest()).not.toBe(c.world.trace.digest());
    expect(a.world.statistics()).toEqual(b.world.statistics());
    const [x, y, z] = [a, b, c].map(({ world }) => readTrace(world.trace.file() ?? new Uint8Array()));
    if (x === undefined || y === undefined || z === undefined) throw new Error('no traces');
    expect(x.digest).toBe(a.world.trace.digest());
    expect(x.records.length).toBe(a.world.trace.recordCount);
    expect(firstDivergence(x, y)).toBe(undefined);
    expect(firstDivergence(x, z)?.index).toBeGreaterThan(0);
  });
});

describe('partitions', () => {
  test('stall a link, and it goes on when they heal', async () => {
    const world = newWorld(2);
    world.addNode('server', echo).start();
    let gotAtMs = 0;
    world
      .addNode('client', async (process) => {
        const link = await process.dial('server');
        await process.sleep(100);
        await link.send(noise(1000));
        expect(await readBytes(link, 1000)).toEqual(noise(1000));
        gotAtMs = process.nowMs();
        link.destroy();
      })
      .start();
    world.schedule([
      {
        atMs: 50,
        fault: { kind: 'partition', from: 'client', to: 'server', isOneWay: true, forMs: 5000 },
      },
    ]);
    await world.run();
    expect(world.node('client').failure).toBe(undefined);
    expect(gotAtMs).toBeGreaterThan(5000);
    expect(gotAtMs).toBeLessThan(13_000);
  });

  test('that last break a link, and keep dialling from an answer', async () => {
    const world = newWorld(3);
    world.addNode('server', echo).start();
    const outcomes: string[] = [];
    world
      .addNode('client', async (process) => {
        const link = await process.dial('server');
        await process.sleep(100);
        await link.send(noise(10));
        await link.receive().catch((error: unknown) => outcomes.push(String(error)));
        await process.dial('server').catch((error: unknown) => outcomes.push(String(error)));
        await process.sleep(500_000);
        await process.dial('server:other').catch((error: unknown) => outcomes.push(String(error)));
      })
      .start();
    world.schedule([
      {
        atMs: 50,
        fault: { kind: 'partition', from: 'server', to: 'client', isOneWay: false, forMs: 400_000 },
      },
    ]);
    await world.run();
    expect(outcomes).toEqual([
      'WorldError: server no longer answers',
      'WorldError: server does not answer',
      'WorldError: server:other refuses connections',
    ]);
  });
});

describe('a crash', () => {
  test.each(['process', 'power'] as const)(
    'of the %s: nothing settles, the peer hears of it',
    async (how) => {
      const world = newWorld(4);
      const seen: string[] = [];
      world
        .addNode('server', (process) => {
          seen.push(`start at ${process.nowMs()}`);
          void process.sleep(1000).then(() => seen.push(`slept at ${process.nowMs()}`));
          return echo(process);
        })
        .start();
      world
        .addNode('client', async (process) => {
          const link = await process.dial('server');
          try {
            for (;;) {
              await link.send(noise(100));
              await readBytes(link, 100);
              await process.sleep(10);
            }
          } catch (error) {
            seen.push(`${(error as Error).message} before ${process.nowMs() < 520 ? 520 : 5000}`);
          }
        })
        .start();
      world.schedule([{ atMs: 500, fault: { kind: 'crash', node: 'server', how, downMs: 1500 } }]);
      await world.run();
      expect(seen).toEqual(
        how === 'process'
          ? ['start at 0', 'server reset the connection before 520', 'start at 2000', 'slept at 3000']
          : [
              'start at 0',
              'start at 2000',
              'slept at 3000',
              'server does not know this connection before 5000',
            ],
      );
    },
  );

  test('reaches every await point by its number', async () => {
    const reached: number[] = [];
    for (let count = 1; count <= 5; count++) {
      const world = newWorld(5);
      let steps = 0;
      const node = world.addNode('a', async (process) => {
        for (let i = 0; i < 4; i++) {
          await process.sleep(1);
          steps++;
        }
      });
      node.start();
      node.crashAtWait(count, 'process');
      await world.run();
      reached.push(steps);
    }
    expect(reached).toEqual([0, 1, 2, 3, 4]);
  });
});

test('a wait that nobody can end is reported with who waits for what', async () => {
  const world = newWorld(6);
  world.addNode('server', echo).start();
  const work = new Promise<void>((resolve) => {
    world
      .addNode('client', async (process) => {
        const link = await process.dial('server');
        await link.receive();
        resolve();
      })
      .start();
  });
  await expect(world.settle(work)).rejects.toThrow(
    /^no progress: nothing is left that could wake anybody;.*client waits for bytes from server since 4 ms/,
  );
});

test('one more fault does not shift the chances of others', async () => {
  const run = async (readError: number) => {
    const world = newWorld(7);
    const { plainDisk } = await import('../../../src/simulator/disk/device.js');
    world
      .addNode(
        'a',
        async ({ disk }) => {
          for (let i = 0; i < 50; i++) {
            await disk.write('f', 0, noise(10)).catch(() => undefined);
            await disk.read('f', 0, 10).catch(() => undefined);
          }
        },
        { disk: { ...plainDisk, writeError: 0.2, readError } },
      )
      .start();
    await world.run();
    return world.plan.struck;
  };
  const [without, withReads] = [await run(0), await run(0.3)];
  const keyOf = ({ kind, ordinal }: { kind: string; ordinal: number }): string => `${kind} ${ordinal}`;
  const writes = withReads.filter(({ kind }) => kind === 'write-error');
  expect(without.length).toBeGreaterThan(3);
  expect(writes.map(keyOf)).toEqual(without.map(keyOf));
  expect(withReads.length).toBeGreaterThan(writes.length);
});
