import { describe, expect, it } from 'vitest';
import { loadProfile, shippedProfileNames } from '../../../src/engine/profile/read.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { strategyNames } from '../../../src/engine/strategy/strategy.js';
import { laboratoryConfigurations } from '../../../src/harness/experiment/built-in.js';
import {
  configurationName,
  configurationRecord,
  uniqueConfigurations,
} from '../../../src/harness/experiment/configuration.js';

const name = (strategy: string, settings: Parameters<typeof resolveStrategy>[1]): string =>
  configurationName(resolveStrategy(strategy, settings), 3);

describe('configurations', () => {
  it('are named by what departs from the usual', () => {
    expect(name('fixed', { subBlock: false })).toBe('fixed 64K');
    expect(name('fastcdc', { averageBytes: 16_384 })).toBe('fastcdc 16K+delta');
    expect(name('rolling', { fingerprint: 'blake3' })).toBe('rolling auto+delta blake3');
    expect(name('fixed', { blockBytes: 1 << 20, codec: 'zstd', level: 19 })).toBe('fixed 1M+delta zstd-19');
    expect(name('compare', { codec: 'lz4', level: 1 })).toBe('compare 4K+delta lz4');
    expect(name('compare', { level: 9 })).toBe('compare 4K+delta level-9');
  });

  it('are merged when equal, and numbered when only their names are', () => {
    const strategy = resolveStrategy('fixed', {});
    const other = resolveStrategy('fixed', { deflate: 'portable' });
    const merged = uniqueConfigurations([
      { id: 'a', strategy, profiles: [] },
      { id: 'a', strategy: { ...strategy }, profiles: ['p'] },
      { id: 'a', strategy: other, profiles: ['q'] },
    ]);
    expect(merged.map(({ id, profiles }) => [id, profiles])).toEqual([
      ['a', ['p']],
      ['a #2', ['q']],
    ]);
  });

  it('know whether their bytes are portable', () => {
    const portable = (settings: Parameters<typeof resolveStrategy>[1]): boolean =>
      configurationRecord({ id: '', strategy: resolveStrategy('fixed', settings), profiles: [] })
        .portableBytes;
    expect(portable({ codec: 'auto', deflate: 'native' })).toBe(false);
    expect(portable({ codec: 'deflate', deflate: 'native' })).toBe(false);
    expect(portable({ codec: 'zstd', deflate: 'native' })).toBe(true);
    expect(portable({ codec: 'auto', deflate: 'portable' })).toBe(true);
  });

  it.each([true, false])(
    'cover every strategy with and without delta, and every profile (quick: %s)',
    (quick) => {
      const profiles = shippedProfileNames().map((profile) => loadProfile(profile));
      const configurations = laboratoryConfigurations(profiles, quick);
      for (const strategy of strategyNames) {
        for (const subBlock of [false, true]) {
          expect(
            configurations.some(
              (item) => item.strategy.name === strategy && item.strategy.subBlock === subBlock,
            ),
          ).toBe(true);
        }
      }
      expect(configurations.flatMap((item) => item.profiles).sort()).toEqual(shippedProfileNames());
      expect(new Set(configurations.map(({ id }) => id)).size).toBe(configurations.length);
    },
  );
});
