/** The level that `level: auto` decides: by effort, and by how much of the target is new. */
import { describe, expect, it } from 'vitest';
import type { SegmentPlan } from '../../../src/engine/delta/plan.js';
import { extentKind } from '../../../src/engine/detect/extents.js';
import { decidedCompression } from '../../../src/engine/strategy/level.js';
import { resolveStrategy, type Settings } from '../../../src/engine/strategy/settings.js';

const targetBytes = 1_000_000;

function plansOf(
  ...extents: readonly (readonly [kind: number, length: number, reference: number])[]
): SegmentPlan[] {
  return extents.map(([kind, length, reference], index) => ({
    index,
    targetAddress: 0,
    targetBytes: length,
    extents: {
      kinds: Uint8Array.of(kind),
      lengths: Float64Array.of(length),
      references: Float64Array.of(reference),
    },
    dependencies: [],
  }));
}

function levelOf(settings: Settings, plans: readonly SegmentPlan[], name = 'adaptive'): number {
  return decidedCompression(resolveStrategy(name, { level: 'auto', ...settings }), plans, targetBytes).level;
}

const copied = [extentKind.copy, 900_000, 0] as const;
const opposed = (bytes: number) => [extentKind.data, bytes, 0] as const;
const unopposed = (bytes: number) => [extentKind.data, bytes, -1] as const;

describe('level: auto', () => {
  it.each([
    ['nothing new', plansOf(copied), 19],
    ['20 thousandths', plansOf(copied, unopposed(20_000)), 19],
    ['a byte more', plansOf(copied, unopposed(20_001)), 16],
    ['45 thousandths, in two extents', plansOf(unopposed(40_000), unopposed(5_000)), 16],
    ['more', plansOf(unopposed(40_000), unopposed(5_001)), 12],
    ['all new', plansOf(unopposed(targetBytes)), 12],
    ['a tenth of what has base bytes opposite', plansOf(opposed(200_000)), 19],
    ['both kinds', plansOf(opposed(200_000), unopposed(10_000)), 16],
  ])('thorough, %s', (_, plans, level) => {
    expect(levelOf({ effort: 'thorough' }, plans)).toBe(level);
  });

  it('is 3 at effort fast and 19 at maximum, whatever is new', () => {
    for (const plans of [plansOf(copied), plansOf(unopposed(targetBytes))]) {
      expect(levelOf({ effort: 'fast' }, plans)).toBe(3);
      expect(levelOf({ effort: 'maximum' }, plans)).toBe(19);
    }
  });

  it('counts all new data where no sub-block delta looks into it', () => {
    expect(levelOf({ subBlock: false }, plansOf(opposed(30_000)), 'compare')).toBe(16);
    expect(levelOf({}, plansOf(opposed(30_000)), 'compare')).toBe(19);
  });

  it('leaves a level that was given, and what else was chosen', () => {
    const strategy = resolveStrategy('adaptive', { effort: 'maximum', level: 7, codec: 'zstd' });
    expect(decidedCompression(strategy, plansOf(copied), targetBytes)).toEqual(strategy.compression);
  });
});
