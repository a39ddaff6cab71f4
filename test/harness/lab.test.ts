import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, DataError, UsageError } from '../../src/base/errors.js';
import { resolveStrategy } from '../../src/engine/strategy/settings.js';
import { benchKernels } from '../../src/harness/bench-kernels.js';
import { benchPipeline } from '../../src/harness/bench-pipeline.js';
import { readResults } from '../../src/harness/io/result-file.js';
import { runLab, type LabEvent } from '../../src/harness/lab.js';
import { kernelResultsSchema } from '../../src/harness/report/kernel-results.js';
import { labResultsSchema, labSchemaName, type LabResults } from '../../src/harness/report/lab-results.js';
import { pipelineResultsSchema } from '../../src/harness/report/pipeline-results.js';

const outPath = mkdtempSync(join(tmpdir(), 'snapdelta-lab-test-'));
afterAll(() => rmSync(outPath, { recursive: true, force: true }));
const small = {
  outPath,
  quick: true,
  scale: 1 / 32,
  workloads: ['insert-shift', 'unchanged'],
  profiles: ['live-replication'],
  isolation: 'here',
  kernels: false,
} as const;

describe('the laboratory', () => {
  const events: LabEvent[] = [];
  let results: LabResults;
  beforeAll(async () => {
    results = await runLab({ ...small, roundsMax: 2 }, (event) => events.push(event));
  });

  it('leaves complete, valid results and a verdict', () => {
    const path = join(outPath, 'results.json');
    expect(readResults(path, labResultsSchema, labSchemaName)).toEqual(JSON.parse(JSON.stringify(results)));
    expect(readdirSync(outPath)).toEqual(['results.json']);
    expect(results.complete).toBe(true);
    expect(results.rows).toHaveLength(results.configurations.length * 2);
    for (const row of results.rows) {
      expect(row.samples.diffWallMs).toHaveLength(results.options.rounds);
      const covered = Object.values(row.operationBytes).reduce((sum, bytes) => sum + bytes, 0);
      expect(covered).toBe(results.workloads.find(({ name }) => name === row.workload)?.targetBytes);
    }
    expect(results.verdicts.map(({ profile, winner }) => [profile, winner !== null])).toEqual([
      ['live-replication', true],
    ]);
    expect(events.at(-1)?.type).toBe('finished');
    const done = events.flatMap((event) => (event.type === 'measuring' ? [event.done] : []));
    expect(done.at(-1)).toBe(results.rows.length * results.options.rounds);
  });

  it('finds small deltas for what is unchanged, and smaller ones by content than by place for what moved', () => {
    const bytes = (configuration: string, workload: string): number =>
      results.rows.find((row) => row.configuration === configuration && row.workload === workload)?.exact
        .packageBytes ?? NaN;
    expect(bytes('fixed 64K', 'unchanged')).toBeLessThan(2000);
    expect(bytes('fastcdc 64K+delta', 'insert-shift')).toBeLessThan(bytes('fixed 64K', 'insert-shift') / 2);
  });

  it('gives the same exact figures again, however many jobs run at once', async () => {
    const exact = ({ rows }: LabResults): unknown =>
      rows.map(({ configuration, workload, packageSha256, counts }) => ({
        configuration,
        workload,
        packageSha256,
        counts,
      }));
    const again = await runLab({ ...small, jobs: 3 });
    expect(exact(again)).toEqual(exact(results));
  });

  it('refuses an unknown workload by name', async () => {
    await expect(runLab({ ...small, workloads: ['insert-shif'] })).rejects.toThrow(UsageError);
  });

  it('stops when cancelled, and leaves what it had', async () => {
    const controller = new AbortController();
    const run = runLab({ ...small, jobs: 1, signal: controller.signal }, (event) => {
      if (event.type === 'measuring' && event.done === 2) controller.abort();
    });
    await expect(run).rejects.toThrow(CancelledError);
    const left = readResults(join(outPath, 'results.json'), labResultsSchema, labSchemaName);
    expect(left.complete).toBe(false);
    expect(left.rows.length).toBeGreaterThanOrEqual(2);
  });
});

