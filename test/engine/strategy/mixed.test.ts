/** Manifests of mixed blocks: which rule each kind of data gets, to the block; that diffs from them apply exactly, whoever makes them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { Random } from '../../../src/base/prng.js';
import { apply, memoryTarget } from '../../../src/index.js';
import { cutRules } from '../../../src/engine/chunk/mixed.js';
import { diff } from '../../../src/engine/diff.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { buildManifest } from '../../../src/engine/manifest.js';
import { decodeManifest, encodeManifest } from '../../../src/engine/package/manifest-file.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { requireListing } from '../../../src/engine/strategy/strategy.js';
import { verifyManifest } from '../../../src/engine/verify/verify.js';
import { hasherFor } from '../package/samples.js';
import { bytesOf, concat, image, imagePairs, treePairs } from '../../support/pairs.js';

const KiB = 1024;
const MiB = 1024 * KiB;
const strategy = requireListing(resolveStrategy('adaptive'));

function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

function text(seed: number, length: number): Uint8Array {
  return noise(seed, length).map((byte) => 97 + (byte % 23));
}

/** Pages of 4 KiB that begin with the same byte. */
function pages(seed: number, length: number): Uint8Array {
  return text(seed, length).map((byte, at) => (at % 4096 === 0 ? 13 : byte));
}

async function manifestOf(snapshot: Snapshot, workers = 1, rulesOf?: Manifest): Promise<Manifest> {
  const options = { strategy, workers, clock: stoppedClock, ...(rulesOf && { rulesOf }) };
  return (await buildManifest(snapshot, options)).manifest;
}

async function packageOf(base: Manifest, target: Snapshot, workers = 1): Promise<Uint8Array> {
  const frames: Uint8Array[] = [];
  for await (const frame of diff(base, target, { strategy, workers, clock: stoppedClock }))
    frames.push(frame);
  return concat(...frames);
}

async function rebuilt(base: Snapshot, target: Snapshot, delta: Uint8Array): Promise<Uint8Array> {
  const writer = memoryTarget();
  await apply(base, [delta], writer);
  expect(writer.snapshot().form).toBe(target.form);
  return bytesOf(writer.snapshot());
}

function rulesOf({ chunker }: Manifest): number[] {
  if (chunker.name !== 'mixed') throw new Error('adaptive lists mixed blocks');
  return [...chunker.rules];
}

const parts = [new Uint8Array(4 * MiB), pages(1, 4 * MiB), noise(2, 4 * MiB), text(3, 6 * MiB)];
const composed = concat(...parts);

describe('a composed image', () => {
  it('has blocks of every rule in one manifest', async () => {
    const manifest = await manifestOf(image(composed, 'a'));
    const { empty, pages: paged, dense, plain } = cutRules;
    expect(rulesOf(manifest)).toEqual([empty, paged, dense, plain, plain]);
    const lengths = [...manifest.blocks.ends].map((end, i, ends) => end - (ends[i - 1] ?? 0));
    expect(lengths.slice(0, 4)).toEqual([MiB, MiB, MiB, MiB]);
    expect(new Set(lengths.slice(4, 4 + 1024))).toEqual(new Set([4 * KiB]));
    const denseEnd = manifest.blocks.ends.indexOf(12 * MiB);
    expect({ dense: denseEnd + 1 - 1028, plain: lengths.length - denseEnd - 1 }).toMatchInlineSnapshot(`
      {
        "dense": 773,
        "plain": 582,
      }
    `);
    expect(decodeManifest(encodeManifest(manifest, hasherFor('xxh3-128')), hasherFor)).toEqual(manifest);
  });

  it('sends one block for a change in place, and the neighbourhood of an insertion', async () => {
    const base = image(composed, 'a');
    const manifest = await manifestOf(base);
    const changed = composed.slice();
    changed.set(noise(9, 10), 5 * MiB);
    const delta = await packageOf(manifest, image(changed, 'a'));
    expect(Buffer.compare(await rebuilt(base, image(changed, 'a'), delta), changed)).toBe(0);
    expect(delta.length).toBeLessThan(4 * KiB);
    const inserted = concat(composed.subarray(0, 13 * MiB), noise(10, 100), composed.subarray(13 * MiB));
    const shifted = await packageOf(manifest, image(inserted, 'a'));
    expect(Buffer.compare(await rebuilt(base, image(inserted, 'a'), shifted), inserted)).toBe(0);
    expect(shifted.length).toBeLessThan(64 * KiB);
  });

  it('finds text that moved to where pages were: they are cut again', async () => {
    const base = image(composed, 'a');
    const moved = composed.slice();
    moved.set(composed.subarray(12 * MiB, 16 * MiB), 4 * MiB);
    const delta = await packageOf(await manifestOf(base), image(moved, 'a'));
    expect(delta.length).toBeLessThan(64 * KiB);
    expect(Buffer.compare(await rebuilt(base, image(moved, 'a'), delta), moved)).toBe(0);
  });

  it('is checked by the rules that were kept', async () => {
    const kept = await manifestOf(image(composed, 'a'));
    const grown = concat(pages(4, 4 * MiB), composed.subarray(4 * MiB), text(5, 4 * MiB));
    const found = await manifestOf(image(grown, 'a'), 1, kept);
    expect(rulesOf(found)).toEqual([...rulesOf(kept), cutRules.plain]);
    const outcome = verifyManifest(kept, found, hasherFor('xxh3-128'), { metadata: 'ignore' });
    expect(outcome).toMatchObject({ state: 'differs', counts: { blocksAltered: 4 } });
    expect(verifyManifest(kept, kept, hasherFor('xxh3-128'))).toMatchObject({ state: 'match' });
  });
});

it('applies exactly, from any pair; equal snapshots have equal manifests, equal inputs equal packages', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(imagePairs, treePairs), async ({ base, target }) => {
      const manifest = await manifestOf(base);
      expect(await manifestOf(base, 3)).toEqual(manifest);
      const delta = await packageOf(manifest, target);
      expect(Buffer.compare(await packageOf(manifest, target, 3), delta)).toBe(0);
      expect(Buffer.compare(await rebuilt(base, target, delta), bytesOf(target))).toBe(0);
    }),
    { seed: 91, numRuns: 8 },
  );
}, 60_000);
