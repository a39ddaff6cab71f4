/** Everything that can go wrong is one clear error of its kind, and leaves nothing under the target's name or beside it. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { CancelledError, DataError, UsageError, WorldError } from '../../../src/base/errors.js';
import { leafBytes, snapshotBytesMax } from '../../../src/base/limits.js';
import { apply, type ApplyOptions } from '../../../src/engine/apply/apply.js';
import type { PackageBytes } from '../../../src/engine/apply/package-source.js';
import { OperationWriter } from '../../../src/engine/delta/operations.js';
import { signRoot } from '../../../src/engine/package/signature.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { createTarget } from '../../../src/engine/snapshot/target.js';
import type { TargetWriter } from '../../../src/engine/snapshot/target-writer.js';
import { content, image } from '../../support/pairs.js';
import { namesIn, temporaryDirectories } from '../snapshot/temp.js';
import {
  diffOf,
  encode,
  handMade,
  literal,
  options,
  rebuilt,
  stored,
  zeros,
  type HandMade,
} from './packages.js';

const fresh = temporaryDirectories();

/** Applies onto a disk where another file lies already; checks that only it is left; gives the error. */
async function failureOf(
  base: Snapshot,
  pieces: PackageBytes,
  more: Partial<ApplyOptions> = {},
  wrap: (writer: TargetWriter) => TargetWriter = (writer) => writer,
): Promise<Error> {
  const folder = fresh();
  const path = join(folder, 'target');
  if (base.form === 'image') writeFileSync(path, 'what was here before');
  const before = namesIn(folder);
  const writer = wrap(createTarget(path, { form: base.form, overwrite: true }));
  let failure: unknown;
  try {
    await apply(base, pieces, writer, options(more));
  } catch (caught) {
    failure = caught;
  }
  expect(namesIn(folder)).toEqual(before);
  if (base.form === 'image') expect(readFileSync(path, 'utf8')).toBe('what was here before');
  if (!(failure instanceof Error)) throw new Error('the package was applied');
  expect(failure.message).not.toContain('\n');
  return failure;
}

const baseBytes = content(9, 6 * leafBytes);
const good = handMade(baseBytes, [
  { script: [{ kind: 'copy', length: 2 * leafBytes, baseAddress: 5 }] },
  { script: [literal(content(2, leafBytes))] },
  {
    script: [{ kind: 'repeat', length: leafBytes, sourceAddress: leafBytes }, literal(Uint8Array.of(1, 2))],
    dependencies: [0],
  },
]);

function altered(index: number, change: Partial<HandMade['segments'][number]>): Uint8Array[] {
  const segments = good.segments.map((segment) =>
    segment.index === index ? { ...segment, ...change } : segment,
  );
  return encode({ ...good, segments });
}

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

