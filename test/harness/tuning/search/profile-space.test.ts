import { describe, expect, test } from 'vitest';
import { loadProfile, shippedProfileNames } from '../../../../src/engine/profile/read.js';
import { violations } from '../../../../src/engine/profile/requirements.js';
import { profileSpace } from '../../../../src/harness/tuning/search/profile-space.js';
import { pointOf, spacePoints, spaceSize, strategyOf } from '../../../../src/harness/tuning/search/space.js';

describe('the space of a shipped profile', () => {
  test.each(shippedProfileNames())('%s: has its own strategy, and only what it allows', (name) => {
    const profile = loadProfile(name);
    const space = profileSpace(profile);
    expect(pointOf(space, profile.strategy)).toBeDefined();
    for (const point of spacePoints(space)) {
      expect(violations(strategyOf(space, point), profile)).toEqual([]);
    }
  });

  test('without the base at hand there is no adaptive, no compare and no sub-block delta', () => {
    const space = profileSpace(loadProfile('edge-agent'));
    expect(space.map(({ strategy }) => strategy)).toEqual(['fixed', 'fastcdc', 'strided', 'rolling']);
    for (const { axes } of space) {
      expect(axes.find(({ key }) => key === 'subBlock')?.values).toEqual([false]);
    }
  });
});

describe('what the caller asks for', () => {
  const profile = loadProfile('thin-link');

  test('replaces the usual values, and a key that is usually not searched becomes one', () => {
    const space = profileSpace(profile, {
      strategies: ['adaptive'],
      values: {
        level: ['1', '19'],
        blockBytes: ['4KiB'],
        codec: ['zstd'],
        fingerprint: ['xxh3-128', 'blake3'],
      },
    });
    // Efforts, recognisers, sub-block, levels, fingerprints.
    expect(spaceSize(space)).toBe(3 * 2 * 2 * 2 * 2);
    const point = [...spacePoints(space)].at(-1);
    expect(point && strategyOf(space, point)).toMatchObject({
      fingerprint: 'blake3',
      compression: { level: 19 },
    });
  });

  test.each([
    [{ strategies: ['adaptiv'] }, "unknown strategy 'adaptiv'"],
    [{ values: { levle: ['1'] } }, "none of the strategies that are searched has a setting 'levle'"],
    [{ strategies: ['fixed'], values: { blockBytes: ['12KiB'] } }, 'blockBytes: 12288 is not a power of two'],
  ])('%j is refused', (choice, message) => {
    expect(() => profileSpace(profile, choice)).toThrow(message);
  });

  test('what leaves nothing is refused', () => {
    expect(() => profileSpace(loadProfile('edge-agent'), { strategies: ['adaptive'] })).toThrow(
      'profile edge-agent allows none of the strategies adaptive',
    );
  });
});
