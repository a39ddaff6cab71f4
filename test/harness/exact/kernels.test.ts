/** The noise-free gate: instructions of every kernel, compared with a committed baseline to the last one. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatBytes } from '../../../src/base/units.js';
import { exactKernelResultsSchema } from '../../../src/harness/report/exact-kernel-results.js';
import type { ExactKernelResults } from '../../../src/harness/report/exact-kernel-results.js';
import { countKernels } from '../../../src/harness/exact-kernels.js';
import { CountingLane } from '../../../src/harness/measurement/kernels/counting.js';
import { builtKernelNames } from '../../../src/harness/measurement/kernels/own.js';
import { differences, differencesFromGolden, howToAccept, type Counts } from '../../golden/instructions.js';
import { root } from '../../tidy/sources.js';

const MiB = 1024 * 1024;
/** Small and large blocks: what a kernel does for each block, and what it does for each byte. */
const choices = { bytes: MiB, blockBytes: [4096, 65_536] } as const;

let results: ExactKernelResults;
beforeAll(async () => {
  results = await countKernels(choices);
});

describe('the baseline', () => {
  it('holds every kernel, kind of data and block size, to the instruction', () => {
    const counts: Record<string, Record<string, number>> = {};
    for (const { kernel, data, blockBytes, bytes, instructions } of results.rows) {
      const name = `${data}, ${formatBytes(bytes)} in blocks of ${formatBytes(blockBytes)}`;
      (counts[kernel] ??= {})[name] = instructions;
    }
    expect(differencesFromGolden('kernel-instructions.json', counts)).toEqual([]);
  });

  it('counts at least a megabyte of input for every kernel, at some block size', () => {
    const largest = new Map<string, number>();
    for (const { kernel, data, bytes } of results.rows) {
      if (data === 'one block in cache') continue;
      largest.set(kernel, Math.max(bytes, largest.get(kernel) ?? 0));
    }
    expect([...largest.keys()]).toEqual(builtKernelNames);
    expect(Math.min(...largest.values())).toBeGreaterThanOrEqual(MiB);
  });
});

describe('a difference', () => {
  const old: Counts = { fastcdc: { 'text, 1 MiB': 20_000_000, gone: 5 } };

  it('of one instruction is told with its kernel, both counts, per cent, and the way out', () => {
    expect(differences(old, { fastcdc: { 'text, 1 MiB': 20_000_001, gone: 5 } })).toEqual([
      'fastcdc, text, 1 MiB: 20,000,000 -> 20,000,001 instructions (+0.00000500 %)',
      `if this is meant: ${howToAccept}`,
    ]);
    expect(differences(old, { fastcdc: { 'text, 1 MiB': 15_000_000, gone: 5 } })[0]).toContain('(-25.0 %)');
  });

  it('of what is counted is told, too', () => {
    expect(differences(old, { fastcdc: { 'text, 1 MiB': 20_000_000 }, other: { random: 7 } })).toEqual([
      'fastcdc, gone: 5 instructions in the baseline, no longer counted',
      'other, random: 7 instructions, not in the baseline',
      `if this is meant: ${howToAccept}`,
    ]);
    expect(differences(old, old)).toEqual([]);
  });
});

describe('counts are bit-identical', () => {
  it('from run to run, in any order of kernels', () => {
    const lane = new CountingLane();
    const again = builtKernelNames
      .toReversed()
      .flatMap((kernel) =>
        choices.blockBytes.flatMap((blockBytes) => lane.run({ kernel, blockBytes, bytes: choices.bytes })),
      );
    const byName = (
      rows: readonly { kernel: string; data: string; blockBytes: number; instructions: number }[],
    ) => rows.map((row) => `${row.kernel} ${row.data} ${row.blockBytes} ${row.instructions}`).sort();
    expect(byName(again)).toEqual(byName(results.rows));
  });

  it.each([2, 3])('with %i workers', async (workers) => {
    expect(JSON.stringify(await countKernels({ ...choices, workers }))).toBe(JSON.stringify(results));
  });

  it('in other processes, with either tier of the compiler', () => {
    const script = `
      import { countKernels } from './dist/harness/exact-kernels.js';
      console.log(JSON.stringify(await countKernels(${JSON.stringify(choices)})));`;
    for (const tier of ['--liftoff-only', '--no-liftoff']) {
      const { stdout, stderr } = spawnSync(process.execPath, [tier, '--input-type=module', '-e', script], {
        cwd: root,
        encoding: 'utf8',
      });
      expect(stdout, stderr).toBe(`${JSON.stringify(results)}\n`);
    }
  });

  it('and fit their schema', () => {
    expect(exactKernelResultsSchema.parse(results)).toEqual(results);
  });
});
