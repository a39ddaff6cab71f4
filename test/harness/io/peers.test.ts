/** Peers compute what our kernels compute: a comparison of speeds would mean nothing otherwise. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { loadPeers } from '../../../src/harness/io/peers.js';
import {
  b3sumEntrant,
  fileEntrant,
  isInstalled,
  writeBenchFile,
  xxhsumEntrant,
} from '../../../src/harness/io/peer-programs.js';
import { chunkSizes } from '../../../src/harness/measurement/kernels/chunk.js';
import { Contents, chunkedContents } from '../../../src/harness/measurement/kernels/content.js';
import { makePairs } from '../../../src/harness/measurement/kernels/pairs.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-peers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const contents = new Contents();
const { peers, absent } = await loadPeers();
const kernels = createWasmKernels();

/** Our digest of all of `bytes` as one block. */
function ownDigest(kernel: 'xxh3' | 'blake3', bytes: Uint8Array): string {
  const arena = new Arena(createWasmKernels());
  const data = arena.reserve(bytes.length);
  const cuts = arena.reserve(4);
  const out = arena.reserve(32);
  data.u8().set(bytes);
  cuts.u32().set([bytes.length]);
  arena.instance.functions[kernel](data.pointer, cuts.pointer, 1, out.pointer);
  return Buffer.from(out.u8(0, kernel === 'xxh3' ? 16 : 32)).toString('hex');
}

describe('libraries', () => {
  it.each([1, 1024, 4096, 100_001])('give our digests of %i bytes', (length) => {
    const bytes = contents.bytes('code', length);
    for (const [name, hash] of Object.entries(peers.hashes['xxh3-128'])) {
      expect(Buffer.from(hash(bytes)).toString('hex'), name).toBe(ownDigest('xxh3', bytes));
    }
    for (const [name, hash] of Object.entries(peers.hashes.blake3)) {
      expect(Buffer.from(hash(bytes)).toString('hex'), name).toBe(ownDigest('blake3', bytes));
    }
  });

  it.each(chunkedContents)('cut %s into about as many chunks as asked for', (name) => {
    const bytes = contents.bytes(name, 1 << 20);
    for (const averageBytes of [4096, 16_384]) {
      for (const [peer, chunker] of Object.entries(peers.chunkers)) {
        const chunks = chunker(chunkSizes(averageBytes))(bytes);
        const meanBytes = bytes.length / chunks;
        expect(meanBytes, `${peer} at ${averageBytes}`).toBeGreaterThan(averageBytes / 2);
        expect(meanBytes, `${peer} at ${averageBytes}`).toBeLessThan(averageBytes * 2);
      }
    }
  });

  it('encode pairs so that they can be decoded', async () => {
    const { base, target } = makePairs('inserts', contents, 65_536, 65_536);
    const encoded = peers.pairEncoders['zstd 1 with dictionary']?.(base, target);
    const { Decoder } = await import('@toondepauw/node-zstd');
    expect(new Decoder(Buffer.from(base)).decodeSync(Buffer.from(encoded ?? []))).toEqual(
      Buffer.from(target),
    );
  });

  it('are there, or named as absent', () => {
    const found = [
      ...Object.values(peers.hashes).flatMap((libraries) => Object.keys(libraries)),
      ...Object.keys(peers.chunkers),
    ];
    const expected = ['hash-wasm', '@napi-rs/blake-hash', 'xxhash-wasm', 'gearhash-jit', 'rabin-wasm'];
    expect(new Set([...found, ...absent])).toEqual(new Set(expected));
  });
});

describe('programs', () => {
  const path = join(folder, 'file');
  const bytes = contents.bytes('random', 300_000);
  writeBenchFile(path, 700_000, bytes);

  it.skipIf(!isInstalled('b3sum'))('b3sum gives our digest', () => {
    const file = Buffer.concat([bytes, bytes, bytes]).subarray(0, 700_000);
    const { stdout } = spawnSync('b3sum', ['--no-names', path], { encoding: 'utf8' });
    expect(stdout.trim()).toBe(ownDigest('blake3', file));
  });

  it.skipIf(!isInstalled('b3sum'))('b3sum is timed by the CPU time that it takes', () => {
    expect(b3sumEntrant(path, 700_000)?.lap()).toBeGreaterThan(0);
  });

  it.skipIf(!isInstalled('xxhsum'))('xxhsum says how fast it is', () => {
    const speed = xxhsumEntrant(16_384)?.lap() ?? NaN;
    expect(speed).toBeGreaterThan(0.1);
    expect(speed).toBeLessThan(1000);
  });

  it('our own pass reads all of a file that is no multiple of the block', () => {
    expect(fileEntrant(kernels, path, 700_000, 65_536).lap()).toBeGreaterThan(0);
  });
});
