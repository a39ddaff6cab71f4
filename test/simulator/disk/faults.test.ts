/** What a disk does wrong, each kind by itself: errors, a full disk, slowness, writes that land elsewhere, bits that change, writes that a power cut tears. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import type { Disk } from '../../../src/replication/store/disk.js';
import { Device, plainDisk } from '../../../src/simulator/disk/device.js';
import type { DiskOptions } from '../../../src/simulator/disk/device.js';
import { FaultPlan } from '../../../src/simulator/fault/plan.js';
import { EventLoop } from '../../../src/simulator/time/loop.js';
import { Life } from '../../../src/simulator/time/life.js';
import { Trace } from '../../../src/simulator/trace/trace.js';

const bytesOf = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

function newDevice(seed: number, options: Partial<DiskOptions> = {}) {
  const loop = new EventLoop(new Trace());
  const plan = new FaultPlan(new Random(seed).fork('faults'), () => loop.nowMs);
  const device = new Device(loop, 'a', new Random(seed), plan.strikes('disk', 'a'), {
    ...plainDisk,
    ...options,
  });
  return { loop, plan, device };
}

/** Runs a process on the device to its end; gives what it gave. */
async function onDisk<T>(
  { loop, device }: ReturnType<typeof newDevice>,
  program: (disk: Disk) => Promise<T>,
): Promise<T> {
  const done = program(device.mount(new Life(loop, 'a')));
  await loop.run();
  return done;
}

const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => String(error),
  );

describe('an error', () => {
  test('of a write changes nothing, of a read gives nothing, of a sync leaves the bytes unsynced', async () => {
    const machine = newDevice(1);
    const { device } = machine;
    const failures = await onDisk(machine, async (disk) => {
      await disk.write('f', 0, bytesOf(1000, 1));
      await disk.sync('f');
      await disk.syncDirectory('');
      const seen: string[] = [];
      device.options = { ...plainDisk, writeError: 1 };
      seen.push(await failureOf(disk.write('f', 0, bytesOf(1000, 2))));
      seen.push(await failureOf(disk.write('g', 0, bytesOf(1, 2))));
      device.options = { ...plainDisk, readError: 1 };
      seen.push(await failureOf(disk.read('f', 0, 1000)));
      device.options = { ...plainDisk, syncError: 1 };
      await disk.write('f', 0, bytesOf(1000, 3));
      seen.push(await failureOf(disk.sync('f')));
      device.options = plainDisk;
      expect(await disk.list('')).toEqual([{ name: 'f', kind: 'file' }]);
      expect(await disk.read('f', 0, 2000)).toEqual(bytesOf(1000, 3));
      return seen;
    });
    expect(failures).toEqual([
      'WorldError: f cannot be written',
      'WorldError: g cannot be written',
      'WorldError: f cannot be read',
      'WorldError: f cannot be synced',
    ]);
    // Some power cut loses what the failed sync left.
    const fates = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const other = newDevice(seed);
      await onDisk(other, async (disk) => {
        await disk.write('f', 0, bytesOf(100, 1));
        await disk.sync('f');
        await disk.syncDirectory('');
        await disk.write('f', 0, bytesOf(100, 3));
        other.device.options = { ...plainDisk, syncError: 1 };
        await failureOf(disk.sync('f'));
      });
      other.device.cutPower();
      fates.add((await onDisk(other, (disk) => disk.read('f', 0, 1)))?.[0] ?? 0);
    }
    expect([...fates].sort()).toEqual([1, 3]);
  });

  test('strikes as often as its chance says', async () => {
    const machine = newDevice(2, { readError: 0.2 });
    await onDisk(machine, async (disk) => {
      await disk.write('f', 0, bytesOf(10, 1));
      for (let i = 0; i < 1000; i++) await failureOf(disk.read('f', 0, 10));
    });
    expect(machine.plan.struck.length).toBeGreaterThan(160);
    expect(machine.plan.struck.length).toBeLessThan(240);
    expect(new Set(machine.plan.struck.map(({ kind }) => kind))).toEqual(new Set(['read-error']));
  });
});

test('a full disk takes what fits, and writes over what is there; room comes from removing', async () => {
  const machine = newDevice(3, { capacityBytes: 1000 });
  await onDisk(machine, async (disk) => {
    await disk.write('f', 0, bytesOf(600, 1));
    expect(await failureOf(disk.write('g', 0, bytesOf(401, 2)))).toBe('WorldError: the disk of a is full');
    expect(await disk.size('g')).toBe(undefined);
    await disk.write('g', 0, bytesOf(400, 2));
    expect(await failureOf(disk.write('g', 400, bytesOf(1, 2)))).toBe('WorldError: the disk of a is full');
    await disk.write('f', 0, bytesOf(600, 3));
    await disk.unlink('g');
    await disk.write('f', 600, bytesOf(400, 3));
    expect(await disk.read('f', 0, 2000)).toEqual(bytesOf(1000, 3));
  });
  expect(machine.device.usedBytes).toBe(1000);
});

