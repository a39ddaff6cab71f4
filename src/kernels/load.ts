/**
 * The WebAssembly kernels: reads `dist/kernels/kernels.wasm` or its metered copy (both made from assembly/ by `npm run build`),
 * compiles it once per thread and gives each caller an instance with a memory of its own.
 *
 * Everything is synchronous: the module is some tens of KiB, and workers must have their kernels before the first region.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BugError, WorldError, assert } from '../base/errors.js';
import { kernelNames } from './abi.js';
import type { InstructionCounter, KernelFunctions, KernelInstance, LinearMemory } from './abi.js';

/** `metered` computes the same, counts the instructions that it executes, and takes up to 1.4 times as long. */
export type KernelBuild = 'plain' | 'metered';

/** From src/kernels as from dist/kernels, where this file runs in tests and in the program. */
const moduleFolder = new URL('../../dist/kernels/', import.meta.url);

/** Compiled modules by path: compiling takes milliseconds, instantiating microseconds. */
const compiledModules = new Map<string, WebAssembly.Module>();

const pageBytes = 65_536;

/** What any module of ours finds enough to begin with: it is refused less than its constants and scratch take. */
const memoryBytesMin = 2 ** 20;

/**
 * A new instance with its own memory, which begins with `memoryBytes`, where the caller knows what will be needed: it is not touched
 * before it is used, and to grow later is dearer, since V8 counts the memory twice then, and collects garbage for it. Throws WorldError when the
 * module was not built, cannot be read or is damaged.
 */
export function createWasmKernels(
  build: KernelBuild = 'plain',
  memoryBytes = memoryBytesMin,
): KernelInstance {
  return instantiateKernels(compileKernels(modulePath('kernels', build)), memoryBytes);
}

/** Where the build leaves a module. */
export function modulePath(name: 'kernels' | 'rivals', build: KernelBuild): string {
  return fileURLToPath(new URL(build === 'plain' ? `${name}.wasm` : `${name}.metered.wasm`, moduleFolder));
}

/** Compiles the module at `path`, once per thread. Throws WorldError when it was not built, cannot be read or is damaged. */
export function compileKernels(path: string): WebAssembly.Module {
  const known = compiledModules.get(path);
  if (known !== undefined) return known;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new WorldError(`the kernels cannot be read from ${path}`, { hint: 'run npm run build', cause });
  }
  const module = compiled(bytes, path);
  compiledModules.set(path, module);
  return module;
}

function compiled(bytes: Uint8Array<ArrayBuffer>, path: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'CompileError')) throw cause;
    throw new WorldError(`the kernels in ${path} are damaged`, {
      hint: 'install snapdelta again, or run npm run build where it is built from its sources',
      cause,
    });
  }
}

/** Instantiates any module that keeps the ABI. */
export function instantiateKernels(module: WebAssembly.Module, memoryBytes?: number): KernelInstance {
  const { functions, ...rest } = instantiateModule<KernelFunctions>(module, kernelNames, memoryBytes);
  return {
    name: 'wasm',
    // WebAssembly gives i32 results as signed numbers; only refusals are large enough to show it.
    functions: {
      ...functions,
      deltaApply: (...windows) => functions.deltaApply(...windows) >>> 0,
      deltaWriteEach: (...windows) => functions.deltaWriteEach(...windows) >>> 0,
    },
    ...rest,
  };
}

/** Instantiates a module that exports the functions named, the memory that it is given and its heap base. Throws BugError when one is missing. */
export function instantiateModule<Functions>(
  module: WebAssembly.Module,
  names: readonly (keyof Functions & string)[],
  memoryBytes = memoryBytesMin,
): LinearMemory & InstructionCounter & { readonly functions: Functions } {
  const memory = newMemory(memoryBytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { heapBase, instructions } = exports;
  if (exports['memory'] !== memory || typeof heapBase !== 'function') {
    throw new BugError('the kernel module exports no memory or no heap base');
  }
  for (const name of names) {
    if (typeof exports[name] !== 'function') throw new BugError(`the kernel module lacks ${name}`);
  }
  return {
    functions: exports as unknown as Functions,
    memory,
    heapBase: (heapBase as () => number)(),
    ...(instructions instanceof WebAssembly.Global ? { instructions: () => countOf(instructions) } : {}),
  };
}

function newMemory(bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  } catch (cause) {
    throw new WorldError(`out of memory: kernels need ${Math.ceil(bytes / 2 ** 20)} MiB`, { cause });
  }
}

/** Exact up to 2^53, which a core reaches after weeks. */
function countOf(counter: WebAssembly.Global): number {
  const count = Number(counter.value);
  assert(Number.isSafeInteger(count), 'a count of instructions is exact');
  return count;
}
