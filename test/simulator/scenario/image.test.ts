/** Images are functions of their volume and number, in whatever order they are asked for, and edits are what they are called. */
import { describe, expect, test } from 'vitest';
import { Images } from '../../../src/simulator/scenario/image.js';
import type { ScenarioVolume, VolumeEdit, VolumeKind } from '../../../src/simulator/scenario/scenario.js';

function volume(kind: VolumeKind, edit: VolumeEdit): ScenarioVolume {
  return { name: 'disk', bytes: 40_000, kind, edit };
}

const edit = (kind: VolumeEdit['kind']): VolumeEdit => ({ kind, count: 2, bytes: 100 });

describe('images', () => {
  test.each(['random', 'text', 'sparse'] as const)('%s: the same for a seed and a number', (kind) => {
    const forwards = new Images(7, [volume(kind, edit('overwrite'))]);
    const backwards = new Images(7, [volume(kind, edit('overwrite'))]);
    const last = backwards.image('disk', 3).slice();
    for (let n = 0; n < 4; n++) expect(forwards.image('disk', n)).toEqual(backwards.image('disk', n));
    expect(forwards.image('disk', 3)).toEqual(last);
    const other = new Images(8, [volume(kind, edit('overwrite'))]).image('disk', 0);
    expect(Buffer.compare(other, forwards.image('disk', 0))).not.toBe(0);
  });

  test.each([
    ['overwrite', 40_000],
    ['insert', 40_200],
    ['remove', 39_800],
    ['append', 40_200],
    ['move', 40_000],
    ['rewrite', 40_000],
  ] as const)('%s leads to %i bytes, and leaves the image before as it was', (kind, bytes) => {
    const images = new Images(1, [volume('random', edit(kind))]);
    const before = images.image('disk', 0).slice();
    const after = images.image('disk', 1);
    expect(after.length).toBe(bytes);
    expect(images.image('disk', 0)).toEqual(before);
    expect(Buffer.compare(after, before)).not.toBe(0);
    const isSame = after.filter((byte, at) => byte === before[at]).length;
    if (kind === 'overwrite') expect(isSame).toBeGreaterThanOrEqual(39_800);
    if (kind === 'append') expect(after.subarray(0, 40_000)).toEqual(before);
  });
});