test('a slow disk takes its time: operations overlap, transfers queue', async () => {
  const machine = newDevice(4, { operationMs: 10, syncMs: 30, bytesPerSecond: 1000 });
  const { loop } = machine;
  const times = await onDisk(machine, async (disk) => {
    const seen: number[] = [];
    const done = (work: Promise<unknown>): Promise<unknown> => work.then(() => seen.push(loop.nowMs));
    await Promise.all([done(disk.write('f', 0, bytesOf(100, 1))), done(disk.write('g', 0, bytesOf(50, 1)))]);
    await Promise.all([done(disk.sync('f')), done(disk.sync('g'))]);
    await done(disk.sync('f'));
    await done(disk.syncDirectory(''));
    // What was written or read since the power came is in memory, and names that are durable have nothing to wait for.
    await done(disk.syncDirectory(''));
    await done(disk.read('f', 0, 100));
    machine.device.cutPower();
    await done(disk.read('f', 0, 100));
    await done(disk.read('f', 0, 100));
    return seen;
  });
  // Bytes go to the disk with the sync, and no second time.
  expect(times).toEqual([0, 0, 130, 180, 210, 240, 240, 240, 350, 350]);
});

describe('a misdirected write', () => {
  test('leaves its place as it was, and spoils whole sectors of another file', async () => {
    const victims = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const machine = newDevice(seed);
      const { device } = machine;
      const [f, g] = await onDisk(machine, async (disk) => {
        await disk.write('f', 0, bytesOf(2000, 1));
        await disk.write('g', 0, bytesOf(2000, 2));
        device.options = { ...plainDisk, misdirected: 1 };
        await disk.write('g', 1500, bytesOf(600, 3));
        return [await disk.read('f', 0, 3000), await disk.read('g', 0, 3000)];
      });
      // The file has grown, as its owner meant; what it would hold there lies elsewhere.
      expect([f?.length, g?.length]).toEqual([2000, 2100]);
      const hit = f?.includes(3) === true ? f : g;
      const at = hit?.indexOf(3) ?? -1;
      const length = Math.min(600, 2000 - at);
      expect(at % 512).toBe(0);
      expect(hit?.subarray(at, at + length).every((byte) => byte === 3)).toBe(true);
      expect(
        (f ?? []).filter((byte) => byte === 3).length + (g ?? []).filter((byte) => byte === 3).length,
      ).toBe(hit === g ? Math.min(600, 2100 - at) : length);
      if (hit === f) expect(g).toEqual(Uint8Array.of(...bytesOf(2000, 2), ...bytesOf(100, 0)));
      victims.add(`${hit === f ? 'f' : 'g'} ${at}`);
    }
    // Four sectors of f, five of g.
    expect(victims.size).toBe(9);
  });

  test('is not undone by a power cut where it landed', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const machine = newDevice(seed);
      await onDisk(machine, async (disk) => {
        await disk.write('f', 0, bytesOf(512, 1));
        await disk.sync('f');
        await disk.syncDirectory('');
        machine.device.options = { ...plainDisk, misdirected: 1 };
        await disk.write('g', 0, bytesOf(512, 3));
      });
      machine.device.cutPower();
      expect(await onDisk(machine, (disk) => disk.read('f', 0, 1000))).toEqual(bytesOf(512, 3));
    }
  });

  test('is lost where there is no other file', async () => {
    const machine = newDevice(5, { misdirected: 1 });
    expect(
      await onDisk(machine, async (disk) => {
        await disk.write('f', 10, bytesOf(10, 1));
        return disk.read('f', 0, 100);
      }),
    ).toEqual(bytesOf(20, 0));
  });
});

test('bit rot changes one bit of one file, synced or not, at a write or on demand', async () => {
  const machine = newDevice(6);
  const { device } = machine;
  expect(device.rot(new Random(1))).toBe(false);
  await onDisk(machine, async (disk) => {
    for (const name of ['f', 'g']) await disk.write(name, 0, bytesOf(100, 128));
    await disk.sync('f');
    const all = async () => [
      await disk.read('f', 0, 100),
      await disk.read('g', 0, 100),
      await disk.read('h', 0, 1),
    ];
    const changedBits = (files: readonly (Uint8Array | undefined)[]): number =>
      files
        .flatMap((file) => [...(file ?? [])])
        .reduce((sum, byte) => sum + (byte ^ 128).toString(2).replaceAll('0', '').length, 0);
    expect(changedBits(await all())).toBe(0);
    expect(device.rot(new Random(1))).toBe(true);
    expect(changedBits(await all())).toBe(1);
    device.options = { ...plainDisk, bitRot: 1 };
    await disk.write('h', 0, bytesOf(1, 128));
    expect(changedBits(await all())).toBe(2);
  });
});

test('a power cut tears between sectors, never inside one', async () => {
  const torn = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const machine = newDevice(seed);
    await onDisk(machine, async (disk) => {
      await disk.write('f', 0, bytesOf(2048, 1));
      await disk.sync('f');
      await disk.syncDirectory('');
      await disk.write('f', 256, bytesOf(1536, 2));
    });
    machine.device.cutPower();
    const after = await onDisk(machine, (disk) => disk.read('f', 0, 4096));
    const parts = [
      [0, 256],
      [256, 512],
      [512, 1024],
      [1024, 1536],
      [1536, 1792],
      [1792, 2048],
    ].map(([from, to]) => [...new Set(after?.subarray(from, to))].join(' and '));
    torn.add(parts.join(','));
  }
  // What lies before and after the write is as it was; of its four sectors each is old or new: sixteen ways.
  expect([...torn].every((parts) => /^1(,[12]){4},1$/.test(parts))).toBe(true);
  expect(torn.size).toBeGreaterThan(10);
});
