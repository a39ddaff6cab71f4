/** The coder: what it encodes comes back exactly, whatever else runs; hostile packages cost little and give DataErrors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { encodeHeader } from '../../../src/engine/package/header.js';
import { encodeCbor } from '../../../src/engine/package/cbor.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { ChunkerSpec } from '../../../src/engine/chunk/spec.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { WorkspacePool } from '../../../src/kernels/workspace-pool.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { forge, rawFrames } from '../../engine/package/forge.js';
import { imageModel } from '../../engine/package/samples.js';
import { applyEdits, content, edits } from '../../support/pairs.js';

const work: [kind: string, bytes: number][] = [];
const runtime = {
  work: (kind: string, bytes: number): Promise<void> => {
    work.push([kind, bytes]);
    return Promise.resolve();
  },
};
const kernels = createWasmKernels();
const workspaces = new WorkspacePool();
const coder = new EngineCoder(runtime, kernels, workspaces);

const byteStrings = fc.record({ seed: fc.nat(1000), length: fc.nat(60_000) });

describe('deltas', () => {
  it('come back exactly at every level, and are the same from another coder', async () => {
    const other = new EngineCoder(runtime);
    await fc.assert(
      fc.asyncProperty(
        byteStrings,
        edits,
        fc.constantFrom(undefined, 1, 3, 9, 19),
        async (data, list, level) => {
          const base = content(data.seed, data.length);
          const target = applyEdits(base, list);
          const options = level === undefined ? {} : { level };
          const bytes = await coder.encode(base, target, options);
          expect(Buffer.compare(await other.encode(base, target, options), bytes)).toBe(0);
          expect(Buffer.compare(await coder.decode(base, bytes, target.length), target)).toBe(0);
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  it('begin from nothing and end in nothing', async () => {
    const bytes = content(3, 10_000);
    const none = new Uint8Array(0);
    for (const [base, target] of [
      [none, bytes],
      [bytes, none],
      [none, none],
    ] as const) {
      const made = await coder.encode(base, target);
      expect(Buffer.compare(await coder.decode(base, made, target.length), target)).toBe(0);
    }
  });

  it('overlap others', async () => {
    const targets = Array.from({ length: 6 }, (_, i) => content(i, 20_000 + i));
    const base = content(50, 20_000);
    const made = await Promise.all(targets.map((target) => coder.encode(base, target)));
    const back = await Promise.all(made.map((bytes) => coder.decode(base, bytes, 30_000)));
    expect(back.map((bytes, i) => Buffer.compare(bytes, targets[i] ?? base))).toEqual(targets.map(() => 0));
  });

  it('account for the bytes that they work on', async () => {
    work.length = 0;
    const made = await coder.encode(content(1, 1000), content(2, 500));
    await coder.decode(content(1, 1000), made, 500);
    expect(work).toEqual([
      ['diff', 1500],
      ['apply', 500],
    ]);
  });

  it('are refused for another base, for a target above the limit, cut anywhere, and damaged anywhere', async () => {
    const base = content(7, 5000);
    const target = applyEdits(base, [{ kind: 'overwrite', at: 0.5, length: 100, seed: 8 }]);
    const bytes = await coder.encode(base, target);
    await expect(coder.decode(content(9, 5000), bytes, 5000)).rejects.toThrow(DataError);
    await expect(coder.decode(base.subarray(1), bytes, 5000)).rejects.toThrow(DataError);
    await expect(coder.decode(base, bytes, 4999)).rejects.toThrow(DataError);
    for (let at = 0; at < bytes.length; at += 7) {
      await expect(coder.decode(base, bytes.subarray(0, at), 5000)).rejects.toThrow(DataError);
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      await expect(coder.decode(base, damaged, 5000)).rejects.toThrow(DataError);
    }
  });

  it('of hostile headers are refused before what follows them is unpacked', async () => {
    const model = imageModel([1000]);
    const header = encodeHeader({ ...model.header, form: 'tree' });
    // A structure that would not unpack, behind the header of a tree.
    const frames = rawFrames(model).map((frame, i) => {
      if (i === 0) return { ...frame, head: header };
      return i === 1 ? { ...frame, head: encodeCbor([3, 2 ** 28]), tail: new Uint8Array(100) } : frame;
    });
    await expect(coder.decode(content(1, 100), forge(model, frames), 1000)).rejects.toThrow(
      'the package is for a directory',
    );
  });

  it('that claim a target of terabytes are refused by their header', async () => {
    const model = imageModel([1000]);
    const header = { ...model.header, target: { ...model.header.target, totalBytes: 2 ** 41 } };
    const frames = rawFrames(model).map((frame, i) =>
      i === 0 ? { ...frame, head: encodeHeader(header) } : frame,
    );
    await expect(
      coder.decode(new Uint8Array(header.base.totalBytes), forge(model, frames), 1000),
    ).rejects.toThrow(DataError);
  });
});

const chunkers: readonly ChunkerSpec[] = [
  { name: 'fixed', blockBytes: 4096 },
  { name: 'fixed', blockBytes: 512 },
  { name: 'fastcdc', minBytes: 512, averageBytes: 1024, maxBytes: 4096 },
  { name: 'strided', minBytes: 1024, averageBytes: 2048, maxBytes: 8192 },
];

describe.each(chunkers)('manifests cut by $name', (chunker) => {
  it.each(['xxh3-128', 'blake3', 'sha256'] as const)(
    'go through their files under %s',
    async (fingerprint) => {
      const snapshot = memorySnapshot('tree', [
        { path: '.', kind: 'directory' },
        { path: 'a', bytes: content(1, 30_000) },
        { path: 'b', bytes: content(2, 5) },
        { path: 'empty' },
      ]);
      const manifest = await coder.manifestOf(snapshot, { chunker, fingerprint }, 'docs');
      expect(manifest.chunker).toEqual(chunker);
      expect(manifest.volume).toBe('docs');
      expect(manifest.blocks.ends.at(-1)).toBe(30_005);
      const file = coder.encodeManifest(manifest);
      expect(coder.decodeManifest(file)).toEqual(manifest);
      expect(() => coder.decodeManifest(file.subarray(0, -1))).toThrow(DataError);
      const { digestBytes } = coder.hasher(fingerprint).fingerprint;
      const first = snapshot.openReader();
      const bytes = new Uint8Array(manifest.blocks.ends[0] ?? 0);
      first.read(0, bytes);
      expect(manifest.blocks.digests.slice(0, digestBytes)).toEqual(coder.hasher(fingerprint).digest(bytes));
    },
  );
});
