/** Runs of steps: the same as single calls, one after another, for the kernels and the twin alike. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deltaApplyRefused,
  deltaKind,
  stepKind,
  stepWords,
  type KernelInstance,
} from '../../src/kernels/abi.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';
import { GuardedMemory, implementations, noise, propertySeed } from './guarded.js';

interface Plain {
  readonly kind: number;
  readonly length: number;
  readonly address: number;
}

interface Change {
  readonly base: Uint8Array;
  readonly target: Uint8Array;
  readonly diagonal: number;
  readonly address: number;
}

type Step = Plain | Change;

interface Result {
  readonly streams: readonly Uint8Array[];
  readonly differences: Uint8Array;
  readonly literals: Uint8Array;
  readonly anchors: readonly number[];
  readonly counts: readonly number[];
}

const tableBits = 10;
const capacity = 4000;
const streamBytes = 30_000;
const anchorsMax = 2000;

/** Windows that both ways of writing use. */
class Scene {
  readonly memory: GuardedMemory;
  readonly state: number;
  readonly table: number;
  readonly operations: number;
  readonly differences: number;
  readonly literals: number;
  readonly anchors: number;
  readonly #streams: readonly number[];

  constructor(instance: KernelInstance, instructionsRoom = streamBytes) {
    this.memory = new GuardedMemory(instance);
    this.#streams = [0, 1, 2].map(() => this.memory.reserve(streamBytes));
    const ends = this.#streams.map((pointer, i) => pointer + (i === 0 ? instructionsRoom : streamBytes));
    this.state = this.memory.putWords([
      ...Array.from({ length: 14 }, () => 0),
      ...this.#streams,
      ...ends,
      0,
      0,
    ]);
    this.table = this.memory.put(noise(4 << tableBits, 9));
    this.operations = this.memory.reserve(capacity * 12);
    this.differences = this.memory.reserve(streamBytes);
    this.literals = this.memory.reserve(streamBytes);
    this.anchors = this.memory.reserve(anchorsMax * 12);
  }

  result(differenceBytes: number, anchors: readonly number[], counts: readonly number[]): Result {
    const state = this.memory.words(this.state, 22);
    this.memory.expectIntact();
    return {
      streams: this.#streams.map((pointer, i) =>
        this.memory.bytes(pointer, (state[14 + i] ?? 0) - pointer).slice(),
      ),
      differences: this.memory.bytes(this.differences, differenceBytes).slice(),
      literals: this.memory.bytes(this.literals, state[20] ?? 0).slice(),
      anchors,
      counts,
    };
  }
}

const isPlain = (step: Step): step is Plain => 'kind' in step;
const low = (address: number): number => address % 2 ** 32;
const high = (address: number): number => Math.floor(address / 2 ** 32);

function stepsOf(memory: GuardedMemory, steps: readonly Step[]): number {
  const rows = steps.map((step) => {
    if (isPlain(step))
      return [step.kind, step.length, low(step.address), high(step.address), 0, 0, 0, 0, 0, 0, 0];
    const { base, target, diagonal, address } = step;
    const windows = [
      memory.put(base, 3),
      base.length,
      memory.put(target, 5),
      diagonal >>> 0,
      tableBits,
      0,
      0,
    ];
    return [stepKind.encoded, target.length, low(address), high(address), ...windows];
  });
  return memory.putWords(rows.flat());
}

function atOnce(instance: KernelInstance, steps: readonly Step[], contextMatchBytesMin: number): Result {
  const { functions } = instance;
  const scene = new Scene(instance);
  const { memory, state, table, operations, anchors } = scene;
  const rows = stepsOf(memory, steps);
  functions.deltaEncodeEach(rows, steps.length, table, operations, capacity, contextMatchBytesMin);
  const anchorCount = functions.deltaAnchorsEach(rows, steps.length, 48, 5, 0, anchors, anchorsMax);
  const half = steps.length >> 1;
  const behind = rows + half * stepWords * 4;
  const first = functions.deltaWriteEach(state, rows, half, scene.differences, scene.literals);
  const second = functions.deltaWriteEach(
    state,
    behind,
    steps.length - half,
    scene.differences + first,
    scene.literals,
  );
  functions.deltaPut(state, 5, 0, 0, 0);
  const words = memory.words(rows, steps.length * stepWords);
  const counts = steps.map((step, i) => (isPlain(step) ? 0 : (words[i * stepWords + 10] ?? 0)));
  return scene.result(first + second, [...memory.words(anchors, anchorCount * 3)], counts);
}

