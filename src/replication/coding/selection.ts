/** Which blocks of a version have to be sent: pure functions of manifests, the same on both sides. */
import { present } from '../../base/errors.js';
import { DigestIndex } from '../../engine/detect/digest-index.js';
import { fingerprints } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';

/** Positions in the target's manifest of its distinct blocks that the base's does not have, in order of first appearance. */
export function newBlocks(target: Manifest, base: Manifest | undefined): Int32Array {
  const { digests, ends } = target.blocks;
  const width = fingerprints[target.fingerprint].digestBytes;
  const known = base?.fingerprint === target.fingerprint ? indexOf(base) : undefined;
  const seen = new DigestIndex(digests, width);
  const positions = new Int32Array(ends.length);
  let count = 0;
  for (let i = 0; i < ends.length; i++) {
    if (known !== undefined && known.find(digests, i * width) >= 0) continue;
    if (seen.insert(i) === i) positions[count++] = i;
  }
  return positions.slice(0, count);
}

/** Finds a manifest's blocks by digest: of equal ones the first. */
export function indexOf(manifest: Manifest): DigestIndex {
  const { digests, ends } = manifest.blocks;
  const index = new DigestIndex(digests, fingerprints[manifest.fingerprint].digestBytes);
  for (let i = 0; i < ends.length; i++) index.insert(i);
  return index;
}

/** Digests of blocks by position, end to end. */
export function digestsAt(manifest: Manifest, positions: ArrayLike<number>): Uint8Array {
  const width = fingerprints[manifest.fingerprint].digestBytes;
  const { digests } = manifest.blocks;
  const out = new Uint8Array(positions.length * width);
  for (let i = 0; i < positions.length; i++) {
    const at = present(positions[i], 'position') * width;
    out.set(digests.subarray(at, at + width), i * width);
  }
  return out;
}

export function blockStart({ blocks }: Manifest, position: number): number {
  return position === 0 ? 0 : present(blocks.ends[position - 1], 'end of the block before');
}

export function blockLength(manifest: Manifest, position: number): number {
  return present(manifest.blocks.ends[position], 'end of the block') - blockStart(manifest, position);
}

/** Bytes of blocks laid end to end. */
export function bytesOfBlocks(manifest: Manifest, positions: ArrayLike<number>): number {
  let bytes = 0;
  for (let i = 0; i < positions.length; i++) {
    bytes += blockLength(manifest, present(positions[i], 'position'));
  }
  return bytes;
}

/** Runs of [skipped, needed] among `count` candidates, of which those at the ascending indices are needed. What is skipped at the end goes without saying. */
export function runsOf(missing: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  let next = 0;
  for (const index of missing) {
    const last = runs[runs.length - 1];
    if (last !== undefined && index === next) last[1]++;
    else runs.push([index - next, 1]);
    next = index + 1;
  }
  return runs;
}

/** The opposite of runsOf: the candidates that are needed; undefined where the runs name more than there are. */
export function neededOf(
  candidates: Int32Array,
  runs: readonly (readonly [number, number])[],
): Int32Array | undefined {
  const needed = new Int32Array(candidates.length);
  let at = 0;
  let count = 0;
  for (const [skipped, wanted] of runs) {
    at += skipped;
    if (at + wanted > candidates.length) return undefined;
    needed.set(candidates.subarray(at, at + wanted), count);
    at += wanted;
    count += wanted;
  }
  return needed.slice(0, count);
}
