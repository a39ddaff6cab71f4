/** `snapdelta gate` over result files: exit codes, outputs, baselines, and what is refused. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { gateResultsSchema } from '../../src/harness/report/gate/results.js';
import { syntheticResults } from '../harness/synthetic.js';
import { Sandbox } from './program.js';

const sandbox = new Sandbox();

interface Counts {
  rows: { kernel: string; instructions: number }[];
}

function changed<T>(document: T, change: (copy: T) => void): string {
  const copy = structuredClone(document);
  change(copy);
  return JSON.stringify(copy);
}

beforeAll(() => {
  const kernels = ['--kernel', 'histogram', '--kernel', 'zero-test', '--block', '4KiB', '--size', '64KiB'];
  sandbox.run('bench', 'kernels', '--exact', ...kernels, '--out', 'counts.json');
  const counts = JSON.parse(readFileSync(sandbox.path('counts.json'), 'utf8')) as Counts;
  const first = (copy: Counts, factor: number): void => {
    for (const row of copy.rows.slice(0, 1)) row.instructions = Math.ceil(row.instructions * factor);
  };
  sandbox.write(
    'worse.json',
    changed(counts, (copy) => first(copy, 1.001)),
  );
  sandbox.write(
    'better.json',
    changed(counts, (copy) => first(copy, 0.9)),
  );
  sandbox.write(
    'fewer.json',
    changed(counts, (copy) => void copy.rows.pop()),
  );
  const lab = syntheticResults();
  sandbox.write('lab.json', JSON.stringify(lab));
  sandbox.write(
    'elsewhere.json',
    changed(lab, (copy) => void (copy.environment.cpu = 'Another CPU')),
  );
  sandbox.write(
    'samples.json',
    JSON.stringify({
      schema: 'snapdelta/measures/1',
      source: 'by hand',
      environment: lab.environment,
      measures: [
        {
          metric: 'a/ms',
          unit: 'ms',
          direction: 'less',
          kind: 'sampled',
          values: Array.from({ length: 30 }, (_, i) => 100 + i / 10),
        },
      ],
    }),
  );
  sandbox.write(
    'unstamped.json',
    readFileSync(sandbox.path('samples.json'), 'utf8').replace(
      /"environment":\{.*?\}\}/,
      '"environment":null',
    ),
  );
  sandbox.write('rules.yaml', "rules:\n  - metric: '**/instructions'\n    relative: 1%\n");
  sandbox.write('bad-rules.yaml', "rules:\n  - metric: 'a'\n    relativ: 1%\n");
});

const gate = (...words: readonly string[]) => sandbox.run('gate', ...words);

describe('the exit code is the verdict', () => {
  test.each([
    [
      'the same',
      ['--baseline', 'counts.json', '--candidate', 'counts.json'],
      0,
      /^pass: none of \d+ metrics is worse/,
    ],
    [
      '0.1 % more',
      ['--baseline', 'counts.json', '--candidate', 'worse.json'],
      1,
      /^regressed: 1 of \d+ metrics is worse/,
    ],
    [
      'allowed by a rule',
      ['--baseline', 'counts.json', '--candidate', 'worse.json', '--rules', 'rules.yaml'],
      0,
      /^pass: /,
    ],
    ['fewer', ['--baseline', 'counts.json', '--candidate', 'better.json'], 0, /^improved: 1 of/],
    [
      'gone',
      ['--baseline', 'counts.json', '--candidate', 'fewer.json'],
      4,
      /^inconclusive: 1 of[^]*the candidate has no such metric/,
    ],
    [
      'two rounds',
      ['--baseline', 'lab.json', '--candidate', 'lab.json'],
      4,
      /too few samples \(2\); some \d+ more would decide/,
    ],
    ['exact of two rounds', ['--baseline', 'lab.json', '--candidate', 'lab.json', '--exact'], 0, /^pass: /],
    [
      'exact of another machine',
      ['--baseline', 'lab.json', '--candidate', 'elsewhere.json', '--exact'],
      0,
      /^pass: /,
    ],
    [
      'many samples',
      ['--baseline', 'samples.json', '--candidate', 'samples.json'],
      0,
      /^pass: none of 1 metric/,
    ],
  ])('%s', (_name, words, code, text) => {
    const ran = gate(...words);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stdout).toMatch(text);
    expect(ran.stderr).toBe('');
  });
});

