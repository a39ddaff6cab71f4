/** The level that `level: auto` decides: by effort, and by how much of the target is new. */
import { describe, expect, it } from 'vitest';
import { extentKind, type ExtentColumns } from '../../../src/engine/detect/extents.js';
import { decidedCompression, newData } from '../../../src/engine/strategy/level.js';
import { resolveStrategy, type Settings } from '../../../src/engine/strategy/settings.js';

const targetBytes = 1_000_000;

function extentsOf(
  ...extents: readonly (readonly [kind: number, length: number, reference: number])[]
): ExtentColumns {
  return {
    kinds: Uint8Array.from(extents, ([kind]) => kind),
    lengths: Float64Array.from(extents, ([, length]) => length),
    references: Float64Array.from(extents, ([, , reference]) => reference),
  };
}

function levelOf(settings: Settings, extents: ExtentColumns, name = 'adaptive'): number {
  return decidedCompression(
    resolveStrategy(name, { level: 'auto', ...settings }),
    newData(extents),
    targetBytes,
  ).level;
}

const copied = [extentKind.copy, 900_000, 0] as const;
const opposed = (bytes: number) => [extentKind.data, bytes, 0] as const;
const unopposed = (bytes: number) => [extentKind.data, bytes, -1] as const;

describe('level: auto', () => {
  it.each([
    ['nothing new', extentsOf(copied), 19],
    ['20 thousandths', extentsOf(copied, unopposed(20_000)), 19],
    ['a byte more', extentsOf(copied, unopposed(20_001)), 16],
    ['45 thousandths, in two extents', extentsOf(unopposed(40_000), unopposed(5_000)), 16],
    ['more', extentsOf(unopposed(40_000), unopposed(5_001)), 12],
    ['all new', extentsOf(unopposed(targetBytes)), 12],
    ['a tenth of what has base bytes opposite', extentsOf(opposed(200_000)), 19],
    ['both kinds', extentsOf(opposed(200_000), unopposed(10_000)), 16],
  ])('thorough, %s', (_, extents, level) => {
    expect(levelOf({ effort: 'thorough' }, extents)).toBe(level);
  });

  it('is 3 at effort fast and 19 at maximum, whatever is new', () => {
    for (const extents of [extentsOf(copied), extentsOf(unopposed(targetBytes))]) {
      expect(levelOf({ effort: 'fast' }, extents)).toBe(3);
      expect(levelOf({ effort: 'maximum' }, extents)).toBe(19);
    }
  });

  it('counts all new data where no sub-block delta looks into it', () => {
    expect(levelOf({ subBlock: false }, extentsOf(opposed(30_000)), 'compare')).toBe(16);
    expect(levelOf({}, extentsOf(opposed(30_000)), 'compare')).toBe(19);
  });

  it('leaves a level that was given, and what else was chosen', () => {
    const strategy = resolveStrategy('adaptive', { effort: 'maximum', level: 7, codec: 'zstd' });
    expect(decidedCompression(strategy, newData(extentsOf(copied)), targetBytes)).toEqual(
      strategy.compression,
    );
  });
});
