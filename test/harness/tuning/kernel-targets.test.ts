import { describe, expect, it } from 'vitest';
import { targetsSummary } from '../../../src/harness/report/kernel-tables.js';
import { judgeTargets, type Measured } from '../../../src/harness/tuning/kernel-targets.js';

const KiB = 1024;

function row(kernel: string, implementation: string, data: string, speeds: number[]): Measured {
  const blockBytes = kernel === 'compare' ? 4 * KiB : kernel === 'fastcdc' ? 16 * KiB : 64 * KiB;
  return {
    kernel,
    implementation,
    data,
    blockBytes,
    speeds,
    encodedShare: null,
    wasmInstructionsPerByte: null,
  };
}

describe('targets', () => {
  it('take ratios round by round, not of medians', () => {
    // The machine halves its speed from round to round; the ratio stays.
    const [result] = judgeTargets([
      row('compare', 'wasm', 'equal', [16, 8, 4]),
      row('compare', 'Buffer.compare', 'equal', [10, 5, 2.5]),
    ]);
    expect(result).toEqual({
      kernel: 'compare',
      data: 'equal',
      blockBytes: 4 * KiB,
      figure: 'speed',
      peer: 'Buffer.compare',
      limit: 1.3,
      measured: { median: 1.6, low: 1.6, high: 1.6 },
      status: 'met',
    });
  });

  it('are met at the limit and missed below it, by the median', () => {
    const statusOf = (ours: number[]): string | undefined =>
      judgeTargets([
        row('compare', 'wasm', 'equal', ours),
        row('compare', 'Buffer.compare', 'equal', [1, 1, 1]),
      ])[0]?.status;
    expect(statusOf([1.3, 0.5, 1.4])).toBe('met');
    expect(statusOf([1.29, 9, 0.5])).toBe('missed');
  });

  it('are set against the fastest peer of each round, and name the one that is fastest on the whole', () => {
    const results = judgeTargets([
      row('fastcdc', 'wasm', 'text', [4, 4, 4]),
      row('fastcdc', 'rabin-wasm', 'text', [3, 0.1, 0.1]),
      row('fastcdc', 'gearhash-jit', 'text', [1, 2, 2]),
    ]);
    const speed = results.find(({ figure }) => figure === 'speed');
    expect(speed?.peer).toBe('gearhash-jit');
    expect(speed?.measured).toEqual({ median: 2, low: 4 / 3, high: 2 });
  });

  it('hold for another kernel where a target says so', () => {
    const results = judgeTargets([
      row('histogram', 'wasm', 'text', [2]),
      row('memcpy', 'Buffer.copy', 'random', [8]),
    ]);
    expect(results).toMatchObject([{ peer: 'memcpy', measured: { median: 0.25 }, status: 'met' }]);
  });

  it('say that a peer is absent, and leave out kernels that were not measured', () => {
    expect(judgeTargets([row('zero test', 'wasm', 'zeros', [9])])).toMatchObject([
      { status: 'peer absent', measured: null, peer: 'memcpy' },
    ]);
    expect(judgeTargets([row('memcpy', 'Buffer.copy', 'random', [8])])).toEqual([]);
  });

  it('tell a peer that was left out from one that is absent', () => {
    const statusesOf = (kernels: string[]): string[] =>
      judgeTargets([row('zero test', 'wasm', 'zeros', [9]), row('compare', 'wasm', 'equal', [9])], (kernel) =>
        kernels.includes(kernel),
      ).map(({ kernel, status }) => `${kernel}: ${status}`);
    // The peer of one is memcpy, that of the other an implementation of the same kernel.
    expect(statusesOf(['zero test', 'compare'])).toEqual(
      expect.arrayContaining(['zero test: peer not measured', 'compare: peer absent']),
    );
    expect(statusesOf(['zero test', 'compare', 'memcpy'])).toContain('zero test: peer absent');
  });

  it('that cannot be judged are counted by the reason', () => {
    const results = judgeTargets(
      [
        row('zero test', 'wasm', 'zeros', [9]),
        row('compare', 'wasm', 'equal', [9]),
        row('compare', 'Buffer.compare', 'equal', [1]),
      ],
      (kernel) => kernel !== 'memcpy',
    );
    expect(targetsSummary(results)).toBe('1 of 1 targets met, 1 could not be judged (1 peer not measured)');
    expect(targetsSummary(results.filter(({ kernel }) => kernel === 'compare'))).toBe('1 of 1 targets met');
  });

  it('judge sizes beside speeds', () => {
    const pair = (share: number): Measured[] => [
      { ...row('delta encode', 'wasm', 'inserts', [3]), encodedShare: share },
      { ...row('delta encode', 'zstd 1 with dictionary', 'inserts', [0.3]), encodedShare: 0.01 },
    ];
    const sizeOf = (share: number): object | undefined =>
      judgeTargets(pair(share)).find(({ figure }) => figure === 'size');
    expect(sizeOf(0.0105)).toMatchObject({ limit: 1.1, status: 'met' });
    expect(sizeOf(0.012)).toMatchObject({ status: 'missed' });
  });

  it('judge counts of instructions, and say where none were made', () => {
    const counted = (perByte: number | null): string[] =>
      judgeTargets([{ ...row('fastcdc', 'wasm', 'code', [3]), wasmInstructionsPerByte: perByte }])
        .filter(({ figure }) => figure === 'instructions')
        .map(({ status }) => status);
    expect(counted(16)).toEqual(['met']);
    expect(counted(16.01)).toEqual(['missed']);
    expect(counted(null)).toEqual(['not counted']);
  });
});
