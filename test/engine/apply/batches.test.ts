/** Operations are rebuilt in batches: where one ends and the next begins must not show, in the target, in errors, or in how often a kernel is called. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, WorldError } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import { Random } from '../../../src/base/prng.js';
import { apply } from '../../../src/engine/apply/apply.js';
import { pieceBytesMax } from '../../../src/engine/apply/pieces.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import type { KernelFunctions, KernelInstance } from '../../../src/kernels/abi.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { createTwinKernels } from '../../../src/kernels/twin/index.js';
import { bytesOf, content } from '../../support/pairs.js';
import { encode, handMade, literal, options, rebuilt, stored, zeros, type Scripted } from './packages.js';

const MiB = 2 ** 20;
/** More than the base window holds. */
const base = new Uint8Array(12 * MiB + 345);
new Random(4).fill(base);
const wasm = createWasmKernels();

const copy = (baseAddress: number, length: number): Scripted => ({ kind: 'copy', length, baseAddress });
const add = (baseAddress: number, differences: Uint8Array): Scripted => ({
  kind: 'add',
  differences,
  baseAddress,
});
const repeat = (sourceAddress: number, length: number): Scripted => ({
  kind: 'repeat',
  length,
  sourceAddress,
});

/** Kernels that note how many records each call of deltaApply gets. */
function watched(instance: KernelInstance): { readonly kernels: KernelInstance; readonly counts: number[] } {
  const counts: number[] = [];
  const deltaApply: KernelFunctions['deltaApply'] = (...args) => {
    counts.push(args[3]);
    return instance.functions.deltaApply(...args);
  };
  return { kernels: { ...instance, functions: { ...instance.functions, deltaApply } }, counts };
}

/** Applies a script in one segment, compares with the interpreter, and returns the records of each kernel call. */
async function run(script: readonly Scripted[], instance: KernelInstance = wasm): Promise<number[]> {
  const made = handMade(base, [{ script }]);
  const { kernels, counts } = watched(instance);
  const { bytes } = await rebuilt(made.base, encode(made), { kernels });
  expect(Buffer.compare(bytes, bytesOf(made.target))).toBe(0);
  return counts;
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const ofRecordWindow = 128 * 1024;

describe('a batch', () => {
  test('ends where the record window is full', async () => {
    const pairs = 80_000;
    const script = times(pairs, (i) => [copy(2 * i + 1, 1), literal(Uint8Array.of(i))]).flat();
    expect(await run(script)).toEqual([ofRecordWindow, 2 * pairs - ofRecordWindow]);
  });

  test('ends where the base window is full', async () => {
    // Each copy is close enough to the last to be read in one go with it: 16,000 bytes of base for 500.
    const script = times(700, (i) => [copy(i * 16_000, 500), literal(Uint8Array.of(i, 1))]).flat();
    const counts = await run(script);
    expect(counts.length).toBe(2);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(script.length);
  });

  test('ends with its piece, in the middle of an operation too', async () => {
    const size = 20_001;
    const script = times(Math.floor((5 * pieceBytesMax) / (2 * size)), (i) => [
      copy(i * size + 7, size),
      literal(content(i, size)),
    ]).flat();
    const counts = await run(script);
    expect(counts.length).toBe(5);
    // Each border but the last lies inside an operation, of which both parts are records.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(script.length + 4);
  });

  test('holds operations whose base bytes are far apart, small zeros, and both ends of the base', async () => {
    const script = times(3000, (i) => [
      copy(((i * 7919 * 1009) % (base.length - 50)) + 3, 40),
      zeros((i % 40) + 1),
      add(base.length - 30, content(i, 30)),
      copy(0, 11),
    ]).flat();
    expect(await run(script)).toEqual([script.length]);
  });

  test('is not made for one large operation, literals alone, or one copy', async () => {
    expect(
      await run([copy(77, 3 * MiB + 1), add(5, content(1, 100_000)), literal(content(2, 70_000))]),
    ).toEqual([]);
    expect(await run([literal(content(3, 900))])).toEqual([]);
    expect(await run([copy(9, 900)])).toEqual([]);
  });

  test('gives its payload up to what repeats it', async () => {
    const steps = 6000;
    const script = times(steps, (i) => [
      literal(content(i, 50)),
      add(i * 13, content(i + 1, 60)),
      repeat(i * 200, 90),
    ]).flat();
    expect(await run(script)).toEqual(times(steps, () => 2));
  });

  /** Long scripts of mostly small operations, some just below and above what goes straight to its place. */
  const randomScript = (seed: number): Scripted[] => {
    const random = new Random(seed);
    const script: Scripted[] = [];
    let near = 0;
    for (let at = 0; at < 2.3 * pieceBytesMax;) {
      const length = random.below(20) > 0 ? random.between(1, 700) : random.between(32_000, 33_500);
      if (random.below(3) === 0) near = random.below(base.length);
      const address = Math.min(near, base.length - length);
      near = address + length + random.between(-Math.min(300, address), 400);
      const kind = random.below(9);
      if (kind < 4) script.push(copy(address, length));
      else if (kind < 6) script.push(add(address, content(random.below(1000), length)));
      else if (kind < 8) script.push(literal(content(random.below(1000), length)));
      else if (random.below(2) === 0 || at < length) script.push(zeros(length));
      else script.push(repeat(random.below(at - length + 1), length));
      at += length;
    }
    return script;
  };

  test('more or less makes no difference', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        expect((await run(randomScript(seed))).length).toBeGreaterThan(2);
      }),
      { seed: 11, numRuns: 12 },
    );
  });

  test('is rebuilt by the twin kernels alike', async () => {
    expect(await run(randomScript(3), createTwinKernels())).toEqual(await run(randomScript(3)));
  });
});

