/** The counting itself: modules whose exact counts are known, and random programs beside an interpreter of their own. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { meteredModule } from '../../.ci/meter.js';
import { createWasmKernels, modulePath } from '../../src/kernels/load.js';
import { createRivals } from '../../src/kernels/rivals.js';
import { assembled, wasm, type HandModule } from './assembler.js';

type Call = (...values: (number | bigint)[]) => unknown;

/** Instantiates the metered module and gives a function that says what a call returns and counts. */
function metered(module: HandModule, imports: WebAssembly.Imports = {}) {
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(meteredModule(assembled(module))),
    imports,
  );
  const counter = instance.exports['instructions'] as WebAssembly.Global<'i64'>;
  const count = (index: number, ...values: number[]) => {
    counter.value = 0n;
    const result = (instance.exports[`f${index}`] as Call)(...values);
    return { result, count: Number(counter.value) };
  };
  return { count, counter, instance };
}

const { i32 } = wasm;
const get = (local: number) => [wasm.localGet, local];
const constant = (value: number) => [wasm.i32Const, value];

describe('exact counts', () => {
  it('straight code: every instruction but nop and the end', () => {
    const { count } = metered({
      functions: [
        { params: [i32], results: [i32], code: [wasm.nop, ...get(0), ...constant(5), wasm.i32Add] },
      ],
    });
    expect(count(0, 2)).toEqual({ result: 7, count: 3 });
  });

  it('an empty function', () => {
    expect(metered({ functions: [{ code: [] }] }).count(0).count).toBe(0);
  });

  it('loops', () => {
    // Five instructions each time round; before the loop none, behind it one.
    const countDown = {
      params: [i32],
      results: [i32],
      code: [
        ...[wasm.loop, wasm.empty, ...get(0), ...constant(1), wasm.i32Sub],
        ...[wasm.localTee, 0, wasm.brIf, 0, wasm.end, ...get(0)],
      ],
    };
    const { count } = metered({ functions: [countDown] });
    expect(count(0, 1)).toEqual({ result: 0, count: 6 });
    expect(count(0, 1_000_000)).toEqual({ result: 0, count: 5_000_001 });
  });

  it('both arms of an if, and an if without else', () => {
    const arms = {
      params: [i32],
      results: [i32],
      code: [
        ...[...get(0), wasm.if, i32, ...constant(1), ...constant(2), wasm.i32Add],
        ...[wasm.else, ...constant(9), wasm.end],
      ],
    };
    const oneArm = {
      params: [i32],
      code: [...get(0), wasm.if, wasm.empty, ...constant(1), wasm.drop, wasm.end, ...get(0), wasm.drop],
    };
    const { count } = metered({ functions: [arms, oneArm] });
    expect(count(0, 1)).toEqual({ result: 3, count: 5 });
    expect(count(0, 0)).toEqual({ result: 9, count: 3 });
    expect(count(1, 1).count).toBe(6);
    expect(count(1, 0).count).toBe(4);
  });

  it('br_if taken and not taken, br over code that is never reached', () => {
    const { count } = metered({
      functions: [
        {
          params: [i32],
          results: [i32],
          code: [
            ...[wasm.block, wasm.empty, ...get(0), wasm.brIf, 0, ...constant(1), wasm.drop],
            ...[wasm.br, 0, ...constant(7), wasm.drop, wasm.end, ...constant(4)],
          ],
        },
      ],
    });
    expect(count(0, 1)).toEqual({ result: 4, count: 3 });
    expect(count(0, 0)).toEqual({ result: 4, count: 6 });
  });

  it('br_table with every target, the function itself among them', () => {
    // Selector and table, then one, two or no constants and drops.
    const { count } = metered({
      functions: [
        {
          params: [i32],
          code: [
            ...[wasm.block, wasm.empty, wasm.block, wasm.empty],
            ...[...get(0), wasm.brTable, 2, 0, 1, 2, wasm.end],
            ...[...constant(1), wasm.drop, wasm.end, ...constant(2), wasm.drop],
          ],
        },
      ],
    });
    expect(count(0, 0).count).toBe(6);
    expect(count(0, 1).count).toBe(4);
    expect(count(0, 2).count).toBe(2);
    expect(count(0, 200).count).toBe(2);
  });

  it('early returns, and branches out of the function with its result', () => {
    const leave = (...leaving: number[]) => ({
      params: [i32],
      results: [i32],
      code: [
        ...[...get(0), wasm.if, wasm.empty, ...constant(1), ...leaving, wasm.end],
        ...[...constant(2), ...constant(3), wasm.i32Add],
      ],
    });
    const { count } = metered({ functions: [leave(wasm.return), leave(wasm.br, 1)] });
    for (const index of [0, 1]) {
      expect(count(index, 1)).toEqual({ result: 1, count: 4 });
      expect(count(index, 0)).toEqual({ result: 5, count: 5 });
    }
  });

  it('nested calls and recursion', () => {
    const sumBelow = {
      params: [i32],
      results: [i32],
      code: [
        ...[...get(0), wasm.i32Eqz, wasm.if, wasm.empty, ...constant(0), wasm.return, wasm.end],
        ...[...get(0), ...get(0), ...constant(1), wasm.i32Sub, wasm.call, 0, wasm.i32Add],
      ],
    };
    const twice = { params: [i32], results: [i32], code: [...get(0), wasm.call, 0, wasm.call, 0] };
    const { count } = metered({ functions: [sumBelow, twice] });
    // Nine each level, five at the bottom.
    expect(count(0, 10)).toEqual({ result: 55, count: 95 });
    expect(count(1, 3)).toEqual({ result: 21, count: 3 + (3 * 9 + 5) + (6 * 9 + 5) });
  });

  it('bulk memory: one, and one for each 16 bytes begun', () => {
    const code = (operation: number[]) => ({
      params: [i32],
      code: [...constant(0), ...constant(32), ...get(0), wasm.bulk, ...operation],
    });
    const { count, instance } = metered({
      hasMemory: true,
      functions: [code([10, 0, 0]), code([11, 0])],
    });
    for (const index of [0, 1]) {
      for (const [bytes, weight] of [
        [0, 0],
        [1, 1],
        [16, 1],
        [17, 2],
        [65_000, 4063],
      ] as const) {
        expect(count(index, bytes).count).toBe(4 + weight);
      }
    }
    const memory = new Uint8Array((instance.exports['memory'] as WebAssembly.Memory).buffer);
    expect(memory.subarray(0, 3)).toEqual(Uint8Array.of(32, 32, 32));
  });

  it('immediates of every shape are passed over', () => {
    const bytes16 = Array.from({ length: 16 }, (_, i) => i);
    const zero = [wasm.simd, 12, ...bytes16];
    const { count } = metered({
      hasMemory: true,
      functions: [
        {
          code: [
            ...[...zero, ...zero, wasm.simd, 13, ...bytes16, wasm.simd, 21, 3, wasm.drop],
            ...[
              ...constant(0),
              wasm.simd,
              0,
              4,
              0,
              wasm.drop,
              ...constant(0),
              ...zero,
              wasm.simd,
              84,
              0,
              0,
              3,
            ],
            ...[wasm.drop, wasm.f64Const, 11, 11, 11, 11, 11, 11, 11, 11, wasm.drop],
            ...[wasm.i64Const, 0xff, 0xff, 0x0b, wasm.drop, ...zero, wasm.simd, 0xe0, 1, wasm.drop],
          ],
        },
      ],
    });
    expect(count(0).count).toBe(5 + 3 + 4 + 2 + 2 + 3);
  });
});

