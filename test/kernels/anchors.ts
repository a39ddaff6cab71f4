/** Calls of the anchor kernels between canaries, for their suites. */
import type { KernelInstance } from '../../src/kernels/abi.js';
import { GuardedMemory } from './guarded.js';

export interface AnchorOptions {
  readonly spacingBits?: number;
  readonly sampleBits?: number;
  readonly tableBits?: number;
  /** Of the base's first byte. */
  readonly address?: number;
  readonly diagonal?: number;
  readonly matchBytesMin?: number;
  readonly capacity?: number;
  readonly misalignment?: number;
  /** Bytes of the base that the search does not have at hand, before and behind its window. */
  readonly hidden?: readonly [before: number, behind: number];
  /** In place of the base's own table. */
  readonly table?: Uint8Array;
}

export type Triple = readonly [target: number, length: number, base: number];

export interface Search {
  readonly matches: readonly Triple[];
  readonly grown: number;
  readonly agreed: number;
  /** Instructions of the search alone, where the instance counts them. */
  readonly instructions: number;
}

export function halves(address: number): readonly [low: number, high: number] {
  return [address % 2 ** 32, Math.floor(address / 2 ** 32)];
}

export function triplesOf(words: readonly number[]): Triple[] {
  return Array.from({ length: words.length / 3 }, (_, i) => [
    words[i * 3] ?? -1,
    words[i * 3 + 1] ?? -1,
    words[i * 3 + 2] ?? -1,
  ]);
}

export function collect(
  { functions }: KernelInstance,
  memory: GuardedMemory,
  data: number,
  length: number,
  options: AnchorOptions & { readonly startLimit?: number } = {},
): { readonly records: number; readonly count: number } {
  const { spacingBits = 6, sampleBits = 0, startLimit = length, capacity = length } = options;
  const records = memory.reserve(capacity * 12);
  const count = functions.anchorCollect(data, length, startLimit, spacingBits, sampleBits, records, capacity);
  return { records, count };
}

/** Indexes the base and searches the target for what it has of it. */
export function search(
  instance: KernelInstance,
  base: Uint8Array,
  target: Uint8Array,
  options: AnchorOptions = {},
): Search {
  const {
    spacingBits = 6,
    sampleBits = 0,
    tableBits = 10,
    address = 0,
    diagonal = 0,
    misalignment = 0,
  } = options;
  const { matchBytesMin = 32, hidden = [0, 0] } = options;
  const { capacity = Math.floor(target.length / matchBytesMin) } = options;
  const { functions } = instance;
  const memory = new GuardedMemory(instance);
  const table = memory.put(options.table ?? new Uint8Array(9 * 2 ** tableBits).fill(255));
  if (options.table === undefined) {
    const whole = memory.put(base);
    const { records, count } = collect(instance, memory, whole, base.length, { spacingBits, sampleBits });
    functions.anchorInsert(records, count, ...halves(address), table, tableBits);
  }
  const atHand = base.subarray(hidden[0], base.length - hidden[1]);
  const out = memory.reserve(capacity * 12);
  const work = memory.reserve(8);
  const [basePointer, targetPointer] = [
    memory.put(atHand, misalignment),
    memory.put(target, misalignment * 3),
  ];
  const before = instance.instructions?.() ?? NaN;
  const count = functions.anchorSearch(
    basePointer,
    atHand.length,
    ...halves(address + hidden[0]),
    targetPointer,
    target.length,
    diagonal,
    spacingBits,
    sampleBits,
    table,
    tableBits,
    matchBytesMin,
    out,
    capacity,
    work,
  );
  const instructions = (instance.instructions?.() ?? NaN) - before;
  memory.expectIntact();
  const [grown = -1, agreed = -1] = memory.words(work, 2);
  return { matches: triplesOf(memory.words(out, count * 3)), grown, agreed, instructions };
}
