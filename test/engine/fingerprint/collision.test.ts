import { createBLAKE3, createXXHash128 } from 'hash-wasm';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { apply, buildManifest, diff, memorySnapshot, memoryTarget, verify } from '../../../src/index.js';
import { blocksWithin, collisionLog10 } from '../../../src/engine/fingerprint/collision.js';
import { fingerprints, Hasher, type FingerprintName } from '../../../src/engine/fingerprint/fingerprint.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';

describe('accidental collisions', () => {
  it('agrees with the birthday problem', () => {
    // 23 people, 365 days: 0.5 within the bound's error; here with 2^bits = 365.
    const people = 10 ** collisionLog10(Math.log2(365), 23);
    expect(people).toBeGreaterThan(0.49);
    expect(people).toBeLessThan(0.51);
  });

  it('agrees with the published table of the birthday attack', () => {
    // https://en.wikipedia.org/wiki/Birthday_attack: blocks for a probability by digest width.
    expect(blocksWithin(32, Math.log10(0.5))).toBeCloseTo(77_163, -2);
    expect(blocksWithin(64, -12) / 6.1e3).toBeCloseTo(1, 1);
    expect(blocksWithin(128, -12) / 2.6e13).toBeCloseTo(1, 1);
    expect(blocksWithin(256, -12) / 4.8e32).toBeCloseTo(1, 1);
  });

  it('is certain, impossible and continuous where it must be', () => {
    expect(collisionLog10(32, 1)).toBe(-Infinity);
    expect(collisionLog10(32, 1e9)).toBe(0);
    const near = Math.sqrt(2e-9 * 2 ** 64);
    expect(collisionLog10(64, near * 1.001)).toBeCloseTo(collisionLog10(64, near * 0.999), 2);
    for (const bits of [64, 128, 256]) {
      expect(collisionLog10(bits, blocksWithin(bits, -12))).toBeCloseTo(-12, 3);
    }
  });
});

/**
 * Two blocks of `bytes` (> 240) with one XXH3-128. Where the low half of a lane equals the secret's, the lane's product is 0 whatever its
 * high half; the lane itself is only added to its neighbour's sum, and sums of one lane over two stripes hide what one gains and
 * the other loses. Source: the round of the algorithm's specification, https://github.com/Cyan4973/xxHash.
 */
function plantedPair(bytes: number): [Uint8Array, Uint8Array] {
  const secretLow = [0x396cfeb8, 0x2c81017c];
  const first = Uint8Array.from({ length: bytes }, (_, i) => (i * 31) & 0xff);
  const view = new DataView(first.buffer);
  // Lane 0 of stripes 0 and 1: 64 bytes apart; the secret moves on by 8 bytes a stripe.
  view.setUint32(0, secretLow[0] ?? 0, true);
  view.setUint32(64, secretLow[1] ?? 0, true);
  const second = first.slice();
  const changed = new DataView(second.buffer);
  changed.setUint32(4, view.getUint32(4, true) + 0x1234, true);
  changed.setUint32(68, view.getUint32(68, true) - 0x1234, true);
  return [first, second];
}

describe('planted collisions', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const digest = (name: FingerprintName, block: Uint8Array) =>
    hex(new Hasher(fingerprints[name], new Arena(createWasmKernels())).digest(block));
  const [ours, theirs] = plantedPair(64 * 1024);
  let xxh3: (block: Uint8Array) => string;
  let blake3: (block: Uint8Array) => string;
  beforeAll(async () => {
    const [xxhash, blake] = [await createXXHash128(), await createBLAKE3()];
    xxh3 = (block) => xxhash.init().update(block).digest('hex');
    blake3 = (block) => blake.init().update(block).digest('hex');
  });

  it('are easy for xxh3-128: two different blocks, one digest, and no library of ours is to blame', () => {
    expect(hex(ours)).not.toBe(hex(theirs));
    expect(digest('xxh3-128', ours)).toBe(digest('xxh3-128', theirs));
    expect(xxh3(ours)).toBe(xxh3(theirs));
    expect(digest('xxh3-128', ours)).toBe(xxh3(ours));
  });

  it('do not fool the fingerprints that are said to resist them', () => {
    for (const { name, collisionResistant } of Object.values(fingerprints)) {
      expect(digest(name, ours) !== digest(name, theirs)).toBe(collisionResistant);
    }
    expect(blake3(ours)).not.toBe(blake3(theirs));
  });

  test.skipIf(spawnSync('xxhsum', ['--version']).error !== undefined)('xxhsum agrees', () => {
    const sum = (block: Uint8Array) =>
      spawnSync('xxhsum', ['-H2', '-'], { input: block }).stdout.toString().split(' ')[0];
    expect(sum(ours)).toBe(sum(theirs));
    expect(sum(ours)).toBe(digest('xxh3-128', ours));
  });

  const image = (bytes: Uint8Array) => memorySnapshot('image', [{ path: '', bytes }]);

  it.each(['compare', 'fixed', 'fastcdc', 'strided'])(
    'hide a change from %s with xxh3-128 unless it looks at the bytes, and never with more',
    async (strategy) => {
      const arrives = async (fingerprint: FingerprintName) => {
        const target = memoryTarget();
        await apply(
          image(ours),
          diff(image(ours), image(theirs), { strategy, settings: { fingerprint } }),
          target,
        );
        const bytes = new Uint8Array(theirs.length);
        target.snapshot().openReader().read(0, bytes);
        return hex(bytes) === hex(theirs);
      };
      expect(await arrives('xxh3-128')).toBe(strategy === 'compare');
      expect(await arrives('blake3')).toBe(true);
      expect(await arrives('sha256')).toBe(true);
    },
  );

  it('hide a change from a manifest of xxh3-128, and from none of more', async () => {
    const checked = async (fingerprint: FingerprintName) => {
      const manifestOf = (bytes: Uint8Array) => buildManifest(image(bytes), { settings: { fingerprint } });
      return verify(await manifestOf(ours), await manifestOf(theirs)).state;
    };
    expect(await checked('xxh3-128')).toBe('match');
    expect(await checked('blake3')).toBe('differs');
    expect(await checked('sha256')).toBe('differs');
  });
});