function oneByOne(instance: KernelInstance, steps: readonly Step[], contextMatchBytesMin: number): Result {
  const { functions } = instance;
  const scene = new Scene(instance);
  const { memory, state, table, operations } = scene;
  const counts: number[] = [];
  let differenceBytes = 0;
  const anchors: number[] = [];
  steps.forEach((step, i) => {
    if (isPlain(step)) {
      functions.deltaPut(state, step.kind, step.length, low(step.address), high(step.address));
      counts.push(0);
      return;
    }
    const { diagonal, address } = step;
    const base = memory.put(step.base, 3);
    const target = memory.put(step.target, 5);
    const windows = [base, step.base.length, target, step.target.length] as const;
    const count = functions.deltaEncode(
      ...windows,
      diagonal >>> 0,
      table,
      tableBits,
      operations,
      capacity,
      contextMatchBytesMin,
    );
    const found = functions.deltaAnchors(target, operations, count, 48, 5, 0, scene.anchors, anchorsMax);
    const records = memory.words(scene.anchors, found * 3);
    records.forEach((word, at) => anchors.push(at % 3 === 0 ? i : word));
    const literals = scene.literals + (memory.words(state, 22)[20] ?? 0);
    const differences = scene.differences + differenceBytes;
    differenceBytes += functions.deltaGather(base, target, operations, count, differences, literals);
    const part = memory.putWords([step.base.length, low(address), high(address)]);
    expect(functions.deltaWrite(state, operations, count, part, 1)).toBe(count);
    counts.push(count);
  });
  functions.deltaPut(state, 5, 0, 0, 0);
  return scene.result(differenceBytes, anchors, counts);
}

/** A base, and a target in which some runs are noise and some bytes lie shifted. */
function change(
  seed: number,
  length: number,
  edits: readonly (readonly [at: number, length: number])[],
): Change {
  const base = noise(length, seed);
  const target = base.slice(seed % 3);
  for (const [at, bytes] of edits) {
    const from = at % target.length;
    target.set(noise(Math.min(bytes, target.length - from), at + bytes), from);
  }
  return { base, target, diagonal: 0, address: seed * 2 ** 20 };
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom(stepKind.copy, stepKind.repeat, stepKind.zero),
      length: fc.integer({ min: 1, max: 100_000 }),
      address: fc.constant(0),
    }),
    fc
      .tuple(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 4, max: 3000 }),
        fc.array(fc.tuple(fc.nat(3000), fc.integer({ min: 1, max: 400 })), { maxLength: 4 }),
      )
      .map(([seed, length, edits]) => change(seed, length, edits)),
  ),
  { maxLength: 8 },
);

describe.each(implementations)('steps, $name', ({ create }) => {
  const instance = create();

  it('say which change an anchor belongs to, and stop where these run out', () => {
    const changes = [change(1, 2000, [[0, 1500]]), change(2, 1000, []), change(3, 2000, [[100, 1800]])];
    const { anchors, counts } = atOnce(instance, changes, 0);
    const owners = new Set(anchors.filter((_, i) => i % 3 === 0));
    expect([...owners]).toEqual([0, 2]);
    expect(counts.every((count) => count > 0)).toBe(true);
    const scene = new Scene(instance);
    const rows = stepsOf(scene.memory, changes);
    instance.functions.deltaEncodeEach(rows, 3, scene.table, scene.operations, capacity, 0);
    expect(instance.functions.deltaAnchorsEach(rows, 3, 48, 5, 0, scene.anchors, 7)).toBe(7);
    expect([...scene.memory.words(scene.anchors, 21)]).toEqual(anchors.slice(0, 21));
  });

  it('are refused where a stream has no room', () => {
    const scene = new Scene(instance, 2);
    const changes = [1, 2, 3].map((seed) => change(seed, 1000, [[500, 10]]));
    const rows = stepsOf(scene.memory, changes);
    instance.functions.deltaEncodeEach(rows, 3, scene.table, scene.operations, capacity, 0);
    expect(instance.functions.deltaWriteEach(scene.state, rows, 3, scene.differences, scene.literals)).toBe(
      deltaApplyRefused,
    );
  });

  it('end in one literal where records run out', () => {
    const scene = new Scene(instance);
    const rows = stepsOf(scene.memory, [change(3, 1000, [[300, 9]]), change(3, 1000, [[300, 9]])]);
    expect(instance.functions.deltaEncodeEach(rows, 2, scene.table, scene.operations, 5, 0)).toBe(5);
    const words = scene.memory.words(scene.operations, 15);
    expect([words[9], words[12]]).toEqual([deltaKind.copy, deltaKind.literal]);
    expect((words[10] ?? 0) + (words[13] ?? 0)).toBe(1000);
  });
});

describe('steps', () => {
  it('give what single calls give, and what the twin gives', () => {
    const [wasm, twin] = [createWasmKernels(), createTwinKernels()];
    fc.assert(
      fc.property(steps, fc.constantFrom(0, 48), (run, contextMatchBytesMin) => {
        const expected = oneByOne(wasm, run, contextMatchBytesMin);
        expect(atOnce(wasm, run, contextMatchBytesMin)).toEqual(expected);
        expect(atOnce(twin, run, contextMatchBytesMin)).toEqual(expected);
      }),
      { numRuns: 60, seed: propertySeed },
    );
  });
});