describe('hostile streams', () => {
  const script = times(500, (i) => [
    copy(i * 100, 40),
    literal(content(i, 30)),
    add(i * 50, content(i + 1, 20)),
  ]).flat();
  const good = handMade(base, [{ script }]);
  const [segment] = good.segments;
  if (segment === undefined) throw new Error('a segment');
  const { streams } = segment;

  async function failure(changed: Partial<typeof streams>): Promise<Error> {
    const made = {
      ...good,
      segments: [{ ...segment, streams: { ...streams, ...changed } }] as typeof good.segments,
    };
    const writer = memoryTarget();
    const refused = await apply(good.base, encode(made), writer, options()).then(
      () => new Error('it was applied'),
      (error: unknown) => error as Error,
    );
    expect(() => writer.snapshot()).toThrow();
    return refused;
  }

  test.each(['literals', 'differences'] as const)('%s that end inside a batch are missed', async (name) => {
    const whole = streams[name].packed;
    for (const left of [0, 1, 29, 4000, whole.length - 1]) {
      const refused = await failure({ [name]: stored(whole.subarray(0, left)) });
      expect(refused).toBeInstanceOf(DataError);
      expect(refused.message).toBe(`segment 0 needs more ${name} than its ${left} bytes`);
    }
  });

  test.each(['literals', 'differences'] as const)('%s behind the last batch are refused', async (name) => {
    const longer = stored(Buffer.concat([streams[name].packed, Uint8Array.of(1, 2)]));
    expect((await failure({ [name]: longer })).message).toBe(
      `segment 0 has 2 bytes of ${name} that nothing uses`,
    );
  });

  test.each(['instructions', 'lengths', 'addresses'] as const)(
    '%s that are cut or changed inside a batch never pass',
    async (name) => {
      const { packed } = streams[name];
      await fc.assert(
        fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
          expect(await failure({ [name]: stored(packed.subarray(0, at)) })).toBeInstanceOf(DataError);
          const changed = Uint8Array.from(packed, (byte, i) => (i === at ? byte ^ flip : byte));
          expect(await failure({ [name]: stored(changed) })).toBeInstanceOf(DataError);
        }),
        { seed: 12, numRuns: 60 },
      );
    },
  );
});

test('a base that cannot be read in a batch is the world’s failure', async () => {
  const made = handMade(base, [
    { script: times(2 * leafBytes, (i) => [copy(i * 3, 1), literal(Uint8Array.of(i))]).flat() },
  ]);
  let reads = 0;
  const read = () => {
    reads++;
    throw new WorldError('the disk is gone');
  };
  const { form, entries, layout, name, source } = made.base;
  const broken = {
    ...{ form, entries, layout, name, source },
    openReader: () => ({ read, close: () => undefined }),
    assertUnchanged: () => undefined,
  };
  await expect(apply(broken, encode(made), memoryTarget(), options())).rejects.toThrow('the disk is gone');
  expect(reads).toBe(1);
});
