/** Kernel memory with canaries: windows at chosen misalignments, each between 64 bytes that no kernel may touch. */
import { expect } from 'vitest';
import type { LinearMemory } from '../../src/kernels/abi.js';
import { createWasmKernels } from '../../src/kernels/load.js';
import { createTwinKernels } from '../../src/kernels/twin/index.js';

/** Both implementations, for describe.each: every case of the suite runs on each. */
export const implementations = [
  { name: 'wasm', create: createWasmKernels },
  { name: 'twin', create: createTwinKernels },
] as const;

/** Fixed, so that a failing property fails again. */
export const propertySeed = 20_201_105;

const canaryBytes = 64;
const canary = 0xa5;

interface Guarded {
  readonly pointer: number;
  readonly length: number;
}

/** Bump allocation over an instance's memory from its heap base; make a new one to start again. */
export class GuardedMemory {
  readonly instance: LinearMemory;
  readonly #windows: Guarded[] = [];
  #top: number;

  constructor(instance: LinearMemory) {
    this.instance = instance;
    this.#top = instance.heapBase;
  }

  /** A window of `length` bytes that starts `misalignment` bytes past a multiple of 64, filled with canaries. Returns its pointer. */
  reserve(length: number, misalignment = 0): number {
    const { memory } = this.instance;
    const pointer = Math.ceil((this.#top + canaryBytes) / 64) * 64 + misalignment;
    const end = pointer + length + canaryBytes;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
    new Uint8Array(memory.buffer).fill(canary, this.#top, end);
    this.#windows.push({ pointer, length });
    this.#top = end;
    return pointer;
  }

  put(bytes: Uint8Array, misalignment = 0): number {
    const pointer = this.reserve(bytes.length, misalignment);
    new Uint8Array(this.instance.memory.buffer).set(bytes, pointer);
    return pointer;
  }

  putWords(words: ArrayLike<number>): number {
    return this.put(new Uint8Array(Uint32Array.from(words).buffer));
  }

  /** A copy of [pointer, pointer + length). */
  bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.instance.memory.buffer).slice(pointer, pointer + length);
  }

  words(pointer: number, count: number): number[] {
    return [...new Uint32Array(this.instance.memory.buffer, pointer, count)];
  }

  /** Fails when a byte around any window has changed. */
  expectIntact(): void {
    const bytes = new Uint8Array(this.instance.memory.buffer);
    for (const { pointer, length } of this.#windows) {
      const before = bytes.subarray(pointer - canaryBytes, pointer);
      const after = bytes.subarray(pointer + length, pointer + length + canaryBytes);
      expect(before.every((byte) => byte === canary)).toBe(true);
      expect(after.every((byte) => byte === canary)).toBe(true);
    }
  }
}

/** Deterministic bytes that no simple pattern fits: a linear congruential generator's high bytes. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed * 2_654_435_761) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
