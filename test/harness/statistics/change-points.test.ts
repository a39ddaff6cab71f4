import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { changePoints } from '../../../src/harness/statistics/change-points.js';

/** Annual flow of the Nile at Aswan, 1871 to 1970 (Cobb 1978; R's dataset `Nile`). It fell with 1899: the 29th value. */
const nile = [
  1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958,
  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020,
  1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040,
  759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
  744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
];

/** Heavy tails: a tenth of the values is ten times as far out. */
function noise(random: Random): number {
  const value = random.float() + random.float() + random.float() - 1.5;
  return random.float() < 0.1 ? value * 10 : value;
}

describe('change points', () => {
  // The published examples of perfolizer's EdPeltChangePointDetector, which tells the last place of each segment: 4, and 5 and 11.
  it('lie where the published examples have them', () => {
    expect(changePoints([0, 0, 0, 0, 0, 100, 100, 100, 100], 1, 3)).toEqual([5]);
    expect(changePoints([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2], 1, 3)).toEqual([6, 12]);
    expect(changePoints([0, 0, 0, 0, 0], 4, 3)).toEqual([]);
  });

  it('find the fall of the Nile', () => {
    expect(changePoints(nile)).toEqual([28]);
  });

  it('are found in heavy-tailed noise, and none where there is none', () => {
    let [imagined, found] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(seed);
      const still = Array.from({ length: 80 }, () => noise(random));
      if (changePoints(still).length > 0) imagined++;
      const [point, ...more] = changePoints(still.map((value, place) => (place < 50 ? value : value + 2)));
      if (point !== undefined && Math.abs(point - 50) <= 3 && more.length === 0) found++;
    }
    expect(imagined).toBeLessThanOrEqual(2);
    expect(found).toBeGreaterThanOrEqual(36);
  });

  it('need two segments', () => {
    expect(changePoints([])).toEqual([]);
    expect(changePoints([1, 2])).toEqual([]);
    expect(changePoints([1, 1, 1, 1, 1, 1, 1, 1])).toEqual([]);
  });
});
