/** `bench peers` as a process: what it prints, writes, refuses, and its exit codes. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { recogniserNames } from '../../src/engine/detect/recognise/recognisers.js';
import { isInstalled } from '../../src/harness/io/peer-programs.js';
import { peerResultsSchema, type PeerResults } from '../../src/harness/report/peer-results.js';
import { fakeTools } from '../harness/peers/fake-tools.js';
import { edited, noise, Sandbox } from './program.js';

const sandbox = new Sandbox();
const old = noise(300_000, 1);
sandbox.write('old', old);
sandbox.write('new', edited(old, 5000, 'changed'));
for (const [name, text] of Object.entries(fakeTools)) sandbox.write(`${name}.yaml`, text);
sandbox.write('typo.yaml', fakeTools.good.replace('apply:', 'aply:'));
const pair = ['bench', 'peers', '--base', 'old', '--target', 'new', '--rounds', '1'];
const results = (name: string): PeerResults =>
  peerResultsSchema.parse(JSON.parse(readFileSync(sandbox.path(name), 'utf8')));

test('ours run as processes beside a tool, and the terminal tells how they stand', () => {
  const words = [...pair, '--tools', 'good', '--tool-file', 'good.yaml', '-o', 'peers.json'];
  const { code, stdout, stderr } = sandbox.run(...words, '--profiles', 'live-replication,compliance');
  expect(code, stderr).toBe(0);
  const { rows, tools } = results('peers.json');
  expect(rows.map(({ tool, profile, exact }) => [tool, profile, exact]).sort()).toEqual([
    ['good', null, true],
    ['snapdelta', 'compliance', true],
    ['snapdelta', 'live-replication', true],
  ]);
  const live = rows.find(({ profile }) => profile === 'live-replication');
  expect(live?.deltaBytes).toBeLessThan(10_000);
  expect(live?.netDiffCpuSeconds).toBeLessThan(live?.diffCpuSeconds ?? 0);
  expect(tools.find(({ profile }) => profile === 'compliance')?.diff[0]).toContain('--sign-key');
  expect(stdout).toMatch(/^old to new: 293 KiB to 293 KiB\n/);
  expect(stdout).toMatch(/^live-replication on old to new: dominated by no peer, beats 0 in both/m);
});

test('settings and strategies of ours are named in their rows', () => {
  const words = [...pair, '--tools', 'none', '--out', 'set.json'];
  expect(sandbox.run(...words, '--profiles', 'cold-storage', '--set', 'level=3').code).toBe(0);
  expect(results('set.json').rows.map(({ profile }) => profile)).toEqual(['cold-storage level=3']);
  expect(sandbox.run(...words, '--strategy', 'fixed', '--set', 'blockBytes=16KiB').code).toBe(0);
  const { rows, tools } = results('set.json');
  expect(rows.map(({ profile }) => profile)).toEqual(['fixed blockBytes=16KiB']);
  expect(tools[0]?.diff[0]?.slice(2)).toEqual([
    'diff',
    '{base}',
    '{target}',
    '-o',
    '{delta}',
    '--strategy',
    'fixed',
    '--set',
    'blockBytes=16KiB',
    '--workers',
    '1',
    '--quiet',
  ]);
});

test('ours run with all recognisers, without each, and with none', () => {
  const words = [
    ...pair,
    '--tools',
    'none',
    '--strategy',
    'adaptive',
    '--each-recogniser',
    '-o',
    'each.json',
  ];
  const { code, stderr } = sandbox.run(...words);
  expect(code, stderr).toBe(0);
  const { rows } = results('each.json');
  const without = recogniserNames.map((name) => `without ${name}`);
  expect(rows.map(({ profile }) => profile).sort()).toEqual(
    ['all', ...without, 'none'].map((which) => `adaptive, recognisers: ${which}`).sort(),
  );
  expect(rows.every(({ exact }) => exact)).toBe(true);
});

test('a target that is not rebuilt is exit code 3, a tool that fails is not', () => {
  const run = (name: string) =>
    sandbox.run(...pair, '--tools', name, '--tool-file', `${name}.yaml`, '--profiles', 'none');
  const inexact = run('inexact');
  expect(inexact.code).toBe(exitCodes.data);
  expect(inexact.stdout).toMatch(/^inexact .* the root: expected 300000 bytes, found 10$/m);
  const failing = run('failing');
  expect(failing.code).toBe(exitCodes.ok);
  expect(failing.stdout).toMatch(/^failing .* ls: ended with code 2/m);
});

test.each([
  [['--tool-file', 'typo.yaml'], 'typo.yaml:9:5: variants.0.aply: unknown key'],
  [['--tools', 'xdelta'], "unknown tool 'xdelta'"],
  [['--profiles', 'live'], "unknown profile 'live'"],
  [['--timeout', '5'], "--timeout: '5' is not a time"],
  [['--strategy', 'fixed', '--set', 'blokBytes=1'], "no setting 'blokBytes'"],
  [['--profiles', 'cold-storage', '--set', 'blokBytes=1'], "no setting 'blokBytes'"],
])('%j is refused before anything runs', (words, message) => {
  const { code, stderr } = sandbox.run(...pair, ...words);
  expect(code).toBe(exitCodes.usage);
  expect(stderr).toContain(message);
});

test('--base alone is refused', () => {
  const { code, stderr } = sandbox.run('bench', 'peers', '--base', 'old');
  expect(code).toBe(exitCodes.usage);
  expect(stderr).toContain('--base needs --target');
});

/** Where they are installed, as they are in continuous integration: the shipped descriptions against the programs themselves. */
describe('real tools', () => {
  const real = {
    rsync: ['rsync', 'rsync -B 4096'],
    rdiff: ['rdiff + zstd -3'],
    xdelta3: ['xdelta3 -1', 'xdelta3 -9'],
    zstd: ['zstd --patch-from -19', 'zstd --patch-from -3'],
    bsdiff: ['bsdiff'],
    casync: ['casync'],
    restic: ['restic'],
    borg: ['borg'],
    bup: ['bup'],
    'qemu-img': ['qemu-img 4 KiB'],
  } as const;
  sandbox.write('image0', noise(1 << 20, 2));
  sandbox.write('image1', edited(noise(1 << 20, 2), 70_000, 'changed'));
  for (const [version, text] of [
    ['v0', 'one'],
    ['v1', 'two'],
  ] as const) {
    sandbox.write(`trees/${version}/sub/file`, noise(100_000, 3));
    sandbox.write(`trees/${version}/name`, text);
  }

  test.each(Object.keys(real).filter(isInstalled))(
    '%s rebuilds files, and directories where it takes them',
    (tool) => {
      const words = ['bench', 'peers', '--tools', tool, '--profiles', 'none', '--rounds', '1', '--slow'];
      const { code, stdout, stderr } = sandbox.run(
        ...words,
        '--base',
        'image0',
        '--target',
        'image1',
        '--workload',
        './trees/',
        '--out',
        `${tool}.json`,
      );
      expect(code, stderr + stdout).toBe(0);
      const { rows, tools } = results(`${tool}.json`);
      expect(rows.map(({ error }) => error).filter((error) => error !== null)).toEqual([]);
      const names = (workload: string) =>
        rows.filter((row) => row.workload === workload).map((row) => row.tool);
      expect(names('image0 to image1').sort()).toEqual(real[tool as keyof typeof real]);
      const takers = ['rsync', 'casync', 'restic', 'borg', 'bup'];
      expect(names('trees').sort()).toEqual(takers.includes(tool) ? real[tool as keyof typeof real] : []);
      for (const { version } of tools)
        expect(version).toEqual(tool === 'bsdiff' ? null : expect.stringMatching(/^\d/));
    },
  );
});
