/** A base that is not the package's, or does not stay what it was, is named as the reason. */
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DataError, WorldError } from '../../../src/base/errors.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { content, image } from '../../support/pairs.js';
import { temporaryDirectories } from '../snapshot/temp.js';
import { diffOf, encode, rebuilt } from './packages.js';
import { altered, baseBytes, failureOf, good } from './refusal.js';

const fresh = temporaryDirectories();

describe('the wrong base', () => {
  const tree = memorySnapshot(
    'tree',
    [
      { path: '.', kind: 'directory' },
      { path: 'a', bytes: baseBytes },
    ],
    'tree',
  );

  test.each<[string, Snapshot, RegExp]>([
    [
      'another form',
      tree,
      /tree is not the base of this package: it is a directory, the package is for a single file/,
    ],
    [
      'another size',
      image(content(9, 100), 'x'),
      /x is not the base .*: it has 100 bytes, the base has 384 KiB/,
    ],
    [
      'other content',
      image(content(8, baseBytes.length), 'x'),
      /x is not the base .*: expected [0-9a-f]{32}, found [0-9a-f]{32}/,
    ],
  ])('of %s is named', async (_name, base, message) => {
    const failure = await failureOf(base, encode(good));
    expect(failure).toBeInstanceOf(DataError);
    expect(failure.message).toMatch(message);
  });

  test('is not blamed where the package itself is wrong', async () => {
    const failure = await failureOf(good.base, altered(1, { contentDigest: new Uint8Array(16) }));
    expect(failure).toBeInstanceOf(DataError);
    expect(failure.message).toMatch(
      /segment 1 does not rebuild the target from its true base: the package is wrong/,
    );
  });

  test('of a tree is known by names, modes and times, unless those are to be ignored', async () => {
    const make = (mode: number, text: string) =>
      memorySnapshot('tree', [
        { path: '.', kind: 'directory' },
        { path: 'a', bytes: Buffer.from(text), mode },
        { path: 'b', bytes: Buffer.from('b') },
      ]);
    const target = memorySnapshot('tree', [
      { path: '.', kind: 'directory' },
      { path: 'a', bytes: Buffer.from('one'), mode: 0o644 },
      { path: 'b', bytes: Buffer.from('changed') },
    ]);
    const pieces = await diffOf(make(0o644, 'one'), target);
    const failure = await failureOf(make(0o600, 'one'), pieces);
    expect(failure).toBeInstanceOf(DataError);
    expect(failure.message).toMatch(/its names, modes or times differ/);
    const { snapshot, bytes } = await rebuilt(make(0o600, 'one'), pieces, { metadata: 'ignore' });
    expect(Buffer.from(bytes).toString()).toBe('onechanged');
    expect(snapshot.entries[1]?.mode).toBe(0o600);
    const wrong = await failureOf(make(0o600, 'two'), pieces, { metadata: 'ignore' });
    expect(wrong.message).toMatch(/is not the base of this package: expected/);
  });

  test('that changed since it was opened is the world’s failure', async () => {
    const path = join(fresh(), 'base');
    writeFileSync(path, baseBytes);
    const base = openSnapshot(path);
    writeFileSync(path, content(8, baseBytes.length));
    const failure = await failureOf(base, encode(good));
    expect(failure).toBeInstanceOf(WorldError);
    expect(failure.message).toMatch(/changed while it was read/);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['vanished', (path) => rmSync(path), /cannot open .*: it does not exist/],
    ['shrank', (path) => truncateSync(path, 10), /shrank while it was read/],
  ])('that %s is the world’s failure', async (_name, change, message) => {
    const path = join(fresh(), 'base');
    writeFileSync(path, baseBytes);
    const base = openSnapshot(path);
    change(path);
    const failure = await failureOf(base, encode(good));
    expect(failure).toBeInstanceOf(WorldError);
    expect(failure.message).toMatch(message);
  });
});
