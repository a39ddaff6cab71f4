/** Which targets are cut into more segments than they fill, and where. */
import { describe, expect, test } from 'vitest';
import { extentKind, type ExtentColumns } from '../../../src/engine/detect/extents.js';
import { Layout } from '../../../src/engine/snapshot/layout.js';
import { newData } from '../../../src/engine/strategy/level.js';
import { literalsExpected, segmentBorders } from '../../../src/engine/strategy/segments.js';

const KiB = 1024;
const MiB = 1024 * KiB;

type Part = readonly [kind: number, length: number, reference: number];
const copied = (length: number): Part => [extentKind.copy, length, 0];
const opposed = (length: number): Part => [extentKind.data, length, 0];
const unopposed = (length: number): Part => [extentKind.data, length, -1];

function extentsOf(parts: readonly Part[]): ExtentColumns {
  return {
    kinds: Uint8Array.from(parts, ([kind]) => kind),
    lengths: Float64Array.from(parts, ([, length]) => length),
    references: Float64Array.from(parts, ([, , reference]) => reference),
  };
}

function bordersOf(parts: readonly Part[], level: number, ...sought: number[]): number[] {
  const extents = extentsOf(parts);
  const layout = new Layout([{ sizeBytes: parts.reduce((sum, [, length]) => sum + length, 0) }]);
  const compression = { codec: 'auto', level, deflate: 'portable' } as const;
  const detection = { extents, sought: Float64Array.from(sought) };
  return segmentBorders(detection, layout, newData(extents), compression);
}

describe('borders', () => {
  test('divide more than two full segments evenly, at any level', () => {
    for (const level of [3, 19]) {
      expect(bordersOf([copied(MiB), unopposed(12 * MiB)], level)).toEqual([4 * MiB, 7 * MiB, 10 * MiB]);
      expect(bordersOf([unopposed(7 * MiB)], level)).toEqual([]);
    }
  });

  const sparse = [copied(60 * MiB), opposed(MiB), copied(180 * MiB), opposed(MiB), copied(20 * MiB)];
  const sought = [60 * MiB, MiB, 241 * MiB, MiB];

  test('divide sparse changes where each part has literals enough, and compressing takes long', () => {
    const [border, ...more] = bordersOf(sparse, 19, ...sought);
    expect(more).toEqual([]);
    expect(border).toBe(61 * MiB);
    expect(bordersOf(sparse, 16, ...sought)).toEqual([61 * MiB]);
    expect(bordersOf(sparse, 12, ...sought)).toEqual([]);
    expect(bordersOf(sparse, 19, 60 * MiB, 600 * KiB)).toEqual([]);
    expect(bordersOf(sparse, 19)).toEqual([]);
  });

  test('leave changes together that lie close', () => {
    const dense = [copied(60 * MiB), opposed(2 * MiB), copied(100 * MiB)];
    expect(bordersOf(dense, 19, 60 * MiB, 2 * MiB)).toEqual([]);
  });
});

describe('literals expected', () => {
  const plan = {
    index: 0,
    targetAddress: MiB,
    targetBytes: 3 * MiB,
    extents: extentsOf([copied(MiB), opposed(MiB), unopposed(MiB)]),
    dependencies: [],
  };

  test('are what has nothing opposite, what was sought, and little of the rest', () => {
    expect(literalsExpected(plan)).toBe(MiB + MiB / 16);
    expect(literalsExpected(plan, Float64Array.of(0, 2 * MiB + 1000))).toBe(2 * MiB);
    expect(literalsExpected(plan, Float64Array.of(2 * MiB, 1000, 9 * MiB, MiB))).toBe(MiB + MiB / 16 + 1000);
  });
});
