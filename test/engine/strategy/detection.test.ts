/** Every strategy's extents, and the operations made of them, rebuild the target from the base; ids do not depend on the strategy. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { planSegments } from '../../../src/engine/delta/plan.js';
import { extentKind, type ExtentColumns } from '../../../src/engine/detect/extents.js';
import { pairEntries } from '../../../src/engine/detect/pairing.js';
import { contentDigests, snapshotId } from '../../../src/engine/fingerprint/identity.js';
import type { Detection } from '../../../src/engine/strategy/detector.js';
import { detect } from '../../../src/engine/strategy/registry.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { EngineRun } from '../../../src/engine/strategy/run.js';
import type { Strategy } from '../../../src/engine/strategy/strategy.js';
import { bytesOf, imagePairs, treePairs, type Pair } from '../../support/pairs.js';

const strategies: readonly Strategy[] = [
  resolveStrategy('adaptive'),
  resolveStrategy('adaptive', { effort: 'maximum', blockBytes: 512 }),
  resolveStrategy('compare', { blockBytes: 512 }),
  resolveStrategy('compare'),
  resolveStrategy('fixed', { blockBytes: '4KiB' }),
  resolveStrategy('fixed', { blockBytes: '1MiB' }),
  resolveStrategy('fastcdc', { averageBytes: '2KiB', minBytes: 256, maxBytes: '5000' }),
  resolveStrategy('fastcdc'),
  resolveStrategy('strided', { averageBytes: '2KiB', minBytes: 256, maxBytes: '5000' }),
  resolveStrategy('rolling'),
  resolveStrategy('rolling', { blockBytes: '512' }),
];

interface Detected extends Detection {
  readonly baseContent: string;
  readonly targetContent: string;
}

async function detected(pair: Pair, strategy: Strategy): Promise<Detected> {
  const { base, target } = pair;
  const pairs = pairEntries(base, target);
  const run = new EngineRun({ base, target, pairs }, strategy, { workers: 1, clock: stoppedClock });
  try {
    const detection = await detect({
      strategy,
      base: { kind: 'content', shape: base, snapshot: base },
      target,
      pairs,
      run,
    });
    const targetDigests = contentDigests(run.hasher, target, detection.targetLeafDigests);
    return {
      ...detection,
      baseContent: Buffer.from(snapshotId(run.hasher, base, detection.baseEntryDigests).content).toString(
        'hex',
      ),
      targetContent: Buffer.from(snapshotId(run.hasher, target, targetDigests).content).toString('hex'),
    };
  } finally {
    await run.close();
  }
}

function rebuild(extents: ExtentColumns, base: Uint8Array, target: Uint8Array): Uint8Array {
  const out = new Uint8Array(target.length);
  let at = 0;
  extents.kinds.forEach((kind, i) => {
    const length = extents.lengths[i] ?? 0;
    const reference = extents.references[i] ?? 0;
    if (kind === extentKind.copy) out.set(base.subarray(reference, reference + length), at);
    else if (kind === extentKind.data) out.set(target.subarray(at, at + length), at);
    else if (kind === extentKind.repeat) {
      expect(reference + length).toBeLessThanOrEqual(at);
      out.copyWithin(at, reference, reference + length);
    }
    at += length;
  });
  expect(at).toBe(target.length);
  return out;
}

describe.each([
  ['images', imagePairs],
  ['trees', treePairs],
])('detection on %s', (_, pairs) => {
  it('rebuilds the target from the extents of every strategy, with the same ids', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async (pair) => {
        const base = bytesOf(pair.base);
        const target = bytesOf(pair.target);
        const ids = new Set<string>();
        for (const strategy of strategies) {
          const found = await detected(pair, strategy);
          expect(Buffer.compare(rebuild(found.extents, base, target), target)).toBe(0);
          ids.add(`${found.baseContent} ${found.targetContent}`);
        }
        expect(ids.size).toBe(1);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('plans segments that cover the target on leaf borders, and repeats that depend on earlier segments', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async (pair) => {
        const found = await detected(pair, resolveStrategy('fastcdc', { averageBytes: '2KiB' }));
        const { layout } = pair.target;
        let at = 0;
        for (const plan of planSegments(found.extents, layout)) {
          expect(plan.targetAddress).toBe(at);
          expect(plan.extents.lengths.reduce((sum, length) => sum + length, 0)).toBe(plan.targetBytes);
          at += plan.targetBytes;
          if (at < layout.totalBytes) expect(layout.leafAddress(layout.leafAt(at))).toBe(at);
          for (const dependency of plan.dependencies) expect(dependency).toBeLessThan(plan.index);
        }
        expect(at).toBe(layout.totalBytes);
      }),
      { numRuns: 20, seed: 2 },
    );
  });
});
