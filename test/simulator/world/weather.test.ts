/** Paths that change under a connection: slow for a while, cut one way, in drips. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import type { Fault } from '../../../src/simulator/fault/schedule.js';
import { defaultFlow } from '../../../src/simulator/network/flow.js';
import type { NetworkOptions } from '../../../src/simulator/network/network.js';
import { plainWire } from '../../../src/simulator/network/wire.js';
import { newWorld } from './worlds.js';

interface Arrival {
  readonly atMs: number;
  readonly bytes: number;
}

/** A client sends 1 KiB each millisecond, 1,000 times; when they were handed over and when they came. */
async function stream(faults: readonly { atMs: number; fault: Fault }[], network: NetworkOptions = {}) {
  const world = newWorld(1, { network });
  const sent = new Uint8Array(1000 << 10);
  new Random(1).fill(sent);
  const got = new Uint8Array(sent.length);
  const arrivals: Arrival[] = [];
  let count = 0;
  world
    .addNode('server', (process) => {
      process.listen('server', (link) => {
        void (async () => {
          for (let bytes = await link.receive(); bytes !== undefined; bytes = await link.receive()) {
            got.set(bytes, count);
            count += bytes.length;
            arrivals.push({ atMs: process.nowMs(), bytes: bytes.length });
          }
        })();
      });
      return Promise.resolve();
    })
    .start();
  let handedOverMs = 0;
  world
    .addNode('client', async (process) => {
      const link = await process.dial('server');
      for (let at = 0; at < 1000; at++) {
        await link.send(sent.slice(at << 10, (at + 1) << 10));
        await process.sleep(1);
      }
      handedOverMs = process.nowMs();
      link.close();
      await link.receive();
    })
    .start();
  world.schedule(faults);
  await world.run();
  expect(Buffer.compare(got, sent)).toBe(0);
  const bytesBetween = (fromMs: number, toMs: number): number =>
    arrivals.reduce((sum, { atMs, bytes }) => sum + (atMs >= fromMs && atMs < toMs ? bytes : 0), 0);
  return { arrivals, bytesBetween, handedOverMs, endMs: arrivals.at(-1)?.atMs ?? 0, world };
}

describe('a stream', () => {
  test('slows down while its path does, and catches up', async () => {
    const options = { bytesPerSecond: 50_000, queueBytes: 20_000 };
    const fault: Fault = { kind: 'wire', from: 'client', to: 'server', options, forMs: 400 };
    const { bytesBetween, endMs } = await stream([{ atMs: 300, fault }]);
    expect(bytesBetween(0, 300) / 1024).toBeGreaterThan(290);
    expect(bytesBetween(310, 700)).toBeLessThan(0.4 * 50_000);
    expect(bytesBetween(310, 700)).toBeGreaterThan(0.3 * 50_000);
    expect(endMs).toBeGreaterThan(1000);
    expect(endMs).toBeLessThan(2000);
  });

  test('stalls while its direction is cut, and arrives whole when it is mended', async () => {
    const fault: Fault = { kind: 'partition', from: 'client', to: 'server', isOneWay: true, forMs: 400 };
    const { bytesBetween, endMs } = await stream([{ atMs: 300, fault }]);
    expect(bytesBetween(302, 700)).toBe(0);
    expect(endMs).toBeLessThan(2500);
  });

  test('of which the answers are cut off arrives, until the window is used up', async () => {
    const fault: Fault = { kind: 'partition', from: 'server', to: 'client', isOneWay: true, forMs: 400 };
    const { bytesBetween, endMs, handedOverMs, world } = await stream([{ atMs: 300, fault }]);
    // Ten or more segments, and what is sent again in vain; then silence.
    expect(bytesBetween(302, 700)).toBeGreaterThan(10_000);
    expect(bytesBetween(302, 700)).toBeLessThan(300_000);
    expect(world.statistics().retransmittedBytes).toBeGreaterThan(0);
    expect(handedOverMs).toBeGreaterThan(1004);
    expect(endMs).toBeLessThan(2500);
  });

  test('drips: a reader gets seven bytes at a time, and all of them', async () => {
    const { arrivals } = await stream([], { flow: { ...defaultFlow, deliveryBytesMax: 7 } });
    expect(arrivals.reduce((most, { bytes }) => Math.max(most, bytes), 0)).toBe(7);
    expect(arrivals.length).toBeGreaterThanOrEqual(Math.ceil((1000 << 10) / 7));
  });

  test('is delayed by a path that became longer, and by one that reorders', async () => {
    const far: Fault = {
      kind: 'wire',
      from: 'client',
      to: 'server',
      options: { latency: { kind: 'fixed', ms: 100 } },
      forMs: 1e6,
    };
    const { bytesBetween, world } = await stream([{ atMs: 300, fault: far }]);
    expect(bytesBetween(302, 400)).toBe(0);
    expect(world.network.wire('client', 'server').options).toEqual(plainWire);
    const late: Fault = { ...far, options: { reorder: 0.5, reorderMs: 30 } };
    const reordered = await stream([{ atMs: 300, fault: late }]);
    expect(reordered.bytesBetween(301, 332)).toBeLessThan(20 << 10);
    expect(reordered.world.statistics().retransmittedBytes).toBeGreaterThan(0);
  });
});
