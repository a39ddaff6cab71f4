import { describe, expect, it } from 'vitest';
import { BugError, WorldError } from '../../src/base/errors.js';
import type { KernelInstance } from '../../src/kernels/abi.js';
import { Arena } from '../../src/kernels/arena.js';
import { createWasmKernels } from '../../src/kernels/load.js';

describe('Arena', () => {
  it('hands out aligned windows above the heap base that do not overlap', () => {
    const instance = createWasmKernels();
    const arena = new Arena(instance);
    let end = instance.heapBase;
    for (const length of [1, 63, 64, 4095, 4096, 70_000, 0, 5000]) {
      const window = arena.reserve(length);
      expect(window.pointer % 64).toBe(0);
      expect(window.pointer).toBeGreaterThanOrEqual(end);
      expect(window.length).toBe(length);
      end = window.pointer + length;
    }
    expect(instance.memory.buffer.byteLength).toBeGreaterThanOrEqual(end);
  });

  it('staggers the page offsets of large windows', () => {
    const arena = new Arena(createWasmKernels());
    const offsets = Array.from({ length: 16 }, () => arena.reserve(65_536).pointer % 4096);
    expect(new Set(offsets).size).toBeGreaterThan(8);
  });

  it('gives views that stay right when the memory grows', () => {
    const arena = new Arena(createWasmKernels());
    const window = arena.reserve(16);
    window.u8().set([1, 2, 3, 4, 5]);
    arena.reserve(10 * 2 ** 20);
    expect([...window.u8(1, 4)]).toEqual([2, 3, 4, 5]);
    expect(window.u32()).toHaveLength(4);
    expect(window.u32(1)[0]).toBe(0x04030201);
  });

  it('refuses views outside the window', () => {
    const window = new Arena(createWasmKernels()).reserve(16);
    expect(() => window.u8(0, 17)).toThrow(BugError);
    expect(() => window.u8(17)).toThrow(BugError);
    expect(() => window.u8(-1, 4)).toThrow(BugError);
    expect(() => window.u32(5)).toThrow(BugError);
  });

  it('takes windows back to a mark', () => {
    const arena = new Arena(createWasmKernels());
    const mark = arena.mark();
    const first = arena.reserve(100);
    arena.release(mark);
    expect(arena.reserve(100).pointer).toBe(first.pointer);
    expect(() => arena.release(2 ** 31)).toThrow(BugError);
  });

  it('reports memory that cannot grow', () => {
    const { name, functions, heapBase } = createWasmKernels();
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const instance: KernelInstance = { name, functions, memory, heapBase };
    expect(() => new Arena(instance).reserve(1 << 20)).toThrow(WorldError);
  });
});
