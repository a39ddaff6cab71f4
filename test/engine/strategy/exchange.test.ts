/** However the base's block ids come to be known, the package is the same; what they cost is counted. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { UsageError } from '../../../src/base/errors.js';
import { diff, type DiffSummary } from '../../../src/engine/diff.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { buildManifest } from '../../../src/engine/manifest.js';
import { encodeManifest } from '../../../src/engine/package/manifest-file.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { resolveStrategy, settingsOf } from '../../../src/engine/strategy/settings.js';
import { requireCutting } from '../../../src/engine/strategy/strategy.js';
import { hasherFor } from '../detect/merkle-samples.js';
import { imagePairs, treePairs, concat, content, image } from '../../support/pairs.js';

const run = { workers: 1, clock: stoppedClock };

async function made(
  base: Snapshot | Manifest,
  target: Snapshot,
  name: string,
  settings: Record<string, string | boolean>,
): Promise<{ bytes: Uint8Array; summary: DiffSummary }> {
  const running = diff(base, target, { strategy: resolveStrategy(name, settings), ...run });
  const frames: Uint8Array[] = [];
  for await (const frame of running) frames.push(frame);
  return { bytes: concat(...frames), summary: running.summary };
}

it.each([
  ['fixed', { blockBytes: '4KiB' }],
  ['fastcdc', { averageBytes: '2KiB' }],
  ['strided', { averageBytes: '2KiB' }],
] as const)(
  '%s: the same package by a kept manifest, one that is sent, and a Merkle walk',
  async (name, sizes) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(imagePairs, treePairs), async ({ base, target }) => {
        const settings = { ...sizes, subBlock: false };
        const strategy = requireCutting(resolveStrategy(name, settings));
        const { manifest } = await buildManifest(base, { strategy, ...run });
        const kept = await made(manifest, target, name, settings);
        const sent = await made(manifest, target, name, { ...settings, exchange: 'manifest' });
        const walked = await made(manifest, target, name, { ...settings, exchange: 'merkle' });
        expect(Buffer.compare(sent.bytes, kept.bytes)).toBe(0);
        expect(Buffer.compare(walked.bytes, kept.bytes)).toBe(0);
        expect(kept.summary).toMatchObject({ exchangeBytes: 0, exchangeMessages: 0, exchangeTrips: 0 });
        const manifestBytes = encodeManifest(manifest, hasherFor('xxh3-128')).length;
        expect(sent.summary).toMatchObject({
          exchangeBytes: manifestBytes,
          exchangeMessages: 2,
          exchangeTrips: 1,
        });
        const { exchangeBytes, exchangeMessages, exchangeTrips } = walked.summary;
        expect(exchangeBytes).toBeGreaterThan(30);
        expect(exchangeMessages).toBeGreaterThanOrEqual(1 + 2 * exchangeTrips);
      }),
      { seed: 81, numRuns: 12 },
    );
  },
);

it('is counted where the base is at hand but plays the remote, and refused where its bytes are used', async () => {
  const base = image(content(5, 300_000), 'base');
  const walked = await made(base, base, 'fixed', { blockBytes: '4KiB', subBlock: false, exchange: 'merkle' });
  expect(walked.summary).toMatchObject({ exchangeMessages: 1, exchangeTrips: 0 });
  const sent = await made(base, base, 'fixed', { blockBytes: '4KiB', subBlock: false, exchange: 'manifest' });
  expect(sent.summary.exchangeBytes).toBeGreaterThan(74 * 16);
  await expect(made(base, base, 'fixed', { exchange: 'merkle' })).rejects.toThrow(UsageError);
});

it('is a setting like others, for strategies that cut alone', () => {
  const strategy = resolveStrategy('strided', { exchange: 'merkle', subBlock: false });
  expect(settingsOf(strategy)).toMatchObject({ exchange: 'merkle' });
  expect(resolveStrategy('strided', settingsOf(strategy))).toEqual(strategy);
  expect(() => resolveStrategy('rolling', { exchange: 'merkle' })).toThrow(/no setting 'exchange'/);
  expect(() => resolveStrategy('fixed', { exchange: 'rsync' })).toThrow(/not one of kept, manifest, merkle/);
});
