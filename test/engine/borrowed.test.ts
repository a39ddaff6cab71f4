/** Runs on borrowed workspaces: the same bytes as runs on their own, whatever was in memory before, whoever runs at the same time; and no timer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../src/base/clock.js';
import { BugError, DataError } from '../../src/base/errors.js';
import { Meter } from '../../src/base/meter.js';
import { apply } from '../../src/engine/apply/apply.js';
import { diff } from '../../src/engine/diff.js';
import { buildManifest } from '../../src/engine/manifest.js';
import { memoryTarget } from '../../src/engine/snapshot/target-memory.js';
import { describeStrategy, resolveStrategy } from '../../src/engine/strategy/settings.js';
import { requireListing, type Strategy } from '../../src/engine/strategy/strategy.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { WorkspacePool } from '../../src/kernels/workspace-pool.js';
import {
  applyEdits,
  bytesOf,
  concat,
  content,
  image,
  imagePairs,
  treePairs,
  type Pair,
} from '../support/pairs.js';

const strategies: readonly Strategy[] = [
  resolveStrategy('adaptive'),
  resolveStrategy('adaptive', { effort: 'maximum', blockBytes: 512, codec: 'zstd' }),
  resolveStrategy('compare', { blockBytes: 512 }),
  resolveStrategy('fixed', { blockBytes: '4KiB', fingerprint: 'sha256' }),
  resolveStrategy('fastcdc', { averageBytes: '2KiB', fingerprint: 'blake3' }),
  resolveStrategy('strided', { averageBytes: '2KiB' }),
  resolveStrategy('rolling', { blockBytes: '512' }),
];
const named = strategies.map((strategy) => ({ strategy, label: describeStrategy(strategy) }));

/** Whose memory is full of ones before anybody uses it: what relied on fresh memory would show. */
function dirtyPool(): WorkspacePool {
  return new WorkspacePool('plain', () => {
    const kernels = createWasmKernels();
    kernels.memory.grow(1024);
    new Uint8Array(kernels.memory.buffer).fill(0xff, kernels.heapBase);
    return kernels;
  });
}

async function packageOf(pair: Pair, strategy: Strategy, workspaces?: WorkspacePool): Promise<Uint8Array> {
  const lent = workspaces === undefined ? {} : { workspaces };
  const pieces: Uint8Array[] = [];
  for await (const piece of diff(pair.base, pair.target, {
    strategy,
    workers: 1,
    clock: stoppedClock,
    ...lent,
  })) {
    pieces.push(piece);
  }
  return concat(...pieces);
}

async function targetOf(pair: Pair, bytes: Uint8Array, kernels: WorkspacePool): Promise<Uint8Array> {
  const target = memoryTarget();
  await apply(pair.base, [bytes], target, { kernels, meter: new Meter(stoppedClock) });
  return bytesOf(target.snapshot());
}

describe.each(named)('$label', ({ strategy }) => {
  it.each([
    ['images', imagePairs],
    ['trees', treePairs],
  ])('makes the same packages of %s in memory that others left behind', async (_, pairs) => {
    const workspaces = dirtyPool();
    await fc.assert(
      fc.asyncProperty(pairs, async (pair) => {
        const expected = await packageOf(pair, strategy);
        const made = await packageOf(pair, strategy, workspaces);
        expect(Buffer.compare(made, expected)).toBe(0);
        expect(Buffer.compare(await targetOf(pair, made, workspaces), bytesOf(pair.target))).toBe(0);
      }),
      { numRuns: 20, seed: 11 },
    );
  });
});

const before = content(5, 300_000);
const after = applyEdits(before, [
  { kind: 'insert', at: 0.3, length: 5000, seed: 1 },
  { kind: 'overwrite', at: 0.6, length: 9000, seed: 2 },
]);
const pair: Pair = { base: image(before, 'base'), target: image(after, 'target') };

/** Whether `work` settles before the event loop turns once. */
async function isWithinMicrotasks(work: () => Promise<unknown>): Promise<boolean> {
  let hasTurned = false;
  setImmediate(() => (hasTurned = true));
  await work();
  return !hasTurned;
}

describe('a run with borrowed workspaces', () => {
  it.each(named)('settles in microtasks alone: $label', async ({ strategy }) => {
    const workspaces = new WorkspacePool();
    const bytes = await packageOf(pair, strategy, workspaces);
    expect(await isWithinMicrotasks(() => packageOf(pair, strategy, workspaces))).toBe(true);
    expect(await isWithinMicrotasks(() => targetOf(pair, bytes, workspaces))).toBe(true);
  });

  it('settles in microtasks alone: a manifest', async () => {
    const strategy = requireListing(resolveStrategy('fastcdc'));
    const options = { strategy, workers: 1, clock: stoppedClock, workspaces: new WorkspacePool() };
    expect(await isWithinMicrotasks(() => buildManifest(pair.base, options))).toBe(true);
    expect((await buildManifest(pair.base, options)).manifest).toEqual(
      (await buildManifest(pair.base, { strategy, workers: 1, clock: stoppedClock })).manifest,
    );
  });

  it('lets the event loop turn where somebody listens, and without any', async () => {
    const strategy = resolveStrategy('fixed');
    const listened = async (): Promise<void> => {
      const options = { strategy, workers: 1, clock: stoppedClock, workspaces: new WorkspacePool() };
      const run = diff(pair.base, pair.target, { ...options, onProgress: () => undefined });
      for await (const piece of run) expect(piece.length).toBeGreaterThan(0);
    };
    expect(await isWithinMicrotasks(listened)).toBe(false);
    expect(await isWithinMicrotasks(() => packageOf(pair, strategy))).toBe(false);
  });

  it('may overlap others', async () => {
    const workspaces = dirtyPool();
    const expected = await Promise.all(strategies.map((strategy) => packageOf(pair, strategy)));
    const made = await Promise.all(strategies.map((strategy) => packageOf(pair, strategy, workspaces)));
    expect(made.map((bytes, i) => Buffer.compare(bytes, expected[i] ?? bytes.subarray(1)))).toEqual(
      strategies.map(() => 0),
    );
    const rebuilt = await Promise.all(made.map((bytes) => targetOf(pair, bytes, workspaces)));
    for (const bytes of rebuilt) expect(Buffer.compare(bytes, after)).toBe(0);
  });

  it('gives its workspaces back when it fails or is left early', async () => {
    let made = 0;
    const workspaces = new WorkspacePool('plain', () => {
      made++;
      return createWasmKernels();
    });
    const strategy = resolveStrategy('fixed');
    const bytes = await packageOf(pair, strategy, workspaces);
    const used = made;
    for (let i = 0; i < 3; i++) {
      const damaged = bytes.slice();
      damaged[damaged.length - 40] = (damaged[damaged.length - 40] ?? 0) ^ 1;
      await expect(targetOf(pair, damaged, workspaces)).rejects.toThrow(DataError);
      for await (const piece of diff(pair.base, pair.target, {
        strategy,
        workers: 1,
        clock: stoppedClock,
        workspaces,
      })) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(made).toBe(used);
  });

  it('is refused kernels of another build', async () => {
    const options = { strategy: resolveStrategy('fixed'), workers: 1, clock: stoppedClock } as const;
    const run = diff(pair.base, pair.target, {
      ...options,
      kernels: 'metered',
      workspaces: new WorkspacePool(),
    });
    await expect(run[Symbol.asyncIterator]().next()).rejects.toThrow(BugError);
  });
});
