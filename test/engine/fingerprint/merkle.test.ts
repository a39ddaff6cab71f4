/** Merkle roots beside the definition of RFC 9162, section 2.1.1, written down as it stands there; more nodes than one call of a kernel does. */
import { expect, test } from 'vitest';
import { fingerprintNames, fingerprints, Hasher } from '../../../src/engine/fingerprint/fingerprint.js';
import { merkleRoot } from '../../../src/engine/fingerprint/merkle.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';

function treeHead(hasher: Hasher, leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return hasher.digest(Uint8Array.of(1));
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const halves = [leaves.slice(0, split), leaves.slice(split)];
  return hasher.digest(Buffer.concat([Uint8Array.of(1), ...halves.map((half) => treeHead(hasher, half))]));
}

test.each(fingerprintNames)('the root of any number of %s leaves is that of the definition', (name) => {
  const hasher = new Hasher(fingerprints[name], new Arena(createWasmKernels()));
  const leaves = Array.from({ length: 1100 }, (_, i) => hasher.digest(Uint8Array.of(i, i >>> 8)));
  for (const count of [
    0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 512, 513, 514, 515, 1023, 1024, 1025, 1099,
  ]) {
    const part = leaves.slice(1, 1 + count);
    const before = new Uint8Array(Buffer.concat(leaves));
    expect(merkleRoot(hasher, before, 1, count), `${count} leaves`).toEqual(
      Uint8Array.from(treeHead(hasher, part)),
    );
    expect(Buffer.compare(before, Buffer.concat(leaves)), 'the leaves stay as they are').toBe(0);
  }
});
