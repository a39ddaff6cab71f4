/** The targets are complete: every figure that was asked for has its row, and both sides of it are measured somewhere. */
import { describe, expect, it } from 'vitest';
import { loadPeers } from '../../../src/harness/io/peers.js';
import { Contents } from '../../../src/harness/measurement/kernels/content.js';
import { caseDefinitions, rivalDefinitions } from '../../../src/harness/measurement/kernels/own.js';
import { peerCases } from '../../../src/harness/measurement/kernels/peers.js';
import { kernelTargets, type KernelTarget } from '../../../src/harness/measurement/kernels/targets.js';

const KiB = 1024;
/** Entrants that are no cases: a program measures itself, or is timed from outside. */
const programs = [
  'xxh3-128: xxhsum: one block in cache',
  'blake3: wasm: cached file',
  'blake3: b3sum: cached file',
];

const { peers, absent } = await loadPeers();
const cases = new Set([
  ...[...caseDefinitions, ...rivalDefinitions].flatMap(({ kernel, data }) =>
    data.map((name) => `${kernel}: wasm: ${name}`),
  ),
  ...peerCases(peers, 4 * KiB, 4 * KiB, new Contents(), () => true).map(
    ({ kernel, implementation, data }) => `${kernel}: ${implementation}: ${data}`,
  ),
  ...programs,
]);

/** One line a target: what, in which blocks, how much, against whom. */
function words(target: KernelTarget): string {
  const { kernel, data, blockBytes } = target;
  const place = `${kernel} of ${data.join(', ')} in ${blockBytes.map((bytes) => bytes / KiB).join(', ')} KiB`;
  if (target.kind === 'instructions') return `${place}: <= ${target.perByteMax} instructions`;
  const { peer, ratioMin, sizeRatioMax } = target;
  const size = sizeRatioMax === undefined ? '' : `, size <= ${sizeRatioMax}`;
  return `${place}: >= ${ratioMin} ${peer.kernel} of ${peer.implementations.join(', ')}${size}`;
}

describe('targets of kernels', () => {
  it('are these', () => {
    const chunked = 'random, text, code, executables';
    const pairs = 'overwrites, inserts, database pages';
    const wasmChunkers = 'gearhash-jit, rabin-wasm';
    expect(kernelTargets.map(words)).toEqual([
      'compare of equal in 4 KiB: >= 1.3 compare of Buffer.compare',
      'xxh3-128 of random in 4 KiB: >= 4 xxh3-128 of hash-wasm',
      'xxh3-128 of random in 16 KiB: >= 3 xxh3-128 of hash-wasm',
      'xxh3-128 of random in 64 KiB: >= 2.5 xxh3-128 of hash-wasm',
      'xxh3-128 of one block in cache in 16 KiB: >= 0.35 xxh3-128 of xxhsum',
      'blake3 of random in 4, 64 KiB: >= 2.4 blake3 of hash-wasm',
      'blake3 of cached file in 64 KiB: >= 0.5 blake3 of b3sum',
      `fastcdc of ${chunked} in 16 KiB: >= 2 fastcdc of ${wasmChunkers}`,
      `fastcdc of ${chunked} in 16 KiB: <= 16 instructions`,
      `strided of ${chunked} in 16, 64 KiB: >= 2.5 fastcdc of wasm`,
      `strided of ${chunked} in 16, 64 KiB: <= 2 instructions`,
      'anchor search of similar in 16 KiB: >= 2.5 rolling gear search of wasm',
      'anchor search of unrelated in 16 KiB: >= 5 rolling gear search of wasm',
      `delta encode of ${pairs} in 64 KiB: >= 5 delta encode of zstd 1 with dictionary, size <= 1.1`,
      `delta apply of ${pairs} in 64 KiB: >= 0.6 memcpy of Buffer.copy`,
      'histogram of random, text in 64 KiB: >= 0.17 memcpy of Buffer.copy',
      'zero test of zeros in 64 KiB: >= 1.5 memcpy of Buffer.copy',
      'crc32c of random in 64 KiB: >= 0.19 memcpy of Buffer.copy',
    ]);
  });

  it.each(kernelTargets.map((target) => [words(target), target] as const))(
    'are measured on both sides: %s',
    (_words, target) => {
      for (const data of target.data) {
        expect(cases).toContain(`${target.kernel}: wasm: ${data}`);
        if (target.kind !== 'speed') continue;
        const { kernel, implementations, data: peerData = data } = target.peer;
        for (const name of implementations) {
          if (
            absent.includes(name) ||
            (name.startsWith('zstd') && absent.includes('@toondepauw/node-zstd'))
          ) {
            continue;
          }
          expect(cases).toContain(`${kernel}: ${name}: ${peerData}`);
        }
      }
    },
  );
});
