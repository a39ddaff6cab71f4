/** Runs of operations in plain TypeScript: the reference for assembly/delta-each.ts, which draws a step's layout. */
import { deltaApplyRefused, deltaKind, stepKind, stepWords } from '../abi.js';
import { deltaAnchors } from './anchor-index.js';
import { deltaGather } from './delta-apply.js';
import { deltaEncode } from './delta-encode.js';
import { deltaPut } from './delta-write.js';

export function deltaEncodeEach(
  memory: WebAssembly.Memory,
  steps: number,
  stepCount: number,
  table: number,
  operations: number,
  operationsCapacity: number,
  contextMatchBytesMin: number,
): number {
  let count = 0;
  for (const { words, length, base, baseLength, target, diagonal, tableBits } of changesAt(
    memory,
    steps,
    stepCount,
  )) {
    const records = operations + count * 12;
    const own = deltaEncode(
      memory,
      base,
      baseLength,
      target,
      length,
      diagonal,
      table,
      tableBits,
      records,
      operationsCapacity - count,
      contextMatchBytesMin,
    );
    words.set([records, own], 9);
    count += own;
  }
  return count;
}

export function deltaAnchorsEach(
  memory: WebAssembly.Memory,
  steps: number,
  stepCount: number,
  literalBytesMin: number,
  spacingBits: number,
  sampleBits: number,
  out: number,
  capacity: number,
): number {
  let count = 0;
  for (const { step, target, records, recordCount } of changesAt(memory, steps, stepCount)) {
    const own = deltaAnchors(
      memory,
      target,
      records,
      recordCount,
      literalBytesMin,
      spacingBits,
      sampleBits,
      out + count * 12,
      capacity - count,
    );
    const words = new Uint32Array(memory.buffer, out + count * 12, own * 3);
    for (let i = 0; i < words.length; i += 3) words[i] = step;
    count += own;
  }
  return count;
}

export function deltaWriteEach(
  memory: WebAssembly.Memory,
  state: number,
  steps: number,
  stepCount: number,
  differences: number,
  literals: number,
): number {
  const literalBytes = new Uint32Array(memory.buffer, state + 80, 1);
  let differenceBytes = 0;
  for (let step = 0; step < stepCount; step++) {
    const { kind, length, low, high, base, target, records, recordCount } = stepAt(memory, steps, step);
    if (kind !== stepKind.encoded) {
      if (deltaPut(memory, state, kind, length, low, high) === 0) return deltaApplyRefused;
      continue;
    }
    const literal = literals + (literalBytes[0] ?? 0);
    const difference = differences + differenceBytes;
    differenceBytes += deltaGather(memory, base, target, records, recordCount, difference, literal);
    const words = new Uint32Array(memory.buffer, records, recordCount * 3);
    for (let i = 0; i < words.length; i += 3) {
      const [recordKind = 0, recordLength = 0, offset = 0] = words.subarray(i, i + 3);
      const address = recordKind === deltaKind.literal ? 0 : high * 2 ** 32 + low + offset;
      const put = deltaPut(
        memory,
        state,
        recordKind,
        recordLength,
        address % 2 ** 32,
        Math.floor(address / 2 ** 32),
      );
      if (put === 0) return deltaApplyRefused;
    }
  }
  return differenceBytes;
}

interface Step {
  readonly step: number;
  readonly words: Uint32Array;
  readonly kind: number;
  readonly length: number;
  readonly low: number;
  readonly high: number;
  readonly base: number;
  readonly baseLength: number;
  readonly target: number;
  readonly diagonal: number;
  readonly tableBits: number;
  readonly records: number;
  readonly recordCount: number;
}

function stepAt(memory: WebAssembly.Memory, steps: number, step: number): Step {
  const words = new Uint32Array(memory.buffer, steps + step * stepWords * 4, stepWords);
  const [kind = 0, length = 0, low = 0, high = 0, base = 0, baseLength = 0, target = 0, diagonal = 0] = words;
  const [tableBits = 0, records = 0, recordCount = 0] = words.subarray(8);
  return {
    step,
    words,
    kind,
    length,
    low,
    high,
    base,
    baseLength,
    target,
    diagonal: diagonal | 0,
    tableBits,
    records,
    recordCount,
  };
}

function* changesAt(memory: WebAssembly.Memory, steps: number, stepCount: number): Generator<Step> {
  for (let i = 0; i < stepCount; i++) {
    const step = stepAt(memory, steps, i);
    if (step.kind === stepKind.encoded) yield step;
  }
}
