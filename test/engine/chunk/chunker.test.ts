/** Chunkers as the engine calls them: sizes that no kernel may see are refused, and cuts do not depend on where bytes lie or on what lies behind. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { cutPiece, overlapBytes } from '../../../src/engine/chunk/chunker.js';
import { contentChunkerNames } from '../../../src/engine/chunk/content-chunkers.js';
import { chunkerProblem, type ChunkerSpec } from '../../../src/engine/chunk/spec.js';
import { chunkerOf } from '../../../src/engine/strategy/blocks-detector.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { requireCutting } from '../../../src/engine/strategy/strategy.js';
import { content } from '../../support/pairs.js';

const kernels = createWasmKernels();
const arena = new Arena(kernels);
const data = arena.reserve(300_000);
const cuts = arena.reserve(8000);
const canary = 0xa5a5a5a5;
const bytes = content(3, 200_000);

/** Cuts of the first `length` bytes, which lie at `offset` before `behind`. */
function cut(spec: ChunkerSpec, length: number, final: boolean, offset = 0, behind = 0): number[] {
  data.u8().fill(behind);
  data.u8(offset, length).set(bytes.subarray(0, length));
  cuts.u32().fill(canary);
  const count = cutPiece(kernels, spec, data.pointer + offset, length, final, cuts.pointer);
  expect(
    cuts
      .u32()
      .subarray(count)
      .every((word) => word === canary),
  ).toBe(true);
  return [...cuts.u32(count)];
}

const specs: readonly ChunkerSpec[] = [
  { name: 'fixed', blockBytes: 4096 },
  ...contentChunkerNames.flatMap((name): ChunkerSpec[] => [
    { name, minBytes: 256, averageBytes: 1024, maxBytes: 4096 },
    { name, minBytes: 257, averageBytes: 2048, maxBytes: 5001 },
    { name, minBytes: 1024, averageBytes: 1024, maxBytes: 1024 },
  ]),
];

describe.each(specs.map((spec) => [JSON.stringify(spec), spec] as const))('%s', (_, spec) => {
  it('cuts alike wherever the bytes lie, whatever lies behind them', () => {
    for (const length of [0, 1, 255, 257, 1024, 4096, 5001, 5002, 199_999]) {
      for (const final of [true, false]) {
        const expected = cut(spec, length, final);
        for (const offset of [1, 2, 3, 5, 7, 9, 15, 31, 33, 63, 4095]) {
          expect(cut(spec, length, final, offset, 0xff)).toEqual(expected);
        }
      }
    }
  });

  it('ends at the end of an entry, and else where a cut could depend on more', () => {
    const whole = cut(spec, bytes.length, true);
    expect(whole.at(-1)).toBe(bytes.length);
    for (const length of [4999, 5001, 12_345, 100_000]) {
      const open = cut(spec, length, false);
      expect(open).toEqual(whole.slice(0, open.length));
      // Wherever that many bytes are there, a block ends.
      const rest = length - (open.at(-1) ?? 0);
      expect(rest).toBeLessThan(spec.name === 'fixed' ? spec.blockBytes : overlapBytes(spec));
    }
  });
});

describe('sizes', () => {
  const hostile: readonly number[] = [NaN, -1, 0, 0.5, 255, 1000, 2 ** 31, 2 ** 32, 2 ** 53, Infinity];

  it.each(contentChunkerNames)('that %s does not cut are refused before a kernel sees them', (name) => {
    const good = { minBytes: 256, averageBytes: 4096, maxBytes: 16_384 };
    expect(chunkerProblem({ name, ...good })).toBeUndefined();
    const strategy = resolveStrategy(name);
    for (const key of ['minBytes', 'averageBytes', 'maxBytes'] as const) {
      for (const size of hostile) {
        if (key === 'minBytes' && size === 1000) continue;
        const made = requireCutting({ ...strategy, ...good, [key]: size });
        expect(() => chunkerOf(made), `${key} ${size}`).toThrow(UsageError);
      }
    }
  });

  it('that fixed does not cut are refused', () => {
    for (const blockBytes of hostile) {
      const made = requireCutting({ ...resolveStrategy('fixed'), blockBytes } as ReturnType<
        typeof resolveStrategy
      >);
      expect(() => chunkerOf(made), String(blockBytes)).toThrow(UsageError);
    }
  });
});
