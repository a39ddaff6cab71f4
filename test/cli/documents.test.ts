/** --json: one document on stdout and nothing else there, whatever the command; and the result files that commands write. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { exactKernelResultsSchema } from '../../src/harness/report/exact-kernel-results.js';
import { exactPipelineResultsSchema } from '../../src/harness/report/exact-pipeline-results.js';
import { kernelResultsSchema } from '../../src/harness/report/kernel-results.js';
import { processRatios, processResultsSchema } from '../../src/harness/report/process-results.js';
import { catalogue } from '../../src/cli/catalogue.js';
import { Sandbox, edited, noise } from './program.js';

const sandbox = new Sandbox();
const old = noise(100_000, 1);
sandbox.write('old', old);
sandbox.write('new', edited(old, 5000, 'changed'));
sandbox.run('diff', 'old', 'new', '-o', 'd.sdelta');
const trace =
  'fio version 2 iolog\n/dev/x add\n/dev/x open\n/dev/x write 0 4096\n/dev/x write 8192 4096\n/dev/x close\n';
sandbox.write('trace.iolog', trace);
sandbox.run('simulate', '--seed', '0', '--trace', 'run.sdtrace');
sandbox.write(
  'counts.json',
  '{"schema":"snapdelta/exact-kernels/1","rows":[{"kernel":"x","data":"y","blockBytes":1,"bytes":1,"instructions":2,"instructionsPerByte":2}]}',
);

/** One use of each command that succeeds quickly. */
const uses: Readonly<Record<string, readonly string[]>> = {
  diff: ['diff', 'old', 'new', '-o', 'j.sdelta'],
  apply: ['apply', 'old', 'd.sdelta', '-o', 'rebuilt'],
  inspect: ['inspect', 'd.sdelta'],
  manifest: ['manifest', 'old', '-o', 'm'],
  'bench kernels': [
    'bench',
    'kernels',
    '--kernel',
    'histogram',
    '--block',
    '4KiB',
    '--size',
    '64KiB',
    '--rounds',
    '1',
  ],
  'bench chunkers': ['bench', 'chunkers', '--size', '64KiB', '--average', '1KiB', '--rounds', '1'],
  'bench calibration': ['bench', 'calibration', '--rounds', '1'],
  'bench prices': ['bench', 'prices', '--runs', '5', '--rounds', '1'],
  'bench detection': ['bench', 'detection', '--blocks', '100', '--changed', '3', '--no-speed'],
  'bench links': ['bench', 'links', '--quick', '--exact'],
  'bench pipeline': ['bench', 'pipeline', '--workload', 'unchanged', '--size', '64KiB', '--exact'],
  'bench peers': ['bench', 'peers', '--base', 'old', '--target', 'new', '--tools', 'none', '--rounds', '1'],
  'bench growth': ['bench', 'growth', '--workload', 'unchanged', '--sizes', '64KiB', '--rounds', '1'],
  gate: ['gate', '--baseline', 'counts.json', '--candidate', 'counts.json'],
  simulate: ['simulate', '--seed', '0'],
  replay: ['replay', 'run.sdtrace'],
  'workloads list': ['workloads', 'list'],
  'workloads make': ['workloads', 'make', 'unchanged', '--size', '64KiB', '-o', 'w'],
  'workloads import': ['workloads', 'import', 'trace.iolog'],
  profiles: ['profiles'],
  schema: ['schema', 'lab-results'],
  'keys init': ['keys', 'init', 'k'],
  completion: ['completion', 'bash'],
};

/** Take longer, and have tests of their own. */
const elsewhere = [
  'lab',
  'tune',
  'canary run',
  'canary status',
  'canary approve',
  'canary rollback',
  'report',
  'serve',
  'push',
  'pull',
  'snapshots',
  'restore',
];

test('every command is here or has a test of its own', () => {
  const names = catalogue.map(({ name }) => name);
  expect(names.filter((name) => !(name in uses) && !elsewhere.includes(name))).toEqual([]);
});