describe('refused with exit code 2', () => {
  test.each([
    [[], 'gate needs --candidate FILE', "see 'snapdelta gate --help'"],
    [['--candidate', 'counts.json'], 'gate needs --baseline FILE or NAME', '--save-baseline NAME'],
    [['--candidate', 'counts.json', '--against', 'HEAD'], '--candidate and --against exclude each other', ''],
    [['--configuration', 'fixed'], '--configuration is to be given twice', ''],
    [['--configuration', 'fixd', '--configuration', 'fixed'], "unknown profile 'fixd'", ''],
    [
      ['--configuration', 'fixed,blockBytes', '--configuration', 'fixed'],
      "expected key=value, not 'blockBytes'",
      '',
    ],
    [
      ['--configuration', 'fixed', '--configuration', 'fixed', '--kernel', 'blake3'],
      '--kernel does not go with --configuration',
      '',
    ],
    [['--calibrate', '--against', 'HEAD'], '--against and --calibrate exclude each other', ''],
    [['--calibrate', '--exact'], '--exact does not go with --calibrate', ''],
    [['--recording', 'x.json'], '--recording goes with --calibrate', ''],
    [['--calibrate', '--recording', 'counts.json'], 'rounds are read from', ''],
    [['--against', 'HEAD', '--baseline', 'main'], '--baseline does not go with --against', ''],
    [
      ['--against', 'no-such-commit', '--workload', 'none'],
      "there is no commit 'no-such-commit'",
      'a shallow clone',
    ],
    [['--against', 'HEAD', '--kernel', 'blak3'], "unknown kernel 'blak3'", "did you mean 'blake3'?"],
    [['--against', 'HEAD', '--time', '2 weeks'], "--time: '2 weeks' is not a time", ''],
    [['--candidate', 'counts.json', '--rounds', '5'], '--rounds goes with --against or --configuration', ''],
    [
      ['--baseline', 'lab.json', '--candidate', 'elsewhere.json'],
      'times of different machines cannot be compared: cpu (Made-up CPU, Another CPU)',
      '--exact compares only',
    ],
    [
      ['--baseline', 'samples.json', '--candidate', 'unstamped.json'],
      'unstamped.json does not say which machine its times are from',
      '--exact',
    ],
    [
      ['--baseline', 'samples.json', '--candidate', 'samples.json', '--exact'],
      'have no exact metric in common',
      'the same command',
    ],
    [
      ['--baseline', 'counts.json', '--candidate', 'lab.json', '--exact'],
      'have no exact metric in common',
      'the same command',
    ],
    [
      ['--baseline', 'nothing', '--candidate', 'counts.json'],
      "there is no file and no baseline 'nothing'",
      '--save-baseline NAME',
    ],
    [['--baseline', 'counts.json', '--candidate', 'rules.yaml'], 'rules.yaml is not JSON', ''],
    [
      ['--baseline', 'counts.json', '--candidate', 'worse.json', '--rules', 'bad-rules.yaml'],
      'bad-rules.yaml:3:5: rules.0.relativ: unknown key',
      "did you mean 'relative'?",
    ],
    [
      ['--baseline', 'counts.json', '--candidate', 'worse.json', '--threshold', 'two'],
      "--threshold: 'two' is not a share",
      'write 2% or 0.02',
    ],
    [
      ['--candidate', 'counts.json', '--save-baseline', '../up'],
      "'../up' is no name for a baseline",
      'letters',
    ],
  ])('%j', (words, message, hint) => {
    const { code, stdout, stderr } = gate(...words);
    expect(code, stderr).toBe(message.endsWith('not JSON') ? exitCodes.data : exitCodes.usage);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});

describe('two configurations of this build', () => {
  const small = ['--workload', 'database-pages', '--size', '128KiB'];

  test('are compared exactly', () => {
    const same = gate('--configuration', 'fixed', '--configuration', 'fixed', ...small, '--exact');
    expect(same.code, same.stderr).toBe(0);
    expect(same.stdout).toMatch(/^pass: none of 6 metrics is worse than fixed\n/);
    const finer = 'fixed,blockBytes=4KiB,subBlock=false';
    const other = gate('--configuration', 'fixed', '--configuration', finer, ...small, '--exact');
    expect(other.code, other.stderr).toBe(1);
    expect(other.stdout).toContain('database-pages/diff/packageBytes');
    expect(other.stdout).toContain(`${finer} against fixed: `);
  });

  test('and by rounds, which may be too few', () => {
    const { code, stdout, stderr } = gate(
      '--configuration',
      'thin-link',
      '--configuration',
      'thin-link',
      ...small,
      '--rounds',
      '1',
      '--json',
    );
    expect(code, stderr).toBe(4);
    const { rounds, metrics } = gateResultsSchema.parse(JSON.parse(stdout));
    expect(rounds).toMatchObject({ count: 1, isCutShort: false });
    const sampled = metrics.filter(({ kind }) => kind === 'sampled');
    expect(sampled.map(({ metric, reason }) => [metric, reason])).toEqual([
      ['database-pages/diff/cpuMs', 'too-few'],
      ['database-pages/apply/cpuMs', 'too-few'],
    ]);
  });
});

test('a calibration is written, and made again from its rounds', () => {
  const first = gate(
    '--calibrate',
    '--kernel',
    'crc32c',
    '--workload',
    'none',
    '--rounds',
    '20',
    '--out',
    'c.json',
  );
  expect(first.stdout, first.stderr).toMatch(
    /^recorded +20 rounds of this build against itself, 1 metric\nnothing differs +\d+ of 1000 verdicts regressed/,
  );
  expect(first.stdout).toContain('crc32c/random/16 KiB/cpuMs');
  const again = gate('--calibrate', '--recording', 'c.json', '--json');
  expect(again.code).toBe(first.code);
  expect(JSON.parse(again.stdout)).toEqual(JSON.parse(readFileSync(sandbox.path('c.json'), 'utf8')));
});

test('every output is written, and the same bytes each time', () => {
  const outputs = [
    '--out',
    'v.json',
    '--markdown',
    'v.md',
    '--junit',
    'v.xml',
    '--github-benchmark',
    'v-gb.json',
    '--bencher',
    'v-b.json',
  ];
  const words = [
    '--baseline',
    'counts.json',
    '--candidate',
    'worse.json',
    ...outputs,
    '--annotations',
    '--json',
  ];
  const first = gate(...words);
  const files = ['v.json', 'v.md', 'v.xml', 'v-gb.json', 'v-b.json'].map((name) =>
    readFileSync(sandbox.path(name), 'utf8'),
  );
  expect(first.code).toBe(1);
  const document = gateResultsSchema.parse(JSON.parse(first.stdout));
  expect(JSON.parse(files[0] ?? '')).toEqual(document);
  expect(document.counts.regressed).toBe(1);
  expect(first.stderr).toMatch(/^::error title=regressed%3A zero test\/[^\n]+\n$/);
  expect(files[1]).toMatch(/^## Gate: regressed/);
  expect(files[2]).toContain('failures="1"');
  expect(JSON.parse(files[3] ?? '')).toHaveLength(document.metrics.length);
  expect(existsSync(sandbox.path('v-gb.json.bigger.json'))).toBe(false);
  expect(Object.keys(JSON.parse(files[4] ?? '') as object)).toHaveLength(document.metrics.length);
  expect(gate(...words)).toEqual(first);
});

test('speeds, of which more is better, go to a file of their own', () => {
  const kernels = ['--kernel', 'histogram', '--block', '4KiB', '--size', '64KiB', '--rounds', '2'];
  sandbox.run('bench', 'kernels', ...kernels, '--out', 'speeds.json');
  const { code, stdout } = gate(
    '--baseline',
    'speeds.json',
    '--candidate',
    'speeds.json',
    '--github-benchmark',
    's.json',
  );
  expect(code, stdout).toBe(4);
  const bigger = JSON.parse(readFileSync(sandbox.path('s.json.bigger.json'), 'utf8')) as { unit: string }[];
  expect(new Set(bigger.map(({ unit }) => unit))).toEqual(new Set(['GB/s']));
});

test('a history grows by a line a run, and says what changed when', () => {
  const run = (candidate: string) =>
    gate('--baseline', 'counts.json', '--candidate', candidate, '--history', 'h/gate.ndjson');
  expect(run('counts.json').stdout).toContain('history h/gate.ndjson: 1 run, no change in it');
  run('counts.json');
  const changed = run('worse.json');
  expect(changed.code).toBe(1);
  expect(changed.stdout).toMatch(
    /history h\/gate.ndjson: 3 runs\nmetric +last change +since +of\n[^\n]+\nzero test\/zeros\/4 KiB\/instructions +\+0\.101 % +run 3 /,
  );
  expect(readFileSync(sandbox.path('h/gate.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(3);
  sandbox.write('h/gate.ndjson', '{"schema":"x"}\n');
  const damaged = run('counts.json');
  expect(damaged.code).toBe(exitCodes.data);
  expect(damaged.stderr).toContain('h/gate.ndjson:1: no line of a history of gates');
  expect(readFileSync(sandbox.path('h/gate.ndjson'), 'utf8')).toBe('{"schema":"x"}\n');
});

test('a history is drawn from its file, and from a branch', () => {
  const keep = (place: string) =>
    gate('--baseline', 'counts.json', '--candidate', 'counts.json', '--history', place);
  keep('drawn.ndjson');
  keep('drawn.ndjson');
  const git = (...words: string[]) => execFileSync('git', words, { cwd: sandbox.folder, encoding: 'utf8' });
  git('init', '-q');
  expect(keep('git:figures').stdout).toContain('history git:figures: 1 run, no change in it');
  expect(keep('git:figures').stdout).toContain('history git:figures: 2 runs, no change in it');
  expect(git('log', '--format=%s', 'figures')).toBe('gate: pass, counts.json\n'.repeat(2));
  expect(sandbox.run('report', 'drawn.ndjson', 'git:figures', '-o', 'drawn').code).toBe(0);
  for (const name of ['drawn', 'figures']) {
    const page = readFileSync(sandbox.path(`drawn/${name}/index.html`), 'utf8');
    expect(page).toMatch(/2 runs, the last: pass; none of \d metrics changed within them/);
  }
  const none = sandbox.run('report', 'git:other', '-o', 'none');
  expect(none.code).toBe(exitCodes.usage);
  expect(none.stderr).toContain('git:other holds no history of gates yet');
  expect(existsSync(sandbox.path('none'))).toBe(false);
});

describe('baselines', () => {
  test('are kept by name and version, rolled while nothing is worse, and found again', () => {
    expect(gate('--candidate', 'counts.json', '--save-baseline', 'main').stdout).toBe(
      'kept as baseline main@1\n',
    );
    const better = gate('--baseline', 'main', '--candidate', 'better.json', '--save-baseline', 'main');
    expect(better.stdout).toContain('kept as baseline main@2');
    const worse = gate('--baseline', 'main', '--candidate', 'counts.json', '--save-baseline', 'main');
    expect(worse.code).toBe(1);
    expect(worse.stdout).toMatch(
      /^regressed: 1 of \d+ metrics is worse than main@2\n[^]*not kept as baseline main\n$/,
    );
    expect(gate('--baseline', 'main@1', '--candidate', 'counts.json').stdout).toContain('worse than main@1');
    expect(existsSync(sandbox.path('.snapdelta/baselines/main/3.json'))).toBe(false);
  });

  test('that are not there are told with those that are', () => {
    expect(gate('--baseline', 'main@9', '--candidate', 'counts.json').stderr).toMatch(
      /hint: did you mean 'main@1'\?/,
    );
    expect(gate('--baseline', 'mian', '--candidate', 'counts.json').stderr).toContain("did you mean 'main'?");
  });

  test('are stamped with the machine', () => {
    gate('--candidate', 'lab.json', '--save-baseline', 'lab');
    const { code, stderr } = gate('--baseline', 'lab', '--candidate', 'elsewhere.json');
    expect(code).toBe(2);
    expect(stderr).toContain('times of different machines cannot be compared');
  });
});
