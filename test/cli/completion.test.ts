/** Completion works in the real shells. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { shippedProfileNames } from '../../src/engine/profile/read.js';
import { strategyNames } from '../../src/engine/strategy/strategy.js';
import { catalogue } from '../../src/cli/catalogue.js';
import { generators } from '../../src/workload/registry.js';
import { Sandbox } from './program.js';

const sandbox = new Sandbox();
sandbox.write('old.img', 'x');
sandbox.write('folder/x', 'x');
const isThere = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

beforeAll(() => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = sandbox.run('completion', shell);
    expect(code).toBe(0);
    sandbox.write(`completion.${shell}`, stdout);
  }
});

/** What bash offers when TAB is pressed behind the last of the words. */
function bashOffers(...words: string[]): string[] {
  const script = `source ./completion.bash
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    _snapdelta && printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], {
    cwd: sandbox.folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

const firstWords = [...new Set(catalogue.map(({ name }) => name.split(' ')[0] ?? ''))];
const generatorNames = generators.map(({ name }) => name);

describe('bash', () => {
  test('the function is registered for the program', () => {
    const { stdout } = spawnSync('bash', ['-c', 'source ./completion.bash; complete -p snapdelta'], {
      cwd: sandbox.folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('complete -F _snapdelta snapdelta\n');
  });

  test('every command', () => {
    expect(bashOffers('snapdelta', '')).toEqual(expect.arrayContaining(firstWords));
    expect(bashOffers('snapdelta', 'dif')).toEqual(['diff']);
    expect(bashOffers('snapdelta', 'workloads', '')).toEqual(['import', 'list', 'make']);
  });

  test.each(catalogue.map(({ name }) => name))('every option of %s', async (name) => {
    const command = await catalogue.find((entry) => entry.name === name)?.load();
    const options = Object.keys(command?.options ?? {}).map((option) => `--${option}`);
    const offered = bashOffers('snapdelta', ...name.split(' '), '--');
    expect(offered).toEqual([...options, '--help', '--version', '--json', '--quiet'].sort());
  });

  test('profiles, strategies and workloads', () => {
    expect(bashOffers('snapdelta', 'diff', '--profile', '')).toEqual(
      expect.arrayContaining(shippedProfileNames()),
    );
    expect(bashOffers('snapdelta', 'profiles', 'cold')).toEqual(['cold-storage']);
    expect(bashOffers('snapdelta', 'diff', 'a', 'b', '--strategy', '')).toEqual([...strategyNames].sort());
    expect(bashOffers('snapdelta', 'workloads', 'make', '')).toEqual(expect.arrayContaining(generatorNames));
  });

  test('files where files belong', () => {
    expect(bashOffers('snapdelta', 'diff', 'old')).toEqual(['old.img']);
    expect(bashOffers('snapdelta', 'diff', 'old.img', 'new.img', '-o', 'fol')).toEqual(['folder']);
    expect(bashOffers('snapdelta', 'workloads', 'make', 'mailbox', '-o', '')).toEqual(['folder']);
  });

  test('options before the command, and --option=value as bash splits it', () => {
    expect(bashOffers('snapdelta', '--quiet', 'dif')).toEqual(['diff']);
    expect(bashOffers('snapdelta', 'diff', '--strategy', '=', 'ro')).toEqual(['rolling']);
    expect(bashOffers('snapdelta', 'diff', '--strategy', '=')).toEqual([...strategyNames].sort());
  });

  test('nothing where nothing fits', () => {
    expect(bashOffers('snapdelta', 'diff', '--workers', '')).toEqual([]);
    expect(bashOffers('snapdelta', 'nonsense', '')).toEqual([]);
  });
});

test.skipIf(!isThere('zsh'))('zsh accepts the script', () => {
  const { status, stderr } = spawnSync(
    'zsh',
    ['-f', '-c', 'autoload -U compinit; compinit -D; source ./completion.zsh; whence -w _snapdelta'],
    {
      cwd: sandbox.folder,
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

describe.skipIf(!isThere('fish'))('fish', () => {
  const offers = (line: string): string[] => {
    const script = `source completion.fish; complete -C '${line}'`;
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], {
      cwd: sandbox.folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => text.split('\t')[0] ?? '')
      .sort();
  };

  test('commands, options and values', () => {
    expect(offers('snapdelta ')).toEqual(expect.arrayContaining(firstWords));
    expect(offers('snapdelta workloads ')).toEqual(expect.arrayContaining(['import', 'list', 'make']));
    expect(offers('snapdelta diff --pro')).toEqual(['--profile']);
    expect(offers('snapdelta diff --strategy ')).toEqual([...strategyNames].sort());
    expect(offers('snapdelta profiles thin')).toEqual(expect.arrayContaining(['thin-link']));
  });
});
