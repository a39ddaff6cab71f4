import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { strategyParts } from '../../../src/engine/strategy/registry.js';
import {
  describeStrategy,
  resolveStrategy,
  settingKeys,
  settingsOf,
} from '../../../src/engine/strategy/settings.js';
import { strategyNames } from '../../../src/engine/strategy/strategy.js';

describe('resolveStrategy', () => {
  it.each(strategyNames)('%s resolves, and its own settings resolve to itself', (name) => {
    const strategy = resolveStrategy(name);
    const settings = settingsOf(strategy);
    expect(resolveStrategy(name, settings)).toEqual(strategy);
    // How ids are exchanged goes without saying where it is as usual.
    const said = settingKeys(name).filter((key) => key !== 'exchange');
    expect(Object.keys(settings).sort()).toEqual(said.sort());
    expect(strategyParts[name]).toBeDefined();
  });

  it('reads sizes, flags and numbers as people write them', () => {
    expect(
      resolveStrategy('fastcdc', { averageBytes: '16KiB', subBlock: 'off', level: '19', codec: 'zstd' }),
    ).toMatchObject({
      minBytes: 4096,
      averageBytes: 16_384,
      maxBytes: 65_536,
      subBlock: false,
      compression: { codec: 'zstd', level: 19 },
    });
  });

  it('leaves the level open when asked to', () => {
    const strategy = resolveStrategy('adaptive', { level: 'auto' });
    expect(strategy.compression.level).toBe('auto');
    expect(resolveStrategy('adaptive', settingsOf(strategy))).toEqual(strategy);
  });

  it.each([
    ['rsync', {}, /unknown strategy 'rsync'/],
    ['fixed', { blockByte: 4096 }, /no setting 'blockByte'/],
    ['fixed', { blockBytes: '5000' }, /not a power of two/],
    ['fixed', { blockBytes: '2KiB' }, /not from 4.* KiB to 1.* MiB/],
    ['fixed', { blockBytes: 'big' }, /'big' is not a size/],
    ['fastcdc', { minBytes: '100' }, /minBytes: 100 B is not from/],
    ['fastcdc', { averageBytes: '4KiB', maxBytes: '2KiB' }, /maxBytes: 2.* KiB is not from/],
    ['rolling', { blockBytes: 3000 }, /3000 is not 0/],
    ['compare', { fingerprint: 'md5' }, /'md5' is not one of xxh3-128, blake3, sha256/],
    ['compare', { subBlock: 'maybe' }, /'maybe' is not on or off/],
    ['compare', { level: 'high' }, /'high' is not a whole number/],
    ['adaptive', { effort: 'some' }, /effort: 'some' is not one of fast, thorough, maximum/],
    ['adaptive', { blockBytes: '128KiB' }, /not from 512 B to 64.* KiB/],
    ['compare', { level: 23 }, /23 is not from 1 to 22/],
  ])('refuses %s %o', (name, settings, message) => {
    expect(() => resolveStrategy(name, settings)).toThrow(UsageError);
    expect(() => resolveStrategy(name, settings)).toThrow(message);
  });

  it('suggests what was probably meant', () => {
    const hintOf = (run: () => unknown): string | undefined => {
      try {
        run();
      } catch (error) {
        return error instanceof UsageError ? error.hint : undefined;
      }
      return undefined;
    };
    expect(hintOf(() => resolveStrategy('fastcd'))).toMatch(/fastcdc/);
    expect(hintOf(() => resolveStrategy('fixed', { blockbyte: 1 }))).toMatch(/blockBytes/);
    expect(hintOf(() => resolveStrategy('fixed', { fingerprint: 'xxh3' }))).toMatch(/xxh3-128/);
  });
});

describe('describeStrategy', () => {
  it('fits a table cell', () => {
    expect(describeStrategy(resolveStrategy('fastcdc'))).toBe('fastcdc 64 KiB + sub-block');
    expect(describeStrategy(resolveStrategy('adaptive'))).toBe('adaptive fast 4 KiB + sub-block');
    expect(describeStrategy(resolveStrategy('rolling', { subBlock: false }))).toBe('rolling auto');
  });
});
