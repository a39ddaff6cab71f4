/** Arbitrary edits through every strategy: the package rebuilds the target byte for byte, entries and times included, in any order of segments. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../src/base/clock.js';
import { Meter } from '../../src/base/meter.js';
import { apply } from '../../src/engine/apply/apply.js';
import { diff } from '../../src/engine/diff.js';
import { memoryTarget } from '../../src/engine/snapshot/target-memory.js';
import { describeStrategy, resolveStrategy } from '../../src/engine/strategy/settings.js';
import type { Strategy } from '../../src/engine/strategy/strategy.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { bytesOf, imagePairs, treePairs, type Pair } from '../support/pairs.js';

const strategies: readonly Strategy[] = [
  resolveStrategy('adaptive'),
  resolveStrategy('adaptive', { subBlock: false }),
  resolveStrategy('adaptive', { effort: 'maximum', blockBytes: 512 }),
  resolveStrategy('compare', { blockBytes: 512 }),
  resolveStrategy('compare', { subBlock: false, codec: 'lz4' }),
  resolveStrategy('fixed', {
    blockBytes: '4KiB',
    fingerprint: 'blake3',
    codec: 'deflate',
    deflate: 'portable',
  }),
  resolveStrategy('fixed', { blockBytes: '1MiB', subBlock: false, codec: 'stored' }),
  resolveStrategy('fastcdc', { averageBytes: '2KiB', fingerprint: 'sha256', decisions: true }),
  resolveStrategy('fastcdc', { subBlock: false, level: 9 }),
  resolveStrategy('strided', { averageBytes: '2KiB', minBytes: 301 }),
  resolveStrategy('strided', { subBlock: false, fingerprint: 'blake3' }),
  resolveStrategy('adaptive', { blockBytes: 512, codec: 'zstd' }),
  resolveStrategy('rolling'),
  resolveStrategy('rolling', { blockBytes: '512', subBlock: false }),
];

async function roundTrip(pair: Pair, strategy: Strategy): Promise<void> {
  const target = memoryTarget();
  const run = diff(pair.base, pair.target, { strategy, workers: 1, clock: stoppedClock });
  const summary = await apply(pair.base, run, target, {
    kernels: createWasmKernels(),
    meter: new Meter(stoppedClock),
  });
  const rebuilt = target.snapshot();
  expect(rebuilt.entries).toEqual(pair.target.entries);
  expect(Buffer.compare(bytesOf(rebuilt), bytesOf(pair.target))).toBe(0);
  expect(summary.packageBytes).toBe(run.summary.packageBytes);
}

describe.each([
  ['images', imagePairs],
  ['trees', treePairs],
])('%s', (_, pairs) => {
  it.each(strategies.map((strategy) => ({ strategy, label: describeStrategy(strategy) })))(
    'come back exactly through $label',
    async ({ strategy }) => {
      await fc.assert(
        fc.asyncProperty(pairs, (pair) => roundTrip(pair, strategy)),
        { numRuns: 30, seed: 7 },
      );
    },
  );
});
