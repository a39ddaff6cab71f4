/** `canary run --workload` as a user runs it: what is kept, what is told, and programs that each break a gate. */
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { canaryResultsSchema, type CanaryResults } from '../../src/harness/report/canary/results.js';
import { Sandbox, edited, noise, program } from './program.js';

const sandbox = new Sandbox();
const words = Array.from({ length: 6000 }, (_, i) => `line ${i} ${(i * 7919) % 10007}\n`).join('');
const text = new TextEncoder().encode(words);
[
  text,
  edited(text, 300, words.slice(40_000, 42_000)),
  edited(text, 900, words.slice(50_000, 54_000)),
].forEach((bytes, at) => sandbox.write(`series/v${at}`, bytes));
sandbox.write('pair/a', noise(20_000, 1));
sandbox.write('pair/b', edited(noise(20_000, 1), 100, 'changed'));

const same = ['--stable', 'adaptive', '--candidate', 'adaptive'] as const;

function document(stdout: string): CanaryResults {
  return canaryResultsSchema.parse(JSON.parse(stdout));
}

/** A program that does what the built one does, but for what is planted: `args` and `run()` are there to be used. */
function planted(name: string, code: string): string {
  const path = sandbox.write(
    `${name}.mjs`,
    `import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const run = (...more) => spawnSync(process.execPath, [${JSON.stringify(program)}, ...args, ...more], { stdio: 'inherit' }).status;
const output = () => args[args.indexOf('-o') + 1];
${code}
`,
  );
  return path;
}

describe('a folder of snapshots', () => {
  test('the stable packages are kept and apply, the candidate is compared, and every step is in the log', () => {
    const ran = sandbox.run(
      ...['canary', 'run', '--stable', 'adaptive', '--candidate', 'adaptive,codec=stored'],
      ...['--workload', 'series', '--rounds', '2', '--by', 'ann', '-o', 'out', '--json'],
    );
    expect(ran.code, ran.stderr).toBe(exitCodes.rejected);
    const results = document(ran.stdout);
    expect(results).toMatchObject({
      state: 'rejected',
      exposed: 0,
      fleet: { volumes: 2, pushesEach: 0 },
      directories: { rounds: 2, link: { name: 'measured' } },
    });
    const finding = results.stages[0]?.finding;
    expect(finding?.reasons).toEqual([expect.stringMatching(/^package bytes: \+/)]);
    expect(finding?.gates.map(({ gate, checked }) => [gate, checked])).toEqual([
      ['exactness', 2],
      ['determinism', 2],
      ['invariants', 2],
      ['compatibility', 0],
      ['rollback', 0],
    ]);
    expect(readdirSync(sandbox.path('out/packages/1-series'))).toEqual(['0001.sdelta', '0002.sdelta']);
    const kept = results.pairs.map(({ stable }) => stable.wireBytes);
    const sizes = ['0001', '0002'].map(
      (name) => readFileSync(sandbox.path(`out/packages/1-series/${name}.sdelta`)).length,
    );
    expect(sizes).toEqual(kept);
    const apply = sandbox.run('apply', 'series/v1', 'out/packages/1-series/0002.sdelta', '-o', 'v2');
    expect(apply.code, apply.stderr).toBe(exitCodes.ok);
    expect(readFileSync(sandbox.path('v2')).equals(readFileSync(sandbox.path('series/v2')))).toBe(true);

    const page = readFileSync(sandbox.path('out/index.html'), 'utf8');
    expect(page).toContain('What each step would feel');
    expect(page).toContain('series (3 snapshots)');
    const status = sandbox.run('canary', 'status', 'out', '--json');
    expect(status.code, status.stderr).toBe(exitCodes.rejected);
    const { log } = JSON.parse(status.stdout) as { log: { state: string; steps: { step: string }[] } };
    expect([log.state, log.steps.map(({ step }) => step)]).toEqual(['intact', ['began', 'rejected']]);
  });

  test('one that is over is told again without being run, and another one does not go on from it', () => {
    const again = sandbox.run(
      ...['canary', 'run', '--stable', 'adaptive', '--candidate', 'adaptive,codec=stored'],
      ...['--workload', 'series', '--rounds', '2', '-o', 'out'],
    );
    expect(again.code, again.stderr).toBe(exitCodes.rejected);
    expect(again.stdout).toContain('all in the shadow: of 2 steps 2 ran with both sides');
    const other = sandbox.run('canary', 'run', ...same, '--workload', 'pair', '--rounds', '2', '-o', 'out');
    expect([other.code, other.stderr]).toEqual([
      exitCodes.usage,
      expect.stringContaining('holds another rollout'),
    ]);
  });
});

