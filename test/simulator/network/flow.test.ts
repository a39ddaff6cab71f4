/** The TCP model against closed forms, and against its own law: what is delivered is what was sent, in order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { bulkTransfer } from '../../../src/simulator/network/bulk.js';
import { defaultFlow } from '../../../src/simulator/network/flow.js';
import { LossProcess, meanLoss } from '../../../src/simulator/network/loss.js';
import type { Loss } from '../../../src/simulator/network/loss.js';
import { drawLatencyMs } from '../../../src/simulator/network/latency.js';
import type { Latency } from '../../../src/simulator/network/latency.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import { newWorld, readBytes } from '../world/worlds.js';

const unbound = { ...defaultFlow, sendBufferBytesMax: 1e9, receiveBufferBytes: 1e9 };
const independent = (probability: number): Loss => ({ kind: 'independent', probability });
const fixed = (ms: number): Latency => ({ kind: 'fixed', ms });

describe('bulk throughput', () => {
  const cases = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03].flatMap((loss) =>
    [5, 20, 80, 200].map((roundTripMs) => [loss, roundTripMs] as const),
  );
  test.each(cases)('with loss %d and %d ms comes near Mathis', async (loss, roundTripMs) => {
    const back = { ...plainWire, latency: fixed(roundTripMs / 2) };
    const forward = { ...back, loss: independent(loss) };
    for (const seed of [1, 2, 3]) {
      const bytes = Math.round((1448 * 300) / loss);
      const { bytesPerSecond } = await bulkTransfer(bytes, { forward, back }, seed, unbound);
      const mathis = ((1448 / (roundTripMs / 1000)) * 1.22) / Math.sqrt(loss);
      expect(bytesPerSecond / mathis).toBeGreaterThan(0.75);
      expect(bytesPerSecond / mathis).toBeLessThan(1.25);
    }
  });

  test.each([
    [1, 100],
    [10, 20],
    [100, 20],
    [1000, 5],
  ])('at %d Mbit/s and %d ms is bound by the link', async (megabits, roundTripMs) => {
    const bytesPerSecond = megabits * 125_000;
    const queueBytes = Math.max(64 << 10, (bytesPerSecond * roundTripMs) / 1000);
    const path = { ...plainWire, latency: fixed(roundTripMs / 2), bytesPerSecond, queueBytes };
    const transfer = await bulkTransfer(bytesPerSecond * 20, { forward: path, back: path }, 1);
    // 66 of 1514 bytes are headers: 95.6 % is the most.
    expect(transfer.bytesPerSecond / bytesPerSecond).toBeGreaterThan(0.9);
    expect(transfer.bytesPerSecond / bytesPerSecond).toBeLessThan(0.9565);
    expect(transfer.bytesOnWire).toBeLessThan(bytesPerSecond * 20 * 1.2);
  });

  test('costs few events: 40 MiB over 100 Mbit/s', async () => {
    const path = { ...plainWire, latency: fixed(10), bytesPerSecond: 12.5e6, queueBytes: 256 << 10 };
    const { eventCount } = await bulkTransfer(40 << 20, { forward: path, back: path }, 1);
    // 28,967 segments.
    expect(eventCount).toBeLessThan(2000);
  });

  test('a small message takes one way', async () => {
    const path = { ...plainWire, latency: fixed(10) };
    expect((await bulkTransfer(1000, { forward: path, back: path }, 1)).ms).toBe(10);
    // 11 segments: one more than the first window.
    expect((await bulkTransfer(15_000, { forward: path, back: path }, 1)).ms).toBe(30);
  });
});

test.each<[string, Loss]>([
  ['independent', independent(0.02)],
  ['bursts', { kind: 'gilbert-elliott', toBad: 0.01, toGood: 0.2, lossInBad: 0.5, lossInGood: 0.001 }],
])('loss, %s, comes to its mean however it is asked', (_name, loss) => {
  const process = new LossProcess(loss, new Random(3));
  const sizes = new Random(4);
  let [lost, all] = [0, 0];
  while (all < 400_000) {
    const count = sizes.between(1, 60);
    const positions = process.next(count);
    expect(positions.every((at, index) => at < count && at > (positions[index - 1] ?? -1))).toBe(true);
    lost += positions.length;
    all += count;
  }
  expect(lost / all / meanLoss(loss)).toBeGreaterThan(0.93);
  expect(lost / all / meanLoss(loss)).toBeLessThan(1.07);
});

test.each<[Latency, number]>([
  [{ kind: 'normal', ms: 20, deviationMs: 3 }, 20],
  [{ kind: 'pareto', ms: 10, shape: 2.5, msMax: 1000 }, 16.67],
])('latency %j has its mean', (latency, mean) => {
  const random = new Random(5);
  let sum = 0;
  for (let i = 0; i < 100_000; i++) sum += drawLatencyMs(latency, random);
  expect(sum / 100_000 / mean).toBeGreaterThan(0.98);
  expect(sum / 100_000 / mean).toBeLessThan(1.02);
});

describe('a stream', () => {
  const weather = fc.record({
    loss: fc.constantFrom(0, 0.01, 0.1, 0.3),
    corrupt: fc.constantFrom(0, 0.01),
    duplicate: fc.constantFrom(0, 0.1),
    reorder: fc.constantFrom(0, 0.1),
    reorderMs: fc.constantFrom(1, 50),
    bytesPerSecond: fc.constantFrom(Infinity, 1e6, 20_000),
    queueBytes: fc.constantFrom(4000, 1 << 20),
    latency: fc.constantFrom<Latency>(fixed(1), { kind: 'pareto', ms: 5, shape: 1.5, msMax: 500 }),
  });

  test('arrives whole and in order whatever the weather, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        weather,
        weather,
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 12 }),
        async (seed, there, back, sizes) => {
          const world = newWorld(seed, {
            network: {
              flow: { ...defaultFlow, receiveBufferBytes: 20_000, userTimeoutMs: 1e9 },
              dialTimeoutMs: 1e8,
            },
          });
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const sent = new Uint8Array(total);
          new Random(seed).fill(sent);
          const got: Uint8Array[] = [];
          const ends: (Uint8Array | undefined)[] = [];
          const server = world.addNode('server', (process) => {
            process.listen('server', (link) => {
              void (async () => {
                await process.sleep(500);
                got.push(await readBytes(link, total));
                ends.push(await link.receive());
              })();
            });
            return Promise.resolve();
          });
          const client = world.addNode('client', async (process) => {
            const link = await process.dial('server');
            let at = 0;
            for (const size of sizes) await link.send(sent.slice(at, (at += size)));
            link.close();
            ends.push(await link.receive());
          });
          const wireOf = ({ loss, ...rest }: typeof there) => ({ ...rest, loss: independent(loss) });
          world.connect('client', 'server', wireOf(there), wireOf(back));
          server.start();
          client.start();
          await world.run({ eventCountMax: 100_000 });
          expect([got.length, Buffer.compare(got[0] ?? new Uint8Array(), sent)]).toEqual([1, 0]);
          expect(ends).toEqual([undefined, undefined]);
          expect(world.waits()).toEqual([]);
        },
      ),
      { seed: 21, numRuns: 150 },
    );
  });

  test('that is reset at a byte delivers exactly what came before', async () => {
    const lengths: number[] = [];
    for (let seed = 0; seed < 10; seed++) {
      const world = newWorld(seed, { network: { resetChance: 1 } });
      let count = 0;
      const failures: unknown[] = [];
      world
        .addNode('server', (process) => {
          process.listen('server', (link) => {
            void (async () => {
              for (let bytes = await link.receive(); bytes !== undefined; bytes = await link.receive()) {
                expect(bytes.every((byte) => byte === count++ % 251)).toBe(true);
              }
            })().catch((error: unknown) => failures.push(error));
          });
          return Promise.resolve();
        })
        .start();
      world
        .addNode('client', async (process) => {
          const link = await process.dial('server');
          await link.send(Uint8Array.from({ length: 1 << 20 }, (_, at) => at % 251));
          await link.receive();
        })
        .start();
      await world.run();
      // The client hears of it in send() or in receive().
      failures.push(world.node('client').failure);
      expect(failures.map(String).sort()).toEqual([
        'WorldError: the connection to client was reset',
        'WorldError: the connection to server was reset',
      ]);
      expect(world.plan.struck.map(({ kind, entity }) => `${kind} ${entity}`)).toEqual([
        'reset client > server',
        'reset server > client',
      ]);
      lengths.push(count);
    }
    expect(new Set(lengths).size).toBeGreaterThan(7);
    expect(Math.min(...lengths)).toBeLessThan(100);
    expect(Math.max(...lengths)).toBeGreaterThan(10_000);
  });
});

describe('frames without TCP', () => {
  test('are dropped, repeated, overtaken and damaged, each as the plan says, and replay from its list', async () => {
    const frames = { drop: 0.1, repeat: 0.1, overtake: 0.1, damage: 0.1 };
    const run = async (struck?: Parameters<typeof newWorld>[1]) => {
      const world = newWorld(9, { network: { frames }, ...struck });
      const got: string[] = [];
      world
        .addNode('server', (process) => {
          process.listen('server', (link) => {
            void (async () => {
              for (let bytes = await link.receive(); bytes !== undefined; bytes = await link.receive())
                got.push(Buffer.from(bytes).toString('hex'));
            })();
          });
          return Promise.resolve();
        })
        .start();
      world
        .addNode('client', async (process) => {
          const link = await process.dial('server');
          for (let i = 0; i < 100; i++) {
            await link.send(Uint8Array.of(i, i));
            await process.sleep(1);
          }
          link.close();
          await link.receive();
        })
        .start();
      await world.run();
      return { got, struck: world.plan.struck };
    };
    const first = await run();
    const count = (kind: string): number => first.struck.filter((one) => one.kind === kind).length;
    const valid = first.got.filter((text) => text.slice(0, 2) === text.slice(2));
    const inOrder = first.got.every((text, index) => index === 0 || text >= (first.got[index - 1] ?? ''));
    for (const kind of ['drop', 'repeat', 'overtake', 'damage']) expect(count(kind)).toBeGreaterThan(3);
    expect(valid.length).toBeLessThan(first.got.length);
    expect(first.got.length).toBeGreaterThanOrEqual(100 - count('drop'));
    expect(inOrder).toBe(false);
    expect(await run({ struck: first.struck })).toEqual(first);
    // Without the drops everything else stays as it was.
    const fewer = first.struck.filter(({ kind }) => kind !== 'drop');
    const second = await run({ struck: fewer });
    expect(second.struck.map(({ kind, ordinal }) => `${kind} ${ordinal}`)).toEqual(
      fewer.map(({ kind, ordinal }) => `${kind} ${ordinal}`),
    );
    expect(second.got.length).toBeGreaterThan(first.got.length);
  });
});
