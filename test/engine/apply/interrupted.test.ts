/** The world in the way of a good package: full disks, failing sources, cancellation. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { CancelledError, UsageError, WorldError } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import { apply } from '../../../src/engine/apply/apply.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { createTarget } from '../../../src/engine/snapshot/target.js';
import type { TargetWriter } from '../../../src/engine/snapshot/target-writer.js';
import { temporaryDirectories } from '../snapshot/temp.js';
import { encode, handMade, options, rebuilt, zeros } from './packages.js';
import { baseBytes, failureOf, good } from './refusal.js';

const fresh = temporaryDirectories();

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
