/** What adaptive detection makes of each kind of evidence, to the byte, and that packages do not depend on how many work. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { stoppedClock } from '../../../src/base/clock.js';
import { diff } from '../../../src/engine/diff.js';
import { extentKind } from '../../../src/engine/detect/extents.js';
import { pairEntries } from '../../../src/engine/detect/pairing.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { detectAdaptively } from '../../../src/engine/strategy/adaptive-detector.js';
import { EngineRun } from '../../../src/engine/strategy/run.js';
import { resolveStrategy, type Settings } from '../../../src/engine/strategy/settings.js';
import { usesContext } from '../../../src/engine/strategy/strategy.js';
import { concat, edits, applyEdits, content, image, treePairs } from '../../support/pairs.js';

const KiB = 1024;
const MiB = 1024 * KiB;

function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

/** Extents as words, whether an index was built, how many bytes of base were searched for anchors (for the index and near breaks), and whether encoding gets the index. */
async function found(
  base: Snapshot,
  target: Snapshot,
  settings: Settings = {},
): Promise<{ extents: string[]; isIndexed: boolean; isHandedOn: boolean; bytesSearched: number }> {
  const strategy = resolveStrategy('adaptive', settings);
  if (strategy.name !== 'adaptive') throw new Error('adaptive resolves to itself');
  const pairs = pairEntries(base, target);
  const run = new EngineRun({ base, target, pairs }, strategy, { workers: 1, clock: stoppedClock });
  try {
    const known = { kind: 'content' as const, shape: base, snapshot: base };
    const { extents, index, isBaseSearched } = await detectAdaptively({
      strategy,
      base: known,
      target,
      pairs,
      run,
    });
    const names = Object.entries(extentKind);
    return {
      isIndexed: isBaseSearched ?? false,
      bytesSearched: run.meter.reading().counts.bytesSearched ?? 0,
      isHandedOn: index !== undefined,
      extents: [...extents.kinds].map((kind, i) => {
        const name = names.find(([, code]) => code === kind)?.[0] ?? '?';
        return `${name} ${extents.lengths[i]} ${extents.references[i]}`;
      }),
    };
  } finally {
    await run.close();
  }
}

const before = noise(1, 3 * MiB);

describe('literals', () => {
  it('have a context, unless effort is fast and the base was searched', () => {
    const uses = (settings: Settings, isBaseSearched: boolean) =>
      usesContext(resolveStrategy('adaptive', { codec: 'zstd', ...settings }), isBaseSearched);
    expect([uses({}, false), uses({}, true)]).toEqual([true, false]);
    expect([uses({ effort: 'thorough' }, false), uses({ effort: 'thorough' }, true)]).toEqual([true, true]);
    expect(uses({ subBlock: false }, false)).toBe(false);
    expect(uses({ codec: 'lz4' }, false)).toBe(false);
  });
});

function foundIn(target: Uint8Array, settings: Settings = {}) {
  return found(image(before, 'base'), image(target, 'target'), settings);
}

