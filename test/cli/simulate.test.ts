/** `simulate` and `replay` as a user runs them: what they print, write and end with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulationResultsSchema } from '../../src/harness/report/simulation-results.js';
import { shippedScenarioNames } from '../../src/harness/io/shipped-scenarios.js';
import { simulate } from '../../src/cli/commands/simulate.js';
import { fixtureSchema } from '../../src/harness/simulate/fixture.js';
import { failing } from '../harness/simulate/failing.js';
import { program, Sandbox } from './program.js';

const sandbox = new Sandbox();
sandbox.write('failing.json', JSON.stringify(failing));
const resultsIn = (name: string) =>
  simulationResultsSchema.parse(JSON.parse(readFileSync(sandbox.path(name), 'utf8')));

describe('simulate', () => {
  test('one seed: topology, what happened, verdict, how to see it again', () => {
    const { code, stdout, stderr } = sandbox.run('simulate', '--seed', '3');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^scenario +swarm 3, seed 3\nnodes +\S+: server, protocol /);
    expect(stdout).toMatch(/^operations +\d+ push/m);
    expect(stdout).toMatch(/^happened +\d+ of \d+ pushes acknowledged; /m);
    expect(stdout).toMatch(
      /^digest +[0-9a-f]{32}\nverdict +every invariant held\nagain +snapdelta simulate --seed 3$/m,
    );
    expect(stderr).toBe('');
  });

  test('many seeds: the same results in two processes, with one worker and with two', () => {
    const one = sandbox.run(
      'simulate',
      '--seeds',
      '0..3',
      '--workers',
      '1',
      '-o',
      'one.json',
      '--report',
      'page',
    );
    const two = sandbox.run('simulate', '--seeds', '0..3', '--workers', '2', '-o', 'two.json', '--swarm');
    expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0]);
    const [a, b] = [resultsIn('one.json'), resultsIn('two.json')];
    expect(a.rows).toHaveLength(4);
    const page = readFileSync(sandbox.path('page/index.html'), 'utf8');
    expect(page).toContain('Every invariant held in 4 seeds, a world of its own each.');
    expect(page).toContain('snapdelta simulate --seeds 0..3');
    expect([b.rows, b.digest, b.summaries]).toEqual([a.rows, a.digest, a.summaries]);
    const exact = (text: string) => text.split('\n').filter((line) => !line.startsWith('speed '));
    expect(exact(two.stdout)).toEqual(exact(one.stdout));
    expect(one.stdout).toMatch(/^verdict +every invariant held in 4 seeds$/m);
    expect(one.stdout).toMatch(/^events +\d+ +\d+ +\d+ +\d+ +\d+ +\d+ +\d+$/m);
  });

  test('each seed twice: the same digest', () => {
    const { code, stdout } = sandbox.run('simulate', '--seeds', '0..1', '--check-determinism');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^run twice +2 seeds, each with the same digest in another process$/m);
  });

  test('stopped by a signal: what is done, how to go on, exit code 130', async () => {
    const child = spawn(
      process.execPath,
      [program, 'simulate', '--seeds', '5..99999', '--workers', '1', '-o', 'stopped.json'],
      { cwd: sandbox.folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const asked = once(child.stderr, 'data');
    // Long enough to have begun, and far from the end.
    setTimeout(() => child.kill('SIGINT'), 3000);
    expect(String((await asked)[0])).toContain('stopping');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(130);
    const { rows } = resultsIn('stopped.json');
    const next = 5 + rows.length;
    expect(rows.length).toBeGreaterThan(0);
    expect(stdout).toMatch(new RegExp(`^seeds +5\\.\\.${next - 1}, `));
    expect(stdout).toContain(
      `stopped after ${rows.length} of 99995 seeds; go on with: snapdelta simulate --seeds ${next}..99999`,
    );
  });

  test.each(shippedScenarioNames())('scenario %s comes to a good end', (name) => {
    const { code, stdout } = sandbox.run('simulate', '--scenario', name);
    expect([code, /^verdict +(.*)$/m.exec(stdout)?.[1]]).toEqual([0, 'every invariant held']);
    expect(stdout).toContain(`again       snapdelta simulate --scenario ${name} --seed 1`);
  });
});

test('--quiet leaves the verdict', () => {
  expect(sandbox.run('simulate', '--seeds', '0..1', '--workers', '1', '-q')).toEqual({
    code: 0,
    stdout: 'verdict  every invariant held in 2 seeds\n',
    stderr: '',
  });
});

test('docs/simulate.md lists what ships, and every option', () => {
  const text = readFileSync(new URL('../../docs/simulate.md', import.meta.url), 'utf8');
  const shipped = text.slice(text.indexOf('These ship'));
  const listed = [...shipped.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(shippedScenarioNames());
  for (const option of Object.keys(simulate.options).filter((name) => name !== 'swarm' && name !== 'out'))
    expect(text).toContain(`\`--${option}`);
  const keys = [...text.matchAll(/^\| `(\w+)`(?:, `(\w+)`)? \|/gm)].flatMap(([, ...found]) => found);
  for (const key of Object.keys(failing)) if (key !== 'schema') expect(keys).toContain(key);
});

describe('a failing scenario', () => {
  test('ends with 1, and names the invariant and the time', () => {
    const { code, stdout } = sandbox.run('simulate', '--scenario', 'failing.json');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^verdict +BROKEN: the world converges, at 1\.30 s of simulated time, event \d+\n +agent: push of disk at server/m,
    );
    expect(stdout).toContain('again       snapdelta simulate --scenario failing.json --seed 5');
    expect(sandbox.run('simulate', '--scenario', 'failing.json', '-q')).toMatchObject({
      code: 1,
      stdout:
        'verdict  BROKEN in 1 of 1 seed\n         the world converges: snapdelta simulate --scenario failing.json --seed 5\n',
    });
  });

  test('until failure: the first seed in order, minimised to a fixture that replays', () => {
    const { code, stdout } = sandbox.run(
      'simulate',
      '--scenario',
      'failing.json',
      '--seeds',
      '0..',
      '--until-failure',
      '--minimise',
      '--json',
    );
    expect(code).toBe(1);
    const results = simulationResultsSchema.parse(JSON.parse(stdout));
    expect(results.rows.map(({ seed }) => seed)).toEqual([0]);
    const fixture = fixtureSchema.parse(JSON.parse(readFileSync(sandbox.path('failure-0.json'), 'utf8')));
    expect(fixture.scenario.operations).toHaveLength(1);

    const again = sandbox.run('replay', 'failure-0.json');
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(/^replay +REPRODUCED: the same invariant breaks in the very same run$/m);
    expect(again.stdout).toMatch(/^verdict +BROKEN: the world converges, at /m);

    const limits = { ...fixture.scenario.limits, convergeMs: 3_600_000 };
    const mended = { ...fixture, scenario: { ...fixture.scenario, limits } };
    sandbox.write('mended.json', JSON.stringify(mended));
    const passing = sandbox.run('replay', 'mended.json');
    expect(passing.code).toBe(0);
    expect(passing.stdout).toContain(
      "no longer fails: 'the world converges' broke when the fixture was written",
    );
  });

  test('many seeds: the first of those that failed are listed, and one is told', () => {
    const { code, stdout } = sandbox.run(
      'simulate',
      '--scenario',
      'failing.json',
      '--seeds',
      '7..8',
      '--workers',
      '1',
      '--minimise=f.json',
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^verdict +BROKEN in 2 of 2 seeds$/m);
    expect(stdout).toMatch(/^ +7 +1\.30 s +the world converges +agent: push of disk/m);
    expect(stdout).toContain('again       snapdelta simulate --scenario failing.json --seed 7\n');
    expect(stdout).toMatch(
      /^minimised +f\.json: 2 nodes, 1 operation, \d faults?, .* after \d+ runs; without any one of them it holds$/m,
    );
    expect(stdout).toContain('again      snapdelta replay f.json');
  });

  test('nothing to minimise where nothing broke', () => {
    const { code, stdout } = sandbox.run('simulate', '--seed', '0', '--minimise=none.json');
    expect(code).toBe(0);
    expect(stdout).toContain('nothing to minimise: no seed broke an invariant');
    expect(sandbox.names()).not.toContain('none.json');
  });
});

describe('a trace', () => {
  sandbox.run('simulate', '--seed', '1', '--trace', 'run.sdtrace');
  const trace = new Uint8Array(readFileSync(sandbox.path('run.sdtrace')));

  test('replays with the same digest in another process', () => {
    const { code, stdout } = sandbox.run('replay', 'run.sdtrace');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^replay +the same digest, [0-9a-f]{32}\nverdict +every invariant held$/m);
  });

  test('of a failing run ends with 1, and with the same digest', () => {
    sandbox.run('simulate', '--scenario', 'failing.json', '--trace', 'broken.sdtrace');
    const { code, stdout } = sandbox.run('replay', 'broken.sdtrace', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'trace',
      verdict: 'same',
      violation: { invariant: 'the world converges' },
      divergence: null,
    });
  });

  test('that differs names the first event that does, and ends with 6', () => {
    // The seed stands in the run's text: with another one of as many digits the trace is whole, and another run's.
    const text = Buffer.from(trace).toString('latin1').replace('"seed":1,', '"seed":2,');
    sandbox.write('other.sdtrace', Buffer.from(text, 'latin1'));
    const { code, stdout } = sandbox.run('replay', 'other.sdtrace');
    expect(code).toBe(6);
    expect(stdout).toMatch(/^replay +DIVERGED: [0-9a-f]{32} where the trace has [0-9a-f]{32}$/m);
    const at = Number(/^at +event (\d+), counted from 0$/m.exec(stdout)?.[1]);
    expect(at).toBeGreaterThan(0);
    expect(stdout).toMatch(new RegExp(`^ +${at - 1} +both +[\\d.]+ `, 'm'));
    expect(stdout).toMatch(new RegExp(`^ +${at} +trace +[\\d.]+ .*\\n +${at} +replay +[\\d.]+ `, 'm'));
  });

  test.each<[name: string, bytes: Uint8Array, message: RegExp]>([
    ['cut', trace.subarray(0, trace.length - 9), /^snapdelta: cut: .*digest/],
    ['long', Uint8Array.of(...trace, 0), /^snapdelta: long: trace: 1 bytes follow its end/],
    [
      'newer',
      Uint8Array.from(trace, (byte, at) => (at === 8 ? 3 : byte)),
      /^snapdelta: newer: trace of version 3/,
    ],
    [
      'plain',
      Uint8Array.of(...trace.subarray(0, 8), 1, 0, 1, 0, ...new Uint8Array(16)),
      /the trace does not say what run it is of/,
    ],
    ['noise', Uint8Array.of(7, 0, 9, 200, 3), /^snapdelta: noise is neither a trace nor a fixture/],
  ])('that is damaged (%s) ends with 3', (name, bytes, message) => {
    sandbox.write(name, bytes);
    const { code, stdout, stderr } = sandbox.run('replay', name);
    expect([code, stdout], stderr).toEqual([3, '']);
    expect(stderr).toMatch(message);
  });
});

describe('wrong use ends with 2, and says where', () => {
  const scenario = (change: object) => JSON.stringify({ ...failing, ...change }, null, 2);
  const yaml = ['schema: snapdelta/scenario/v1', 'name: x', 'nodes:', '  - { name: a, role: sever }', ''];
  sandbox.write('role.yaml', yaml.join('\n'));
  sandbox.write('key.json', scenario({ sead: 1 }));
  sandbox.write('peer.json', scenario({ wires: [{ from: 'agent', to: 'sever' }] }));
  sandbox.write('tabs.yaml', 'schema: [\n');
  sandbox.write('fixture.json', '{"schema": "snapdelta/fixture/v1"}');
  sandbox.write('costs.json', '{"work": {"chunk": {"bytesPerSecond": 0}}}');

  test.each<[words: string, message: RegExp]>([
    ['simulate --seed x', /--seed: expected a whole number/],
    ['simulate --seeds 9..3', /--seeds: expected A\.\.B or A\.\., with A <= B/],
    ['simulate --seeds 5..', /--seeds without an end needs --until-failure/],
    ['simulate --seed 1 --seeds 1..2', /--seed and --seeds exclude each other/],
    ['simulate --swarm --scenario thin-link', /--swarm and --scenario exclude each other/],
    ['simulate --seeds 1..2 --trace t', /--trace needs one seed/],
    ['simulate --scenario thin-lnk', /unknown scenario 'thin-lnk'\n +hint: did you mean 'thin-link'\?/],
    [
      'simulate --scenario role.yaml',
      /role\.yaml:4:22: nodes\.0\.role: expected server or agent, not "sever" \(and 3 more\)\n +hint: did you mean 'server'\?/,
    ],
    ['simulate --scenario key.json', /key\.json:\d+:3: sead: unknown key\n +hint: did you mean 'seed'\?/],
    ['simulate --scenario peer.json', /peer\.json:\d+:\d+: wires\.0\.to: there is no node 'sever'/],
    ['simulate --scenario tabs.yaml', /tabs\.yaml:\d+:\d+: /],
    [
      'simulate --scenario fixture.json',
      /fixture\.json:1:12: schema: expected snapdelta\/scenario\/v1.*\n +hint: a fixture is run again by/,
    ],
    [
      'replay failing.json',
      /failing\.json:1:11: schema: expected snapdelta\/fixture\/v1.*\n +hint: a scenario is run by/,
    ],
    ['replay fixture.json', /fixture\.json:1:1: .*missing key/],
    [
      'simulate --seed 1 --calibration costs.json',
      /costs\.json: calibration: work\.chunk\.bytesPerSecond is no positive number/,
    ],
    ['replay', /missing FILE/],
  ])('%s', (words, message) => {
    const { code, stdout, stderr } = sandbox.run(...words.split(' '));
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test.each(['simulate --scenario ./none.yaml', 'replay none', 'simulate --seed 1 -o key.json/x'])(
    'what the world refuses ends with 5: %s',
    (words) => {
      expect(sandbox.run(...words.split(' ')).code).toBe(5);
    },
  );
});
