/** Which snapshot introduced a block, over histories that come back to what they were. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildManifest } from '../../src/engine/manifest.js';
import { stoppedClock } from '../../src/base/clock.js';
import type { Manifest } from '../../src/engine/fingerprint/manifest.js';
import { decodeManifest, encodeManifest } from '../../src/engine/package/manifest-file.js';
import { memorySnapshot } from '../../src/engine/snapshot/memory.js';
import { resolveStrategy } from '../../src/engine/strategy/settings.js';
import { isCutting } from '../../src/engine/strategy/strategy.js';
import { hasherFor } from './package/samples.js';

const blockBytes = 4096;
const resolved = resolveStrategy('fixed', { fingerprint: 'xxh3-128' });
if (!isCutting(resolved)) throw new Error('fixed cuts');
const strategy = { ...resolved, blockBytes };
const hasher = hasherFor('xxh3-128');

/** An image of one block for each digit, made after `previous`. */
async function manifestOf(digits: string, previous: Manifest | undefined): Promise<Manifest> {
  const bytes = new Uint8Array(digits.length * blockBytes);
  for (let i = 0; i < digits.length; i++)
    bytes.fill(digits.charCodeAt(i), i * blockBytes, (i + 1) * blockBytes);
  const snapshot = memorySnapshot('image', [{ path: '', bytes }]);
  const text = previous === undefined ? {} : { previous };
  return (await buildManifest(snapshot, { strategy, workers: 1, clock: stoppedClock, ...text })).manifest;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a snapshot that has come back ends the list, and what it introduced is its own', async () => {
  const first = await manifestOf('01', undefined);
  const second = await manifestOf('02', first);
  const third = await manifestOf('01', second);
  expect(third.origins.map(hex)).toEqual([second, first].map(({ id }) => hex(id.content)));
  expect(third.originRuns).toEqual([{ origin: 1, blocks: 2 }]);
  const fourth = await manifestOf('21', third);
  expect(fourth.originRuns).toEqual([
    { origin: 2, blocks: 1 },
    { origin: 1, blocks: 1 },
  ]);
});

test('every history gives manifests that can be read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('0', '1', '2'), maxLength: 3 }), { maxLength: 8 }),
      async (images) => {
        let previous: Manifest | undefined;
        for (const image of images) {
          previous = await manifestOf(image, previous);
          const read = decodeManifest(encodeManifest(previous, hasher), () => hasher);
          expect(read.origins.map(hex)).toEqual(previous.origins.map(hex));
          expect(read.originRuns).toEqual(previous.originRuns);
        }
      },
    ),
    { seed: 16, numRuns: 12 },
  );
});