describe('a package', () => {
  test('that ends anywhere is refused', async () => {
    const pieces = encode(good);
    for (let count = 0; count < pieces.length; count++) {
      expect(await failureOf(good.base, pieces.slice(0, count))).toBeInstanceOf(DataError);
    }
    const whole = Buffer.concat(pieces);
    for (const length of [1, 11, 50, whole.length - 1]) {
      expect(await failureOf(good.base, [whole.subarray(0, length)])).toBeInstanceOf(DataError);
    }
  });

  test('with a changed bit anywhere is refused', async () => {
    const whole = Buffer.concat(encode(good));
    for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(await failureOf(good.base, [damaged]), `byte ${at}`).toBeInstanceOf(DataError);
    }
  });

  test.each<[string, () => Uint8Array[], RegExp]>([
    [
      'segments before those they depend on',
      () => encode({ ...good, segments: good.segments.toReversed() }),
      /segment 2 comes before segment 0/,
    ],
    [
      'an undeclared dependency',
      () => altered(2, { dependencies: [1] }),
      /segment 2 repeats target bytes of a segment that it does not depend on/,
    ],
    [
      'too few literals',
      () => altered(1, { streams: streamsWith(1, 'literals', content(2, 100)) }),
      /segment 1 needs more literals than its 100 bytes/,
    ],
    [
      'literals to spare',
      () => altered(2, { streams: streamsWith(2, 'literals', content(2, 9)) }),
      /segment 2 has 7 bytes of literals that nothing uses/,
    ],
    [
      'differences to spare',
      () => altered(1, { streams: streamsWith(1, 'differences', Uint8Array.of(1)) }),
      /differences/,
    ],
    [
      'operations beyond the base',
      () =>
        altered(0, {
          streams: streamsWith(0, 'operations', Uint8Array.of(0x81, 0x80, 0x40, 0xff, 0xff, 0xff, 0x7f)),
        }),
      /outside the base/,
    ],
    [
      'a header that names another target',
      () =>
        encode({
          ...good,
          header: { ...good.header, target: { ...good.header.target, content: new Uint8Array(16) } },
        }),
      /the package is wrong/,
    ],
    [
      'a header that names other metadata',
      () =>
        encode({
          ...good,
          header: { ...good.header, target: { ...good.header.target, metadata: new Uint8Array(16) } },
        }),
      /modes and times are not what the header states/,
    ],
  ])('with %s is refused', async (_name, make, message) => {
    const failure = await failureOf(good.base, make());
    expect(failure).toBeInstanceOf(DataError);
    expect(failure.message).toMatch(message);
  });

  test('whose segments do not end on leaf borders is refused', async () => {
    const whole = handMade(baseBytes, [{ script: [zeros(300)] }]);
    const [only] = whole.segments;
    if (only === undefined) throw new Error('a segment');
    const segments = [
      { ...only, targetBytes: 100, streams: zerosOf(100) },
      { ...only, index: 1, targetAddress: 100, targetBytes: 200, streams: zerosOf(200) },
    ];
    const failure = await failureOf(whole.base, encode({ ...whole, segments }));
    expect(failure.message).toMatch(/segment 0 does not begin and end on leaf borders/);
  });

  test('that claims more than any target may have is refused before anything is allocated', async () => {
    const totalBytes = snapshotBytesMax + leafBytes;
    const header = { ...good.header, target: { ...good.header.target, totalBytes } };
    const entry = good.structure.changed[0]?.entry;
    if (entry === undefined) throw new Error('an entry');
    const structure = { removed: [], changed: [{ entry: { ...entry, sizeBytes: totalBytes } }] };
    const pieces = encode({ ...good, header, structure, segments: [] }, undefined, 'unfinished');
    expect((await failureOf(good.base, pieces)).message).toMatch(/more than 2 TiB|more than 2\.00 TiB/);
  });

  test('that removes what a tree does not have is refused', async () => {
    const make = (name: string) =>
      memorySnapshot('tree', [
        { path: '.', kind: 'directory' },
        { path: name, bytes: Buffer.from('x') },
      ]);
    const pieces = await diffOf(make('a'), make('c'));
    const failure = await failureOf(make('b'), pieces, { metadata: 'ignore' });
    expect(failure.message).toMatch(/the base has no "a", which the package removes/);
  });
});

describe('the world', () => {
  test('a disk that fills up leaves nothing', async () => {
    let writes = 0;
    const failing = (writer: TargetWriter): TargetWriter => ({
      begin: (shape) => writer.begin(shape),
      write: (address, bytes) => {
        if (++writes === 2) throw new WorldError('cannot write target: the disk is full');
        writer.write(address, bytes);
      },
      zero: (address, length) => writer.zero(address, length),
      read: (address, into) => writer.read(address, into),
      commit: () => writer.commit(),
      abort: () => writer.abort(),
    });
    const failure = await failureOf(good.base, encode(good), {}, failing);
    expect(failure).toBeInstanceOf(WorldError);
    expect(writes).toBe(2);
  });

  test('a source that fails is named', async () => {
    const pieces = encode(good);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* pieces.slice(0, 2);
      await Promise.resolve();
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    }
    const failure = await failureOf(good.base, broken());
    expect(failure).toBeInstanceOf(WorldError);
    expect(failure.message).toBe('cannot read the package: the device failed');
  });

  test('a target that is the base is refused', async () => {
    const path = join(fresh(), 'base');
    writeFileSync(path, baseBytes);
    const writer = createTarget(path, { form: 'image', overwrite: true });
    await expect(apply(openSnapshot(path), encode(good), writer, options())).rejects.toThrow(UsageError);
    expect(readFileSync(path).equals(baseBytes)).toBe(true);
  });
});