describe('result files', () => {
  it('refuses other documents and damaged ones', () => {
    const path = join(outPath, 'results.json');
    expect(() => readResults(path, kernelResultsSchema, 'snapdelta/bench-kernels/2')).toThrow(UsageError);
    expect(() => readResults(join(outPath, 'package.json'), labResultsSchema, labSchemaName)).toThrow(
      'cannot read',
    );
    const damaged = mkdtempSync(join(outPath, 'damaged-'));
    const text = readFileSync(path, 'utf8');
    writeFileSync(join(damaged, 'a.json'), text.slice(0, -10));
    expect(() => readResults(join(damaged, 'a.json'), labResultsSchema, labSchemaName)).toThrow(DataError);
    writeFileSync(join(damaged, 'b.json'), text.replace('"complete":false', '"complete":"no"'));
    expect(() => readResults(join(damaged, 'b.json'), labResultsSchema, labSchemaName)).toThrow(
      /b\.json: complete: /,
    );
  });
});

describe('benchmarks', () => {
  it('of the pipeline report stages and counts, and leave a profile that Chrome opens', async () => {
    const cpuProfilePath = join(outPath, 'run.cpuprofile');
    const results = await benchPipeline({
      strategy: resolveStrategy('fastcdc', {}),
      workloads: ['append-log'],
      sizeBytes: 1 << 18,
      rounds: 2,
      cpuProfilePath,
    });
    expect(pipelineResultsSchema.parse(results)).toEqual(results);
    const [row] = results.rows;
    expect(row?.samples.diffCpuMs).toHaveLength(2);
    expect(row?.counts.diff.bytesChunked).toBeGreaterThan(0);
    expect(Object.keys(row?.stageMs.diff ?? {})).toContain('chunk');
    const profile = JSON.parse(readFileSync(cpuProfilePath, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(profile)).toEqual(
      expect.arrayContaining(['nodes', 'startTime', 'endTime', 'samples']),
    );
  });

  it('of kernels run every implementation of the same work', async () => {
    const results = await benchKernels({ blockBytes: [4096], bytes: 9000, rounds: 2, roundMs: 1 });
    expect(kernelResultsSchema.parse(results)).toEqual(results);
    const of = (kernel: string, data = 'random'): string[] =>
      results.rows
        .filter((row) => row.kernel === kernel && row.data === data)
        .map(({ implementation }) => implementation);
    const present = (...peers: string[]): string[] => peers.filter((name) => !results.absent.includes(name));
    expect(of('compare', 'equal')).toEqual(['wasm', 'twin', 'Buffer.compare']);
    expect(of('xxh3-128')).toEqual(['wasm', 'twin', ...present('hash-wasm')]);
    expect(of('blake3')).toEqual(['wasm', 'twin', ...present('hash-wasm', '@napi-rs/blake-hash')]);
    expect(of('fastcdc', 'code')).toEqual(['wasm', ...present('gearhash-jit', 'rabin-wasm')]);
    expect(of('vram', 'executables')).toEqual(['wasm']);
    expect(of('sha256')).toEqual(['node:crypto']);
    for (const row of results.rows) {
      const { gigabytesPerSecond, implementation, wasmInstructionsPerByte, kernel, encodedShare } = row;
      expect(gigabytesPerSecond.low).toBeGreaterThan(0);
      expect(gigabytesPerSecond.median).toBeLessThanOrEqual(gigabytesPerSecond.high);
      expect(wasmInstructionsPerByte !== null).toBe(implementation === 'wasm');
      expect(encodedShare !== null).toBe(kernel === 'delta encode' && implementation !== 'twin');
    }
    expect(results.targets.map(({ kernel }) => kernel)).toContain('compare');
  });

  it('of kernels are brief for the laboratory: one kind of data, no programs, no targets', async () => {
    const results = await benchKernels({
      blockBytes: [1024],
      bytes: 2048,
      rounds: 1,
      roundMs: 1,
      extent: 'brief',
      kernels: ['strided', 'delta encode'],
    });
    expect(new Set(results.rows.map(({ data }) => data))).toEqual(new Set(['random', 'overwrites']));
    expect(results.targets).toEqual([]);
  });
});
