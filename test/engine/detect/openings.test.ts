/** Where following begins: at home, where the region before did, near that, or far away, by regions of noise whose distance is known. */
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { Meter } from '../../../src/base/meter.js';
import { Random } from '../../../src/base/prng.js';
import { alignEntries } from '../../../src/engine/detect/alignment.js';
import { openingDiagonals } from '../../../src/engine/detect/openings.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { Workspace } from '../../../src/kernels/workspace.js';
import { concat, image } from '../../support/pairs.js';

const MiB = 1024 * 1024;

function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

const before = noise(1, 24 * MiB);
const workspace = new Workspace(createWasmKernels());

/** Diagonals of the target's regions of 4 MiB, and how many bytes were read for them. */
function opened(target: Uint8Array) {
  const [one, other] = [image(before, 'base'), image(target, 'target')];
  const meter = new Meter(stoppedClock);
  const context = {
    workspace,
    layout: other.layout,
    baseLayout: one.layout,
    targetReader: other.openReader(),
    baseReader: one.openReader(),
    meter,
  };
  const alignment = alignEntries(one, other, Int32Array.of(0));
  const diagonals = openingDiagonals(context, [...other.layout.regions()], alignment);
  return { diagonals, bytesRead: meter.reading().counts.bytesRead ?? 0 };
}

describe('openings', () => {
  it('are at home where nothing moved, for two pages a region', () => {
    expect(opened(before)).toEqual({
      diagonals: new Array<undefined>(6).fill(undefined),
      bytesRead: 6 * 2 * 4096,
    });
  });

  it('follow insertions and deletions near the region before', () => {
    const target = concat(
      before.subarray(0, 5 * MiB),
      noise(2, 3000),
      before.subarray(5 * MiB, 13 * MiB),
      before.subarray(13 * MiB + 10_000),
    );
    expect(opened(target).diagonals).toEqual([undefined, undefined, -3000, -3000, 7000, 7000]);
  });

  it('come back home behind a replaced region', () => {
    const target = before.slice();
    target.set(noise(3, 5 * MiB), 4 * MiB);
    expect(opened(target).diagonals).toEqual(new Array<undefined>(6).fill(undefined));
  });

  it('are found wherever a front was cut or put, to the byte', () => {
    for (const cut of [300_001, 3 * MiB + 17, 7 * MiB + 5]) {
      const shorter = opened(before.subarray(cut)).diagonals;
      expect(shorter).toEqual(shorter.map(() => cut));
      const { diagonals } = opened(concat(noise(4, cut), before));
      const moved = diagonals.slice(Math.ceil(cut / (4 * MiB)), Math.floor((24 * MiB + cut) / (4 * MiB)));
      expect(moved).toEqual(moved.map(() => -cut));
    }
  });

  it('are home where the target is new, and where it is too small to look at', () => {
    expect(opened(noise(5, 24 * MiB)).diagonals).toEqual(new Array<undefined>(6).fill(undefined));
    expect(opened(before.subarray(900_000, 1_200_000))).toEqual({ diagonals: [undefined], bytesRead: 0 });
  });
});
