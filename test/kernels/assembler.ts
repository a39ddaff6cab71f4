/** Small WebAssembly modules by hand, in bytes, so that tests know every instruction in them. */

/** Instructions and types by the names of the text format; immediates follow as they are. */
export const wasm = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  i32Const: 0x41,
  i64Const: 0x42,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32And: 0x71,
  i32ShrU: 0x76,
  bulk: 0xfc,
  simd: 0xfd,
  i32: 0x7f,
  i64: 0x7e,
  f64: 0x7c,
  empty: 0x40,
} as const;

export interface HandFunction {
  /** Types of parameters, results and locals; all i32 in most tests. */
  readonly params?: readonly number[];
  readonly results?: readonly number[];
  readonly locals?: readonly number[];
  /** Without the last `end`. */
  readonly code: readonly number[];
}

export interface HandModule {
  /** Exported as f0, f1 ...; with imports, function 0 is the first import. */
  readonly functions: readonly HandFunction[];
  /** One page of memory, exported as `memory`. */
  readonly hasMemory?: boolean;
  /** A constant i32 global of this value, not exported. */
  readonly global?: number;
  /** Imports function `env.f` of type () -> () and the constant i32 global `env.g`. */
  readonly hasImports?: boolean;
}

const imports = [2, ...name('env'), ...name('f'), 0, 0, ...name('env'), ...name('g'), 3, wasm.i32, 0];

/** A module with one type for each function; type 0 is () -> (). */
export function assembled(module: HandModule): Uint8Array<ArrayBuffer> {
  const { functions, hasMemory = false, global, hasImports = false } = module;
  const types = [{}, ...functions].map(({ params = [], results = [] }: Partial<HandFunction>) => [
    ...[0x60, params.length, ...params],
    ...[results.length, ...results],
  ]);
  const first = hasImports ? 1 : 0;
  const exports = functions.map((_, i) => [...name(`f${i}`), 0, first + i]);
  if (hasMemory) exports.push([...name('memory'), 2, 0]);
  const bodies = functions.map(({ locals = [], code }) => {
    const body = [locals.length, ...locals.flatMap((type) => [1, type]), ...code, wasm.end];
    return [...size(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...(hasImports ? section(2, imports) : []),
    ...section(3, vector(functions.map((_, i) => [i + 1]))),
    ...(hasMemory ? section(5, [1, 0, 1]) : []),
    ...(global === undefined ? [] : section(6, [1, wasm.i32, 0, wasm.i32Const, global, wasm.end])),
    ...section(7, vector(exports)),
    ...section(10, vector(bodies)),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...size(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...size(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/** Unsigned LEB128 of up to 21 bits, always in three bytes, as a compiler would never write it. */
function size(value: number): number[] {
  return [(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14];
}
