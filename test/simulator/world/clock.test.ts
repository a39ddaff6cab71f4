/** What a machine believes the time to be: skew, drift, jumps, and being put right. */
import { expect, test } from 'vitest';
import type { ScheduledFault } from '../../../src/simulator/fault/schedule.js';
import { WallClock, epochMs } from '../../../src/simulator/process/wall-clock.js';
import { newWorld } from './worlds.js';

test('a clock is ahead by its skew, and gains its drift', () => {
  const clock = new WallClock({ skewMs: -250, driftPpm: 100 });
  expect([0, 10_000, 1e6].map((ms) => clock.read(ms) - epochMs - ms)).toEqual([-250, -249, -150]);
});

test('jumps and drifts add up and leave what was gained before; put right, it is exact', () => {
  const clock = new WallClock({ skewMs: 0, driftPpm: 1000 });
  clock.jump(1000, 50);
  expect(clock.read(2000) - epochMs).toBe(2052);
  clock.drift(2000, -1000);
  expect(clock.read(4000) - epochMs).toBe(4050);
  clock.jump(4000, -4050);
  expect(clock.read(4000)).toBe(epochMs);
  clock.correct(5000);
  expect(clock.read(6000)).toBe(epochMs + 6000);
});

test('a process sees its wall clock jump and drift; durations stay true', async () => {
  const world = newWorld(1);
  const seen: number[][] = [];
  world
    .addNode('a', async (process) => {
      for (let i = 0; i < 4; i++) {
        seen.push([process.nowMs(), process.wallMs() - epochMs]);
        await process.sleep(1000);
      }
    })
    .start();
  const faults: ScheduledFault[] = [
    { atMs: 500, fault: { kind: 'clock-jump', node: 'a', byMs: -3_600_000 } },
    { atMs: 1500, fault: { kind: 'clock-drift', node: 'a', ppm: 500_000 } },
  ];
  world.schedule(faults);
  await world.run();
  expect(seen).toEqual([
    [0, 0],
    [1000, 1000 - 3_600_000],
    [2000, 2250 - 3_600_000],
    [3000, 3750 - 3_600_000],
  ]);
});