describe('evidence', () => {
  it('of nothing: one copy', async () => {
    expect(await foundIn(before)).toMatchObject({
      extents: [`copy ${3 * MiB} 0`],
      isIndexed: false,
      isHandedOn: false,
    });
  });

  it('of edits in place: their blocks, opposite the old ones', async () => {
    const after = before.slice();
    after.set(noise(2, 100), 10_000);
    after.set(noise(3, 20), MiB + 4090);
    expect(await foundIn(after)).toMatchObject({
      extents: [
        'copy 8192 0',
        'data 4096 8192',
        `copy ${MiB - 12_288} 12288`,
        `data 8192 ${MiB}`,
        `copy ${2 * MiB - 8192} ${MiB + 8192}`,
      ],
      isIndexed: false,
      isHandedOn: false,
    });
  });

  it('of smaller blocks, where they are asked for', async () => {
    const after = before.slice();
    after.set(noise(2, 100), 10_000);
    const { extents } = await foundIn(after, { blockBytes: 512 });
    expect(extents.slice(0, 2)).toEqual(['copy 9728 0', 'data 512 9728']);
  });

  it('of zeros: zeros', async () => {
    const after = before.slice().fill(0, 64 * KiB, 192 * KiB);
    expect((await foundIn(after)).extents).toEqual([
      'copy 65536 0',
      'zero 131072 0',
      `copy ${3 * MiB - 192 * KiB} 196608`,
    ]);
  });

  it('of an insertion: the inserted bytes, and the rest from its new diagonal', async () => {
    const after = concat(before.subarray(0, 400_000), noise(4, 300), before.subarray(400_000));
    expect(await foundIn(after)).toMatchObject({
      extents: ['copy 400000 0', 'data 300 400000', `copy ${3 * MiB - 400_000} 400000`],
      isIndexed: false,
      isHandedOn: false,
    });
  });

  it('of a deletion: two copies', async () => {
    const after = concat(before.subarray(0, 400_000), before.subarray(400_999));
    expect((await foundIn(after)).extents).toEqual(['copy 400000 0', `copy ${3 * MiB - 400_999} 400999`]);
  });

  it('of a shift far beyond the samples: found once in each region', async () => {
    const after = concat(noise(5, 200_000), before);
    expect((await foundIn(after)).extents.slice(-1)).toEqual([`copy ${3 * MiB} 0`]);
  });

  it('of a move out of reach: an index of the base, and the moved half to the byte', async () => {
    const half = MiB + 12_345;
    const after = concat(before.subarray(half), before.subarray(0, half));
    expect(await foundIn(after)).toMatchObject({
      extents: [`copy ${3 * MiB - half} ${half}`, `copy ${half} 0`],
      isIndexed: true,
      isHandedOn: true,
    });
  });

  it('of new data: no more than 1/32 of the base goes without an index, where effort is fast', async () => {
    const after = concat(before, noise(6, 90_000));
    const data = [`copy ${3 * MiB} 0`, `data 90000 -1`];
    expect(await foundIn(after)).toMatchObject({ extents: data, isIndexed: false, isHandedOn: false });
    expect(await foundIn(after, { effort: 'thorough' })).toMatchObject({
      extents: data,
      isIndexed: true,
      isHandedOn: false,
    });
    const more = concat(before, noise(6, 110_000));
    expect(await foundIn(more)).toMatchObject({
      extents: [`copy ${3 * MiB} 0`, `data 110000 -1`],
      isIndexed: true,
      isHandedOn: false,
    });
  });

  it('of new data behind what stayed: with fast nothing of the base is indexed, which copies cover', async () => {
    const after = concat(before, noise(6, 200_000));
    const fast = await foundIn(after);
    const thorough = await foundIn(after, { effort: 'thorough' });
    expect([fast.isIndexed, thorough.isIndexed]).toEqual([true, true]);
    expect(thorough.bytesSearched - fast.bytesSearched).toBe(3 * MiB);
  });

  it('of a duplicate of what stayed: found by an index of that, too', async () => {
    const after = concat(before, before.subarray(MiB + 777, 2 * MiB));
    expect(await foundIn(after)).toMatchObject({
      extents: [`copy ${3 * MiB} 0`, `copy ${MiB - 777} ${MiB + 777}`],
      isIndexed: true,
      isHandedOn: true,
    });
  });

  it('of blocks of what stayed among new data: found likewise', async () => {
    const [start, pages] = [
      noise(9, 300_000),
      Array.from({ length: 30 }, (_, i) => before.subarray(i * 99_999, i * 99_999 + 20_000)),
    ];
    const { extents } = await foundIn(concat(before, start, ...pages));
    expect(extents.filter((extent) => extent.startsWith('copy')).length).toBeGreaterThan(25);
  });

  it('of a file that took in another one: both files', async () => {
    const files = [noise(7, 300_000), noise(8, 500_000)] as const;
    const base = memorySnapshot('tree', [
      { path: '.', kind: 'directory' },
      { path: 'a', bytes: files[0] },
      { path: 'b', bytes: files[1] },
    ]);
    const target = memorySnapshot('tree', [
      { path: '.', kind: 'directory' },
      { path: 'a', bytes: concat(...files) },
    ]);
    expect((await found(base, target)).extents).toEqual(['copy 800000 0']);
  });
});

describe('packages of adaptive', () => {
  it.each([{}, { subBlock: false }, { effort: 'thorough' }])(
    'have the same bytes for one and three workers: %o',
    async (settings) => {
      const strategy = resolveStrategy('adaptive', settings);
      const images = fc.record({ seed: fc.nat(1000), edits }).map((chosen) => {
        const bytes = content(chosen.seed, 9 * MiB);
        return { base: image(bytes, 'base'), target: image(applyEdits(bytes, chosen.edits), 'target') };
      });
      await fc.assert(
        fc.asyncProperty(fc.oneof(images, treePairs), async ({ base, target }) => {
          const packages: Uint8Array[] = [];
          for (const workers of [1, 3]) {
            const frames: Uint8Array[] = [];
            for await (const frame of diff(base, target, { strategy, workers, clock: stoppedClock }))
              frames.push(frame);
            packages.push(concat(...frames));
          }
          const [one, three] = packages;
          expect(Buffer.compare(one ?? new Uint8Array(), three ?? new Uint8Array())).toBe(0);
        }),
        { numRuns: 3, seed: 4 },
      );
    },
  );
});