describe('another program', () => {
  const against = (path: string) =>
    sandbox.run('canary', 'run', ...same, '--workload', 'pair', '--rounds', '2', '--candidate-program', path);

  test('that does the same holds every gate; one step alone promotes nothing', () => {
    const ran = sandbox.run(
      ...['canary', 'run', ...same, '--workload', 'pair', '--rounds', '2', '--json'],
      ...['--candidate-program', planted('same', 'process.exit(run());')],
    );
    expect(ran.code, ran.stderr).toBe(exitCodes.inconclusive);
    const [shadow] = document(ran.stdout).stages;
    expect(shadow?.finding?.gates.map(({ checked, problems }) => [checked, problems.length])).toEqual(
      Array(5).fill([1, 0]),
    );
    expect(ran.stdout).toContain('1 step alone tells nothing of others');
  });

  test.each<[gate: string, message: string, code: string]>([
    [
      'exactness',
      'what was rebuilt is not the target',
      "const code = run(); if (args[0] === 'apply') appendFileSync(output(), 'x'); process.exit(code);",
    ],
    [
      'determinism',
      'a second run gives another package',
      "process.exit(args[0] === 'diff' ? run('--time', '@' + String(process.hrtime.bigint() / 1000000n)) : run());",
    ],
    [
      'determinism',
      'with two workers the package is another one',
      "process.exit(args[0] === 'diff' && args[args.indexOf('--workers') + 1] === '2' ? run('--time', '@7') : run());",
    ],
    ['invariants', 'diff: ', "if (args[0] === 'diff') process.exit(70); process.exit(run());"],
    [
      'compatibility',
      "the stable side, of the candidate side's package: ",
      `const turn = (path) => writeFileSync(path, readFileSync(path).map((byte) => byte ^ 1));
const isOwn = args[0] === 'apply' && readFileSync(args[2])[0] === 0x88;
if (isOwn) turn(args[2]);
const code = run();
if (isOwn || args[0] === 'diff') turn(isOwn ? args[2] : output());
process.exit(code);`,
    ],
    [
      'compatibility',
      "with the candidate side's server, by the stable side's agent: restore: ",
      "if (args[0] === 'serve') args.splice(1, 1, args[1] + '-other'); process.exit(run());",
    ],
  ])('that breaks %s: %s', (gate, message, code) => {
    const ran = against(planted(`${gate}-${message.length}`, code));
    expect(ran.code, ran.stderr).toBe(exitCodes.rejected);
    expect(ran.stdout).toContain(`${gate}: step 0: `);
    expect(ran.stdout).toContain(message);
  });

  test('that does not take the options is wrong use, and nothing is left of it', () => {
    const ran = sandbox.run(
      ...['canary', 'run', ...same, '--workload', 'pair', '--rounds', '2'],
      ...['--candidate-program', planted('strict', 'process.exit(2);')],
    );
    expect([ran.code, ran.stdout]).toEqual([exitCodes.usage, '']);
    expect(ran.stderr).toContain('strict.mjs: diff: ');
  });
});

describe('refuses', () => {
  mkdirSync(sandbox.path('empty'));
  test.each<[readonly string[], number, string]>([
    [['--workload', 'nowhere'], exitCodes.world, 'nowhere'],
    [['--workload', 'empty'], exitCodes.usage, 'holds 0 snapshots'],
    [['--workload', 'sqlite-pages'], exitCodes.usage, 'workloads make sqlite-pages -o DIR'],
    [['--workload', 'pair', '--volumes', '20'], exitCodes.usage, '--volumes does not go with --workload'],
    [['--workload', 'pair', '--calibrate'], exitCodes.usage, '--calibrate does not go with --workload'],
    [['--candidate-program', 'HEAD'], exitCodes.usage, '--candidate-program goes with --workload'],
    [['--link', 'lan'], exitCodes.usage, '--link goes with --workload'],
    [['--workload', 'pair', '--link', 'lam'], exitCodes.usage, "--link: unknown value 'lam'"],
    [['--workload', 'pair', '--rounds', '1'], exitCodes.usage, '--rounds: '],
    [['--workload', 'pair', '--candidate-program', './no'], exitCodes.usage, 'there is no program'],
    [
      ['--workload', 'pair', '--candidate-program', 'no-such-ref'],
      exitCodes.usage,
      "no commit 'no-such-ref'",
    ],
  ])('%j', (options, code, message) => {
    const ran = sandbox.run('canary', 'run', ...same, ...options, '-o', 'refused');
    expect(ran.stderr).toContain(message);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(existsSync(sandbox.path('refused'))).toBe(false);
  });
});
