/** Real packages, applied on disk and in memory: what comes out is the target, byte for byte, mode for mode, time for time. */
import {
  readFileSync,
  writeFileSync,
  chmodSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply } from '../../../src/engine/apply/apply.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { createTarget } from '../../../src/engine/snapshot/target.js';
import { settableSeconds } from '../../../src/engine/snapshot/times.js';
import { strategyNames } from '../../../src/engine/strategy/strategy.js';
import { bytesOf, imagePairs, treePairs } from '../../support/pairs.js';
import { namesIn, temporaryDirectories } from '../snapshot/temp.js';
import { diffOf, encode, options, rebuilt, sparse } from './packages.js';

const fresh = temporaryDirectories();

describe.each(strategyNames)('packages of %s', (strategy) => {
  test.each([
    ['images', imagePairs],
    ['trees', treePairs],
  ])('rebuild %s', async (_name, pairs) => {
    await fc.assert(
      fc.asyncProperty(pairs, async ({ base, target }) => {
        const { snapshot, bytes } = await rebuilt(base, await diffOf(base, target, strategy));
        expect(snapshot.entries).toEqual(target.entries);
        expect(Buffer.compare(bytes, bytesOf(target))).toBe(0);
      }),
      { seed: 6, numRuns: 12 },
    );
  });
});

describe('on disk', () => {
  test('a file is rebuilt with its mode and time, and the base stays as it was', async () => {
    const folder = fresh();
    const [oldPath, newPath, outPath] = ['old', 'new', 'out'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(oldPath, Buffer.alloc(300_000, 'abc'));
    writeFileSync(
      newPath,
      Buffer.concat([Buffer.alloc(200_000, 'abc'), Buffer.alloc(200_000), Buffer.from('tail')]),
    );
    chmodSync(newPath, 0o600);
    utimesSync(newPath, 0, settableSeconds(1_600_000_000_000_001));
    const before = statSync(oldPath, { bigint: true });
    const pieces = await diffOf(openSnapshot(oldPath), openSnapshot(newPath));
    const writer = createTarget(outPath, { form: 'image', overwrite: false });
    await apply(openSnapshot(oldPath), pieces, writer, options());
    expect(readFileSync(outPath).equals(readFileSync(newPath))).toBe(true);
    expect(openSnapshot(outPath).entries).toEqual(openSnapshot(newPath).entries);
    expect(statSync(oldPath, { bigint: true }).mtimeNs).toBe(before.mtimeNs);
    expect(namesIn(folder)).toEqual(['new', 'old', 'out']);
  });

  test('a tree is rebuilt: added, removed, renamed, retyped and touched entries', async () => {
    const folder = fresh();
    const [oldPath, newPath, outPath] = ['old', 'new', 'out'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const root of [oldPath, newPath]) {
      mkdirSync(join(root, 'keep'), { recursive: true });
      writeFileSync(join(root, 'keep', 'same'), 'same');
      writeFileSync(join(root, 'touched'), 'touched');
    }
    mkdirSync(join(oldPath, 'retyped'));
    writeFileSync(join(oldPath, 'retyped', 'below'), 'gone');
    writeFileSync(join(oldPath, 'old-name'), Buffer.alloc(100_000, 'moved'));
    writeFileSync(join(oldPath, 'linked'), 'a file before');
    writeFileSync(join(newPath, 'retyped'), 'a file now');
    writeFileSync(join(newPath, 'new-name'), Buffer.alloc(100_000, 'moved'));
    symlinkSync('../..', join(newPath, 'linked'));
    utimesSync(join(newPath, 'touched'), 0, settableSeconds(1_234_567_890_123_456));
    chmodSync(join(newPath, 'keep'), 0o500);
    const pieces = await diffOf(openSnapshot(oldPath), openSnapshot(newPath));
    const summary = await apply(
      openSnapshot(oldPath),
      pieces,
      ({ form }) => createTarget(outPath, { form, overwrite: false }),
      options(),
    );
    expect(openSnapshot(outPath).entries).toEqual(openSnapshot(newPath).entries);
    expect(bytesOf(openSnapshot(outPath))).toEqual(bytesOf(openSnapshot(newPath)));
    expect(summary.removedCount).toBe(2);
    expect(namesIn(folder)).toEqual(['new', 'old', 'out']);
  });

  test('an image beyond 4 GiB is one operation, and one hole', async () => {
    const path = join(fresh(), 'out');
    const made = sparse(6 * 2 ** 30, Buffer.from('end'));
    await apply(made.base, encode(made), createTarget(path, { form: 'image', overwrite: false }), options());
    expect(openSnapshot(path).entries).toEqual(made.structure.changed.map(({ entry }) => entry));
    expect(statSync(path).blocks).toBeLessThan(1000);
    const end = Buffer.alloc(4);
    openSnapshot(path)
      .openReader()
      .read(6 * 2 ** 30 - 1, end);
    expect(end.toString()).toBe('\0end');
  });
});