describe('cancelling', () => {
  test('stops between pieces', async () => {
    const controller = new AbortController();
    const onProgress = ({ doneBytes }: { doneBytes: number }) => {
      if (doneBytes >= 2 * leafBytes) controller.abort();
    };
    const failure = await failureOf(good.base, encode(good), { signal: controller.signal, onProgress });
    expect(failure).toBeInstanceOf(CancelledError);
  });

  test('does not wait for a source that is silent, and lets it go', async () => {
    const controller = new AbortController();
    const source = Readable.from(
      (async function* () {
        yield* encode(good).slice(0, 2);
        setImmediate(() => controller.abort());
        await new Promise(() => undefined);
      })(),
    );
    const failure = await failureOf(good.base, source, { signal: controller.signal });
    expect(failure).toBeInstanceOf(CancelledError);
    expect(source.destroyed).toBe(true);
  });

  test('works in the middle of one long segment, by a timer', async () => {
    const made = handMade(new Uint8Array(1), [{ script: [zeros(80 * 2 ** 20)] }]);
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const failure = await failureOf(made.base, encode(made), { signal: controller.signal });
    expect(failure).toBeInstanceOf(CancelledError);
  });

  test('before the start does nothing', async () => {
    const failure = await failureOf(good.base, encode(good), { signal: AbortSignal.abort() });
    expect(failure).toBeInstanceOf(CancelledError);
  });
});

test('progress grows up to the whole', async () => {
  const seen: number[] = [];
  await rebuilt(good.base, encode(good), { onProgress: ({ doneBytes }) => seen.push(doneBytes) });
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(good.target.layout.totalBytes);
});

describe('signatures', () => {
  const ours = generateKeyPairSync('ed25519');
  const theirs = generateKeyPairSync('ed25519');
  const strong = handMade(baseBytes, [{ script: [literal(content(2, leafBytes))] }], 'blake3');
  const signed = encode(strong, (message) => signRoot(ours.privateKey, message));

  test('by a trusted key are accepted, by an unknown one only where none is required', async () => {
    const trusting = { trust: [theirs.publicKey, ours.publicKey], requireSignature: true };
    expect((await rebuilt(strong.base, signed, trusting)).summary.signatures).toMatchObject([
      { state: 'trusted' },
    ]);
    expect((await rebuilt(strong.base, signed)).summary.signatures).toMatchObject([{ state: 'unknown key' }]);
    const failure = await failureOf(strong.base, signed, {
      trust: [theirs.publicKey],
      requireSignature: true,
    });
    expect(failure).toBeInstanceOf(DataError);
    expect(failure.message).toMatch(/not signed by a trusted key: it is signed by [0-9a-f]{32} only/);
  });

  test('that are missing, impossible or forged are refused', async () => {
    const required = { trust: [ours.publicKey], requireSignature: true };
    expect((await failureOf(strong.base, encode(strong), required)).message).toMatch(/it has no signature/);
    expect((await failureOf(good.base, encode(good), required)).message).toMatch(
      /xxh3-128 packages cannot be signed/,
    );
    expect(await failureOf(good.base, signed, { requireSignature: true })).toBeInstanceOf(UsageError);
    const forged = encode(strong, (message) => ({
      ...signRoot(ours.privateKey, message),
      signature: new Uint8Array(64),
    }));
    expect((await failureOf(strong.base, forged, { trust: [ours.publicKey] })).message).toMatch(
      /does not match/,
    );
  });
});

test('what was made of a memory target that failed is let go', async () => {
  const writer = memoryTarget();
  await expect(apply(good.base, encode(good).slice(0, 3), writer, options())).rejects.toThrow(DataError);
  expect(() => writer.snapshot()).toThrow(UsageError);
});

function zerosOf(length: number): HandMade['segments'][number]['streams'] {
  const operations = new OperationWriter(0);
  operations.push({ kind: 'zero', length });
  const empty = stored(new Uint8Array(0));
  return { operations: stored(operations.finish()), differences: empty, literals: empty };
}

function streamsWith(index: number, name: 'operations' | 'literals' | 'differences', bytes: Uint8Array) {
  const streams = good.segments[index]?.streams;
  if (streams === undefined) throw new Error('a segment');
  return { ...streams, [name]: stored(bytes) };
}
