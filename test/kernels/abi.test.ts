import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorldError } from '../../src/base/errors.js';
import { kernelNames } from '../../src/kernels/abi.js';
import { createRivals, rivalNames } from '../../src/kernels/rivals.js';
import { compileKernels, createWasmKernels, instantiateKernels } from '../../src/kernels/load.js';
import { implementations } from './guarded.js';

/** So that who instantiates it says how much there is to begin with. */
const itsMemory = [{ module: 'env', name: 'memory', kind: 'memory' }];

const modulePath = new URL('../../dist/kernels/kernels.wasm', import.meta.url).pathname;

describe('the module', () => {
  it('exports the kernels, its memory and its heap base, and imports its memory alone', () => {
    const module = new WebAssembly.Module(readFileSync(modulePath));
    const names = WebAssembly.Module.exports(module).map((entry) => entry.name);
    expect(names.sort()).toEqual([...kernelNames, 'heapBase', 'memory'].sort());
    expect(WebAssembly.Module.imports(module)).toEqual(itsMemory);
  });

  it('of the rivals exports them and imports its memory alone', () => {
    const module = compileKernels(modulePath.replace('kernels.wasm', 'rivals.wasm'));
    const names = WebAssembly.Module.exports(module).map((entry) => entry.name);
    expect(names.sort()).toEqual([...rivalNames, 'heapBase', 'memory'].sort());
    expect(WebAssembly.Module.imports(module)).toEqual(itsMemory);
    expect(createRivals().heapBase).toBeGreaterThan(0);
  });

  it('is refused more memory than there is', () => {
    expect(() => createWasmKernels('plain', 2 ** 33)).toThrow(
      new WorldError('out of memory: kernels need 8192 MiB'),
    );
  });

  it('is compiled once and instantiated with separate memories', () => {
    expect(compileKernels(modulePath)).toBe(compileKernels(modulePath));
    const [first, second] = [createWasmKernels(), createWasmKernels()];
    const at = first.heapBase;
    new Uint8Array(first.memory.buffer)[at] = 1;
    expect(new Uint8Array(second.memory.buffer)[at]).toBe(0);
  });

  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length >> 1)],
    ['empty', () => new Uint8Array(0)],
    ['another file', () => new TextEncoder().encode('not a module')],
  ])('that is %s is named as damaged, with a way out', (_what, damaged) => {
    const folder = mkdtempSync(join(tmpdir(), 'snapdelta-abi-'));
    const path = join(folder, 'kernels.wasm');
    try {
      writeFileSync(path, damaged(readFileSync(modulePath)));
      expect(() => compileKernels(path)).toThrow(WorldError);
      expect(() => compileKernels(path)).toThrow(
        expect.objectContaining({
          message: `the kernels in ${path} are damaged`,
          hint: expect.stringContaining('npm run build') as unknown,
        }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is missed with a way out', () => {
    expect(() => compileKernels('/nonexistent/kernels.wasm')).toThrow(WorldError);
    expect(() => compileKernels('/nonexistent/kernels.wasm')).toThrow(
      expect.objectContaining({ hint: 'run npm run build' }),
    );
  });

  it('is refused when it lacks the ABI', () => {
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    expect(() => instantiateKernels(empty)).toThrow('exports no memory');
  });
});

describe.each(implementations)('$name', ({ name, create }) => {
  it('implements every kernel', () => {
    const kernels = create();
    expect(kernels.name).toBe(name);
    expect(kernelNames.map((kernel) => typeof kernels.functions[kernel])).toEqual(
      kernelNames.map(() => 'function'),
    );
  });

  it('keeps its constants and scratch below the heap base', () => {
    const kernels = create();
    expect(kernels.heapBase).toBeGreaterThan(0);
    expect(kernels.heapBase).toBeLessThanOrEqual(kernels.memory.buffer.byteLength);
  });
});