describe('--json prints one document and logs nothing', () => {
  test.each(Object.entries(uses))('%s', (_name, words) => {
    const { code, stdout, stderr } = sandbox.run(...words, '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toBeTypeOf('object');
    expect(stderr).toBe('');
  });
});

test('schema prints what result files are checked with', () => {
  const listed = JSON.parse(sandbox.run('schema', '--json').stdout) as { schemas: string[] };
  for (const name of listed.schemas) {
    const schema = JSON.parse(sandbox.run('schema', name).stdout) as Record<string, unknown>;
    expect(schema['$schema']).toContain('json-schema.org');
    expect(schema['required']).toContain('schema');
  }
  expect(sandbox.run('schema', 'lab-result').stderr).toContain("did you mean 'lab-results'?");
});

test('bench kernels writes results that fit their schema, and a CPU profile', () => {
  const { code, stderr } = sandbox.run(
    'bench',
    'kernels',
    '--kernel',
    'xxh3-128',
    '--block',
    '4KiB',
    '--size',
    '256KiB',
    '--rounds',
    '1',
    '--out',
    'kernels.json',
    '--cpu-profile',
    'x.cpuprofile',
  );
  expect(code, stderr).toBe(0);
  const results = kernelResultsSchema.parse(JSON.parse(readFileSync(sandbox.path('kernels.json'), 'utf8')));
  expect(new Set(results.rows.map(({ kernel }) => kernel))).toEqual(new Set(['xxh3-128']));
  expect(results.rows.map(({ implementation }) => implementation)).toEqual(
    expect.arrayContaining(['wasm', 'twin']),
  );
  const profile = JSON.parse(readFileSync(sandbox.path('x.cpuprofile'), 'utf8')) as { nodes: object[] };
  expect(profile.nodes.length).toBeGreaterThan(10);
});

describe('bench kernels --exact', () => {
  const words = [
    'bench',
    'kernels',
    '--exact',
    '--kernel',
    'zero-test',
    '--kernel',
    'fastcdc',
    '--kernel',
    'rolling-gear-search',
    '--size',
    '64KiB',
  ];

  test('writes and prints the same bytes each time, with any number of workers', () => {
    const first = sandbox.run(...words, '--json', '--out', 'first.json');
    const second = sandbox.run(...words, '--json', '--out', 'second.json', '--workers', '2');
    expect(second).toEqual(first);
    const written = readFileSync(sandbox.path('first.json'), 'utf8');
    expect(readFileSync(sandbox.path('second.json'), 'utf8')).toBe(written);
    expect(exactKernelResultsSchema.parse(JSON.parse(written))).toEqual(JSON.parse(first.stdout));
  });

  test('prints a table with every case', () => {
    const { stdout } = sandbox.run(...words, '--block', '16KiB');
    expect(stdout).toMatch(/^kernel +data +block +instructions +per byte\n/);
    expect(stdout).toMatch(/^zero test +zeros +16 KiB +[\d,]+ +0\.\d{4}$/m);
    expect(stdout).toMatch(/^fastcdc +text +16 KiB +[\d,]+ +\d+\.\d{4}$/m);
    expect(stdout).toMatch(/^rolling gear search +similar +16 KiB +[\d,]+ +\d+\.\d{4}$/m);
  });

  test.each([
    [['--exact', '--rounds', '3'], '--rounds does not go with --exact'],
    [['--exact', '--cpu-profile', 'x'], '--cpu-profile does not go with --exact'],
    [['--exact', '--kernel', 'sha256'], 'sha256 has no WebAssembly instructions to count'],
    [['--workers', '2'], '--workers goes with --exact'],
  ])('%j is refused', (options, message) => {
    const { code, stderr } = sandbox.run('bench', 'kernels', ...options);
    expect(code).toBe(exitCodes.usage);
    expect(stderr).toContain(message);
  });
});

describe('bench pipeline --processes', () => {
  const words = ['bench', 'pipeline', '--processes'];

  test('writes a round of costs and both ratios, each against its limit', () => {
    const { code, stdout, stderr } = sandbox.run(
      ...words,
      '--size',
      '1MiB',
      '--rounds',
      '2',
      '--out',
      'processes.json',
    );
    expect(code, stderr).toBe(0);
    const results = processResultsSchema.parse(
      JSON.parse(readFileSync(sandbox.path('processes.json'), 'utf8')),
    );
    expect(results.bytes).toBe(1 << 20);
    expect(results.rounds).toHaveLength(2);
    for (const { emptyMs, versionMs, diffMs } of results.rounds) {
      for (const cpuMs of [emptyMs, versionMs, diffMs]) expect(cpuMs).toBeGreaterThan(0);
    }
    expect(results.ratios).toEqual(processRatios(results.rounds));
    expect(results.ratios.map(({ name, limit }) => [name, limit])).toEqual([
      ['unchanged pair', 6],
      ['start', 1.5],
    ]);
    expect(stdout).toMatch(/^CPU time +at most +measured +range +result\n/);
    expect(stdout).toMatch(/^--version \/ node -e 0 +<= 1\.5x +[\d.]+x +[\d.]+x to [\d.]+x +(met|missed)$/m);
  });

  test('judges the median of the ratios of rounds', () => {
    const round = (versionMs: number, diffMs: number) => ({ emptyMs: 40, versionMs, readMs: 10, diffMs });
    expect(processRatios([round(60, 100), round(61, 101), round(20, 40)])).toMatchObject([
      { measured: { median: 6, low: 0, high: 6.1 }, status: 'met' },
      { measured: { median: 1.5, low: 0.5, high: 1.525 }, status: 'met' },
    ]);
    expect(processRatios([round(61, 101)]).map(({ status }) => status)).toEqual(['missed', 'missed']);
  });

  test.each([['--workload', 'unchanged'], ['--strategy', 'fixed'], ['--workers', '2'], ['--exact']])(
    '%s is refused',
    (option, ...value) => {
      const { code, stderr } = sandbox.run(...words, option, ...value);
      expect(code).toBe(exitCodes.usage);
      expect(stderr).toContain(`${option} does not go with --processes`);
    },
  );
});

describe('bench pipeline --exact', () => {
  const words = [
    'bench',
    'pipeline',
    '--exact',
    '--workload',
    'unchanged',
    '--size',
    '64KiB',
    '--strategy',
    'fixed',
  ];

  test('writes and prints the same bytes each time, with any number of workers', () => {
    const first = sandbox.run(...words, '--json', '--out', 'one.json');
    const second = sandbox.run(...words, '--json', '--out', 'two.json', '--workers', '2');
    expect(second).toEqual(first);
    const written = readFileSync(sandbox.path('one.json'), 'utf8');
    expect(readFileSync(sandbox.path('two.json'), 'utf8')).toBe(written);
    const results = exactPipelineResultsSchema.parse(JSON.parse(written));
    expect(results).toEqual(JSON.parse(first.stdout));
    expect(results.rows[0]?.instructions?.diff.stages.hash).toBeGreaterThan(0);
  });

  test('prints instructions by stage', () => {
    expect(sandbox.run(...words).stdout).toMatch(/^diff +hash +[\d,]+$/m);
  });

  test.each([['--rounds'], ['--cpu-profile']])('%s is refused', (option) => {
    const { code, stderr } = sandbox.run(...words, option, '3');
    expect(code).toBe(exitCodes.usage);
    expect(stderr).toContain(`${option} does not go with --exact`);
  });
});