describe('what surrounds the code', () => {
  it('own globals, imports and several results stay as they are', () => {
    const { count, counter } = metered(
      {
        hasImports: true,
        global: 7,
        functions: [
          { results: [i32, i32], code: [wasm.globalGet, 0, wasm.globalGet, 1, wasm.call, 0, wasm.return] },
        ],
      },
      { env: { f: () => undefined, g: 40 } },
    );
    expect(count(0)).toEqual({ result: [40, 7], count: 4 });
    expect(counter.value).toBe(4n);
  });

  it('counts go on beyond 2^32', () => {
    const { counter, instance } = metered({ functions: [{ code: [...constant(0), wasm.drop] }] });
    counter.value = 2n ** 32n - 1n;
    (instance.exports['f0'] as Call)();
    expect(counter.value).toBe(2n ** 32n + 1n);
  });

  it('a call that traps loses its count, later calls do not', () => {
    const { count, counter } = metered({
      functions: [
        { code: [...constant(0), wasm.drop, wasm.unreachable] },
        { code: [...constant(0), wasm.drop] },
      ],
    });
    expect(() => count(0)).toThrow(WebAssembly.RuntimeError);
    expect(counter.value).toBe(0n);
    expect(count(1).count).toBe(2);
  });

  it.each([
    ['another file', Uint8Array.of(1, 2, 3)],
    ['half a module', assembled({ functions: [{ code: [] }] }).subarray(0, 20)],
    ['an unknown instruction', assembled({ functions: [{ code: [0x06] }] })],
    ['an unknown operation on tables', assembled({ functions: [{ code: [wasm.bulk, 15, 0] }] })],
    ['relaxed SIMD', assembled({ functions: [{ code: [wasm.simd, 0x80, 2] }] })],
  ])('refuses %s', (_what, bytes) => {
    expect(() => meteredModule(bytes)).toThrow(/cannot meter|not a WebAssembly|ends in the middle/);
  });
});

it.each(['kernels', 'rivals'] as const)('dist holds the metered copy of %s', (name) => {
  const metered = meteredModule(Uint8Array.from(readFileSync(modulePath(name, 'plain'))));
  expect(Buffer.from(metered).equals(readFileSync(modulePath(name, 'metered')))).toBe(true);
});

describe('the metered kernels', () => {
  it('count what they execute, the same each time and in each instance', () => {
    const count = () => {
      const { functions, memory, heapBase, instructions = () => NaN } = createWasmKernels('metered');
      memory.grow(2);
      const before = instructions();
      functions.histogram(heapBase, 65_536, heapBase + 65_536);
      const between = instructions();
      functions.histogram(heapBase, 65_536, heapBase + 65_536);
      return [between - before, instructions() - between];
    };
    const [first = NaN, second] = count();
    expect(first).toBeGreaterThan(65_536);
    expect(second).toBe(first);
    expect(count()).toEqual([first, first]);
  });

  it('the plain build counts nothing', () => {
    expect(createWasmKernels().instructions).toBeUndefined();
    expect(createRivals().instructions).toBeUndefined();
  });
});
