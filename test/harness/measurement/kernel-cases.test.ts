import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { benchKernelsCommand } from '../../../src/cli/commands/bench-kernels.js';
import { kernelCaseNames } from '../../../src/harness/measurement/kernels/all.js';
import { dataKinds } from '../../../src/harness/measurement/data-kinds.js';
import { Contents } from '../../../src/harness/measurement/kernels/content.js';
import { caseDefinitions, ownCases } from '../../../src/harness/measurement/kernels/own.js';
import { makePairs, pairNames } from '../../../src/harness/measurement/kernels/pairs.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { createTwinKernels } from '../../../src/kernels/twin/index.js';

const KiB = 1024;

describe('kernel cases', () => {
  it('are told apart by kernel and data', () => {
    const names = caseDefinitions.flatMap(({ kernel, data }) => data.map((name) => `${kernel}, ${name}`));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [64 * KiB, 4 * KiB],
    [5000, KiB],
    [KiB, KiB],
  ])('run over %i bytes in blocks of %i, on both sets of kernels', (bytes, blockBytes) => {
    for (const instance of [createWasmKernels(), createTwinKernels()]) {
      const cases = ownCases(instance, bytes, blockBytes);
      expect(cases.length).toBe(caseDefinitions.reduce((sum, { data }) => sum + data.length, 0));
      for (const { pass, bytes: passed } of cases) {
        pass();
        expect(passed).toBeGreaterThan(0);
      }
    }
  });

  it('are made for the kernels that are wanted only', () => {
    const made = ownCases(createTwinKernels(), KiB, KiB, {
      isWanted: (kernel, data) => kernel === 'fastcdc' && data !== 'code',
    });
    expect(made.map(({ kernel, data }) => `${kernel} ${data}`)).toEqual([
      'fastcdc random',
      'fastcdc text',
      'fastcdc executables',
    ]);
  });

  it('have the names that the command line completes', () => {
    const words = benchKernelsCommand.options['kernel']?.completes;
    expect(words).toEqual(kernelCaseNames.map((name) => name.replaceAll(' ', '-')));
  });
});

describe('content', () => {
  it('is the same on every machine: counts of instructions depend on it', () => {
    const contents = new Contents();
    const names = [...dataKinds, 'other random', 'later pages'] as const;
    const digests = names.map((name) =>
      createHash('sha256').update(contents.bytes(name, 100_000)).digest('hex').slice(0, 8),
    );
    expect(digests).toMatchInlineSnapshot(`
      [
        "745550e1",
        "913200dc",
        "7494acc3",
        "3ee25c16",
        "29d1d7c5",
        "9192c25b",
        "df29560c",
        "659bb001",
        "1a5f126c",
      ]
    `);
  });

  it('of an executable is as compressible as real ones are', () => {
    const bytes = new Contents().bytes('executables', 1 << 20);
    const share = deflateSync(bytes).length / bytes.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  it('is the beginning of a longer run', () => {
    const contents = new Contents();
    const short = contents.bytes('code', 5000).slice();
    expect(contents.bytes('code', 9000).subarray(0, 5000)).toEqual(short);
    expect(contents.bytes('code', 5000)).toEqual(short);
  });
});

describe('pairs', () => {
  it.each(pairNames)('of %s differ a little: most of a block is found in its base', (name) => {
    const { base, target } = makePairs(name, new Contents(), 128 * KiB, 64 * KiB);
    expect(target.length).toBe(base.length);
    const pieceBytes = 32;
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
    for (let start = 0; start < base.length; start += 64 * KiB) {
      const known = text(base.subarray(start, start + 64 * KiB));
      const block = target.subarray(start, start + 64 * KiB);
      expect(text(block)).not.toBe(known);
      let found = 0;
      for (let at = 0; at < block.length; at += pieceBytes) {
        if (known.includes(text(block.subarray(at, at + pieceBytes)))) found++;
      }
      const share = (found * pieceBytes) / block.length;
      expect(share).toBeGreaterThan(0.75);
      expect(share).toBeLessThan(1);
    }
  });
});
