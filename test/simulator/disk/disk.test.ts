import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { Device, plainDisk } from '../../../src/simulator/disk/device.js';
import { EventLoop } from '../../../src/simulator/time/loop.js';
import { Life } from '../../../src/simulator/time/life.js';
import { Trace } from '../../../src/simulator/trace/trace.js';
import { noStrikes } from '../../../src/simulator/trace/strikes.js';
import { diskContract } from '../../replication/store/disk-contract.js';

function newDevice(seed: number): { loop: EventLoop; device: Device } {
  const loop = new EventLoop(new Trace());
  return { loop, device: new Device(loop, 'a', new Random(seed), noStrikes, plainDisk) };
}

diskContract('the simulated disk', () => {
  const { loop, device } = newDevice(1);
  let isOpen = true;
  void (async () => {
    while (isOpen) {
      await loop.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const close = (): Promise<void> => {
    isOpen = false;
    return Promise.resolve();
  };
  return Promise.resolve({ disk: device.mount(new Life(loop, 'a')), close });
});

const path = fc.constantFrom('a', 'b', 'd/a', 'd/b');
const operation = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    path,
    offset: fc.nat(1500),
    length: fc.integer({ min: 1, max: 1500 }),
  }),
  fc.record({ kind: fc.constant('sync' as const), path }),
  fc.record({ kind: fc.constant('sync folder' as const), path: fc.constantFrom('', 'd') }),
  fc.record({ kind: fc.constant('rename' as const), path, to: path }),
  fc.record({ kind: fc.constant('unlink' as const), path }),
);
type Operation =
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly length: number }
  | { readonly kind: 'sync' | 'sync folder' | 'unlink'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string };

/** Does the operations one after the other; failures are no concern here. */
async function perform(seed: number, operations: readonly Operation[]) {
  const { loop, device } = newDevice(seed);
  const disk = device.mount(new Life(loop, 'a'));
  const done = (async () => {
    await disk.makeDirectory('d');
    await disk.syncDirectory('');
    let count = 0;
    for (const one of operations) {
      count++;
      const outcome =
        one.kind === 'write'
          ? disk.write(one.path, one.offset, new Uint8Array(one.length).fill((count % 250) + 1))
          : one.kind === 'sync'
            ? disk.sync(one.path)
            : one.kind === 'sync folder'
              ? disk.syncDirectory(one.path)
              : one.kind === 'rename'
                ? disk.rename(one.path, one.to)
                : disk.unlink(one.path);
      await outcome.catch(() => undefined);
    }
  })();
  await loop.run();
  await done;
  const contents = async (): Promise<Map<string, Uint8Array>> => {
    const reader = device.mount(new Life(loop, 'reader'));
    const found = new Map<string, Uint8Array>();
    const reading = (async () => {
      for (const name of ['a', 'b', 'd/a', 'd/b']) {
        const bytes = await reader.read(name, 0, 10_000);
        if (bytes !== undefined) found.set(name, bytes);
      }
    })();
    await loop.run();
    await reading;
    return found;
  };
  return { device, contents };
}

describe('after a power cut', () => {
  test('everything synced is there, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.array(operation, { maxLength: 30 }), async (seed, operations) => {
        const sync = ['a', 'b', 'd/a', 'd/b'].map((one) => ({ kind: 'sync' as const, path: one }));
        const folders = ['', 'd'].map((one) => ({ kind: 'sync folder' as const, path: one }));
        const { device, contents } = await perform(seed, [...operations, ...sync, ...folders]);
        const before = await contents();
        device.cutPower();
        expect(await contents()).toEqual(before);
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  test('a file is as some write left it, sector by sector, and what was synced is not lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.array(operation, { maxLength: 8 }),
        fc.array(operation, { maxLength: 8 }),
        async (seed, first, later) => {
          const writes = (list: readonly Operation[]) => list.filter(({ kind }) => kind === 'write');
          const sync = [
            { kind: 'write' as const, path: 'a', offset: 0, length: 1 },
            { kind: 'sync' as const, path: 'a' },
            { kind: 'sync folder' as const, path: '' },
          ];
          const operations = [...writes(first), ...sync, ...writes(later)];
          const { contents: durable } = await perform(seed, operations.slice(0, writes(first).length + 3));
          const synced = (await durable()).get('a') ?? new Uint8Array();
          const { device, contents } = await perform(seed, operations);
          device.cutPower();
          const after = (await contents()).get('a');
          expect(after?.length).toBeGreaterThanOrEqual(synced.length);
          const from = writes(first).length + 3;
          for (let at = 0; at < (after?.length ?? 0); at++) {
            const allowed = new Set([synced[at] ?? 0]);
            operations.forEach((one, index) => {
              if (
                index >= from &&
                one.kind === 'write' &&
                one.path === 'a' &&
                at >= one.offset &&
                at < one.offset + one.length
              )
                allowed.add(((index + 1) % 250) + 1);
            });
            if (!allowed.has(after?.[at] ?? 0)) expect(`byte ${at}: ${after?.[at]}`).toBe([...allowed]);
          }
        },
      ),
      { seed: 12, numRuns: 150 },
    );
  });

  test('a rename has happened or not, and every fate occurs', async () => {
    const fates = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const { device, contents } = await perform(seed, [
        { kind: 'write', path: 'a', offset: 0, length: 2000 },
        { kind: 'sync', path: 'a' },
        { kind: 'sync folder', path: '' },
        { kind: 'rename', path: 'a', to: 'd/a' },
        { kind: 'write', path: 'b', offset: 0, length: 2000 },
        { kind: 'sync folder', path: '' },
      ]);
      device.cutPower();
      const after = await contents();
      expect(after.has('a')).not.toBe(after.has('d/a'));
      const b = after.get('b');
      const isTorn = b !== undefined && b.some((byte) => byte !== 0) && b.some((byte) => byte === 0);
      fates.add(`${[...after.keys()].join(' ')}, b ${b?.length === 0 ? 'empty' : isTorn ? 'torn' : 'whole'}`);
    }
    expect([...fates].sort()).toEqual([
      'a b, b empty',
      'a b, b torn',
      'a b, b whole',
      'b d/a, b empty',
      'b d/a, b torn',
      'b d/a, b whole',
    ]);
  });
});
