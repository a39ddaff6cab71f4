/** The whole pipeline: same bytes for any number of workers and on every run, clear refusals, cancellation. */
import { mkdtempSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stoppedClock } from '../../src/base/clock.js';
import { CancelledError, UsageError, WorldError } from '../../src/base/errors.js';
import { regionBytes } from '../../src/base/limits.js';
import { diff, type DiffOptions } from '../../src/engine/diff.js';
import { buildManifest } from '../../src/engine/manifest.js';
import { memorySnapshot } from '../../src/engine/snapshot/memory.js';
import { openSnapshot } from '../../src/engine/snapshot/open.js';
import type { Snapshot } from '../../src/engine/snapshot/snapshot.js';
import { resolveStrategy } from '../../src/engine/strategy/settings.js';
import { strategyNames } from '../../src/engine/strategy/strategy.js';
import { applyEdits, concat, content, image } from '../support/pairs.js';

const before = content(11, 3 * regionBytes + 12_345);
const after = applyEdits(before, [
  { kind: 'insert', at: 0.2, length: 3333, seed: 1 },
  { kind: 'overwrite', at: 0.5, length: 70_000, seed: 2 },
  { kind: 'delete', at: 0.7, length: 999 },
]);
const base = image(before, 'base');
const target = image(after, 'target');

async function packageOf(
  from: Parameters<typeof diff>[0],
  to: Snapshot,
  more: Partial<DiffOptions> = {},
): Promise<Uint8Array> {
  const options = { strategy: resolveStrategy('compare'), workers: 1, clock: stoppedClock, ...more };
  const frames: Uint8Array[] = [];
  for await (const frame of diff(from, to, options)) frames.push(frame);
  return concat(...frames);
}

describe.each(strategyNames)('diff with %s', (name) => {
  it('gives the same bytes for one, two and three workers, and again', async () => {
    const strategy = resolveStrategy(name);
    const one = await packageOf(base, target, { strategy, workers: 1 });
    for (const workers of [1, 2, 3]) {
      const again = await packageOf(base, target, { strategy, workers });
      expect(Buffer.compare(again, one)).toBe(0);
    }
  });

  it('sends far less than the target, and less with sub-block deltas', async () => {
    const plain = await packageOf(base, target, {
      strategy: resolveStrategy(name, { subBlock: false, codec: 'stored' }),
    });
    const fine = await packageOf(base, target, { strategy: resolveStrategy(name, { codec: 'stored' }) });
    expect(fine.length).toBeLessThan(plain.length);
    expect(fine.length).toBeLessThan(after.length / 2);
  });
});

describe('diff', () => {
  it('counts exactly what it did, whatever the number of workers', async () => {
    const counts: unknown[] = [];
    for (const workers of [1, 2]) {
      const run = diff(base, target, { strategy: resolveStrategy('fastcdc'), workers, clock: stoppedClock });
      let bytes = 0;
      for await (const frame of run) bytes += frame.length;
      expect(run.summary.packageBytes).toBe(bytes);
      counts.push(run.summary.reading.counts);
    }
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[0]).toMatchObject({ bytesChunked: before.length + after.length });
  });

  it('detects from a manifest alone what it detects from content, with the same base id', async () => {
    const strategy = resolveStrategy('fixed', { subBlock: false });
    if (strategy.name !== 'fixed') throw new Error('fixed resolves to fixed');
    const { manifest } = await buildManifest(base, { strategy, workers: 1, clock: stoppedClock });
    const fromManifest = await packageOf(manifest, target, { strategy });
    const fromContent = await packageOf(base, target, { strategy });
    expect(Buffer.compare(fromManifest, fromContent)).toBe(0);
  });

  it('refuses what cannot work, and says the way out', async () => {
    const strategy = resolveStrategy('fixed');
    if (strategy.name !== 'fixed') throw new Error('fixed resolves to fixed');
    const { manifest } = await buildManifest(base, { strategy, workers: 1, clock: stoppedClock });
    await expect(packageOf(manifest, target)).rejects.toThrow(/compare needs the base's content/);
    const other = resolveStrategy('fixed', { blockBytes: '4KiB' });
    await expect(packageOf(manifest, target, { strategy: other })).rejects.toThrow(UsageError);
    const tree = memorySnapshot('tree', [{ path: '.', kind: 'directory' }]);
    await expect(packageOf(base, tree)).rejects.toThrow(/a single file and the target is a directory/);
  });

  it('stops between regions when cancelled', async () => {
    const controller = new AbortController();
    const regions: number[] = [];
    const onProgress = ({ doneBytes }: { doneBytes: number }): void => {
      regions.push(doneBytes);
      controller.abort();
    };
    await expect(packageOf(base, target, { signal: controller.signal, onProgress })).rejects.toThrow(
      CancelledError,
    );
    expect(regions.length).toBe(1);
  });

  it('has no summary before the end', () => {
    const run = diff(base, target, { strategy: resolveStrategy('compare'), workers: 1, clock: stoppedClock });
    expect(() => run.summary).toThrow(UsageError);
  });

  it('handles empty snapshots', async () => {
    const empty = image(new Uint8Array(0), 'empty');
    for (const name of strategyNames) {
      const strategy = resolveStrategy(name);
      expect((await packageOf(empty, empty, { strategy })).length).toBeGreaterThan(0);
      expect((await packageOf(empty, target, { strategy })).length).toBeGreaterThan(0);
      expect((await packageOf(target, empty, { strategy })).length).toBeGreaterThan(0);
    }
  });
});

describe('diff of files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'snapdelta-diff-'));
    writeFileSync(join(folder, 'v0'), before);
    writeFileSync(join(folder, 'v1'), after);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('refuses to finish when the target changed meanwhile', async () => {
    const changing = openSnapshot(join(folder, 'v1'));
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase === 'encode') appendFileSync(join(folder, 'v1'), 'x');
    };
    await expect(packageOf(openSnapshot(join(folder, 'v0')), changing, { onProgress })).rejects.toThrow(
      WorldError,
    );
  });

  it('gives a clear error for a file that vanished, also from a worker', async () => {
    for (const workers of [1, 2]) {
      writeFileSync(join(folder, 'gone'), after);
      const vanishing = openSnapshot(join(folder, 'gone'));
      rmSync(join(folder, 'gone'));
      await expect(packageOf(openSnapshot(join(folder, 'v0')), vanishing, { workers })).rejects.toThrow(
        WorldError,
      );
    }
  });
});
