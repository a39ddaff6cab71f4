/** Alignments: paired entries lie opposite each other as far as both reach; spans cover any range in order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignEntries,
  alignmentOf,
  spansOf,
  type Alignment,
  type Span,
} from '../../../src/engine/detect/alignment.js';
import { pairEntries } from '../../../src/engine/detect/pairing.js';
import { treePairs } from '../../support/pairs.js';

/** Runs with gaps between them. */
const alignments = fc
  .array(fc.record({ gap: fc.nat(9), length: fc.integer({ min: 1, max: 9 }), base: fc.nat(99) }), {
    maxLength: 6,
  })
  .map((runs) => {
    let at = 0;
    const spans = runs.map(({ gap, length, base }) => {
      const address = at + gap;
      at = address + length;
      return { address, length, baseAddress: base };
    });
    return columns(spans);
  });

function columns(spans: readonly Span[]): Alignment {
  return {
    targetAddresses: Float64Array.from(spans, ({ address }) => address),
    baseAddresses: Float64Array.from(spans, ({ baseAddress }) => baseAddress),
    lengths: Float64Array.from(spans, ({ length }) => length),
  };
}

/** The base address opposite each byte, or -1. */
function oppositeBytes(spans: Iterable<Span>): number[] {
  return [...spans].flatMap(({ length, baseAddress }) =>
    Array.from({ length }, (_, i) => (baseAddress < 0 ? -1 : baseAddress + i)),
  );
}

describe('spansOf', () => {
  it('covers any range byte by byte, whether the alignment is whole or cut out for the range', () => {
    fc.assert(
      fc.property(alignments, fc.nat(60), fc.integer({ min: 1, max: 40 }), (alignment, address, length) => {
        const whole = oppositeBytes(spansOf(alignment, 0, 120));
        const expected = whole.slice(address, address + length);
        expect(oppositeBytes(spansOf(alignment, address, length))).toEqual(expected);
        const cut = alignmentOf(alignment, address, length);
        expect(oppositeBytes(spansOf(cut, address, length))).toEqual(expected);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('alignEntries', () => {
  it('sets each file against the same offsets of its pair', () => {
    fc.assert(
      fc.property(treePairs, ({ base, target }) => {
        const pairs = pairEntries(base, target);
        const opposite = oppositeBytes(
          spansOf(alignEntries(base, target, pairs), 0, target.layout.totalBytes),
        );
        target.entries.forEach((entry, index) => {
          const pair = pairs[index] ?? -1;
          const shared = pair < 0 ? 0 : Math.min(entry.sizeBytes, base.entries[pair]?.sizeBytes ?? 0);
          const start = target.layout.startOf(index);
          const expected = Array.from({ length: entry.sizeBytes }, (_, i) =>
            i < shared ? base.layout.startOf(pair) + i : -1,
          );
          expect(opposite.slice(start, start + entry.sizeBytes)).toEqual(expected);
        });
      }),
      { numRuns: 30, seed: 2 },
    );
  });
});
