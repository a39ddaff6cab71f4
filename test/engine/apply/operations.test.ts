/** Every operation against a plain interpreter, in every order of segments that respects dependencies. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leafBytes } from '../../../src/base/limits.js';
import { Random } from '../../../src/base/prng.js';
import { createTwinKernels } from '../../../src/kernels/twin/index.js';
import { content } from '../../support/pairs.js';
import { encode, handMade, literal, rebuilt, zeros, type HandMade, type Scripted } from './packages.js';

const base = content(3, 5 * leafBytes + 777);

/** Random segments of whole leaves; repeats reach back into the segment itself and into its dependencies. */
function randomPackage(seed: number): HandMade {
  const random = new Random(seed);
  const parts: { script: Scripted[]; dependencies: number[] }[] = [];
  const starts: number[] = [];
  let at = 0;
  const count = random.between(1, 6);
  for (let index = 0; index < count; index++) {
    const isLast = index === count - 1;
    const length = random.between(1, 20) * leafBytes + (isLast ? random.below(leafBytes) : 0);
    const dependencies = starts.flatMap((_, i) => (random.below(3) === 0 ? [i] : []));
    const script: Scripted[] = [];
    for (let done = 0; done < length;) {
      const size = Math.min(
        length - done,
        random.below(4) === 0 ? random.between(1, 2_000_000) : random.between(1, 3000),
      );
      const step = randomStep(random, size, at, done, starts, dependencies);
      script.push(step);
      done += lengthOf(step);
    }
    parts.push({ script, dependencies });
    starts.push(at);
    at += length;
  }
  return handMade(base, parts);
}

function lengthOf(step: Scripted): number {
  if (step.kind === 'add') return step.differences.length;
  return 'bytes' in step ? step.bytes.length : step.length;
}

function randomStep(
  random: Random,
  size: number,
  segmentStart: number,
  done: number,
  starts: readonly number[],
  dependencies: readonly number[],
): Scripted {
  const some = (length: number) => {
    const bytes = new Uint8Array(length);
    random.fill(bytes);
    return bytes;
  };
  const fromBase = Math.min(size, base.length);
  const baseAddress = random.below(base.length - fromBase + 1);
  switch (random.below(6)) {
    case 0:
      return literal(some(Math.min(size, 50_000)));
    case 1:
      return zeros(size);
    case 2:
      return { kind: 'copy', length: fromBase, baseAddress };
    case 3:
      return { kind: 'add', differences: some(Math.min(fromBase, 50_000)), baseAddress };
    case 4: {
      // Within this segment, touching the bytes just before where possible.
      const length = Math.min(size, done);
      if (length === 0) break;
      return { kind: 'repeat', length, sourceAddress: segmentStart + random.below(done - length + 1) };
    }
    default: {
      const dependency = dependencies[random.below(Math.max(1, dependencies.length))];
      if (dependency === undefined) break;
      const start = starts[dependency] ?? 0;
      const end = starts[dependency + 1] ?? segmentStart;
      const length = Math.min(size, end - start);
      return { kind: 'repeat', length, sourceAddress: start + random.below(end - start - length + 1) };
    }
  }
  return zeros(size);
}

/** A random order in which every segment follows those it depends on. */
function shuffled(made: HandMade, random: Random): HandMade {
  const waiting = [...made.segments];
  const done = new Set<number>();
  const order: typeof waiting = [];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ dependencies }) => dependencies.every((index) => done.has(index)));
    const next = ready[random.below(ready.length)];
    if (next === undefined) throw new Error('dependencies form no circle');
    waiting.splice(waiting.indexOf(next), 1);
    done.add(next.index);
    order.push(next);
  }
  return { ...made, segments: order };
}

describe('operations', () => {
  test('in any order of segments give what the interpreter gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const made = randomPackage(seed);
        const wanted = handTarget(made);
        for (const order of [made, shuffled(made, new Random(seed)), shuffled(made, new Random(seed + 1))]) {
          const { bytes, snapshot } = await rebuilt(made.base, encode(order));
          expect(Buffer.compare(bytes, wanted)).toBe(0);
          expect(snapshot.entries).toEqual(made.target.entries);
        }
      }),
      { seed: 4, numRuns: 25 },
    );
  });

  test('give the same by the twin kernels', async () => {
    const made = randomPackage(5);
    const { bytes } = await rebuilt(made.base, encode(made), { kernels: createTwinKernels() });
    expect(Buffer.compare(bytes, handTarget(made))).toBe(0);
  });

  test('arrive in pieces of any size', async () => {
    const made = handMade(base, [
      { script: [literal(content(1, 1000)), { kind: 'copy', length: 500, baseAddress: 9 }] },
    ]);
    const whole = Buffer.concat(encode(made));
    const pieces = Array.from(whole, (byte) => Uint8Array.of(byte));
    expect(Buffer.compare((await rebuilt(made.base, pieces)).bytes, handTarget(made))).toBe(0);
  });

  test('count what they do: zeros are neither hashed nor written', async () => {
    const made = handMade(base, [
      { script: [zeros(40 * leafBytes), literal(content(1, 1000)), zeros(leafBytes - 1000)] },
    ]);
    const { summary } = await rebuilt(made.base, encode(made));
    // 32 leaves go by as two pieces of zeros; the third piece has 9 leaves, of which the last is hashed with its neighbours.
    expect(summary.reading.counts).toMatchObject({
      operations: 3,
      segments: 1,
      bytesWritten: 1000,
      bytesHashed: 9 * leafBytes,
    });
    expect(summary).toMatchObject({ segmentCount: 1, removedCount: 0, listedCount: 1, signatures: [] });
  });

  test('that copy zeros of the base leave holes as well', async () => {
    const made = handMade(new Uint8Array(20 * leafBytes), [
      { script: [{ kind: 'copy', length: 20 * leafBytes, baseAddress: 0 }] },
    ]);
    expect((await rebuilt(made.base, encode(made))).summary.reading.counts.bytesWritten).toBeUndefined();
  });
});

function handTarget(made: HandMade): Uint8Array {
  const bytes = new Uint8Array(made.target.layout.totalBytes);
  made.target.openReader().read(0, bytes);
  return bytes;
}
