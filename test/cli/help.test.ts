import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { catalogue } from '../../src/cli/catalogue.js';
import { commandHelp, overview } from '../../src/cli/help.js';
import { Sandbox } from './program.js';

const sandbox = new Sandbox();
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('--version', () => {
  test.each([[['--version']], [['diff', '--version']], [['diff', 'a', 'b', '--version']]])('%j', (words) => {
    expect(sandbox.run(...words)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('as a document', () => {
    expect(JSON.parse(sandbox.run('--version', '--json').stdout)).toEqual({ name: 'snapdelta', version });
  });

  test('behind -- it is a name like any other', () => {
    expect(sandbox.run('inspect', '--', '--version').code).toBe(exitCodes.world);
  });
});

describe('--help', () => {
  test('lists every command and every exit code', () => {
    const text = overview();
    for (const { name, summary } of catalogue)
      expect(text).toMatch(new RegExp(`^ +${name} +${summary}$`, 'm'));
    for (const code of Object.values(exitCodes)) expect(text).toMatch(new RegExp(`^ +${code} `, 'm'));
    expect(sandbox.run('--help')).toEqual({ code: 0, stdout: `${text}\n`, stderr: '' });
  });

  test.each(catalogue.map(({ name }) => name))('%s: the declaration and the overview agree', async (name) => {
    const entry = catalogue.find((candidate) => candidate.name === name);
    const command = await entry?.load();
    expect(command?.name).toBe(name);
    expect(command?.summary).toBe(entry?.summary);
  });

  test.each(catalogue.map(({ name }) => name))('%s: every option and example is shown', async (name) => {
    const command = await catalogue.find((candidate) => candidate.name === name)?.load();
    if (command === undefined) throw new Error('no such command');
    const text = commandHelp(command);
    for (const option of Object.keys(command.options)) expect(text).toContain(`--${option}`);
    for (const { name: positional } of command.positionals) expect(text).toContain(positional);
    for (const example of command.examples) expect(example.startsWith(name)).toBe(true);
    for (const option of ['--help', '--version', '--json', '--quiet']) expect(text).toContain(option);
  });

  test('of a group, and by the word help', () => {
    const { code, stdout } = sandbox.run('bench', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^snapdelta bench COMMAND \[options\]\n\nCommands:\n +bench kernels /);
    expect(stdout).not.toContain('keys init');
    expect(sandbox.run('help')).toEqual(sandbox.run('--help'));
    expect(sandbox.run('help', 'diff')).toEqual(sandbox.run('diff', '--help'));
    expect(sandbox.run('help', 'keys')).toEqual(sandbox.run('keys', '--help'));
    expect(sandbox.run('help', 'keys', 'init', '--json').code).toBe(0);
    expect(sandbox.run('help', 'nothing').code).toBe(exitCodes.usage);
  });

  test('of a command, from the program', () => {
    const { code, stdout } = sandbox.run('diff', '-h');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^snapdelta diff BASE TARGET -o DELTA \[options\]\n/);
  });

  test('as a document', () => {
    const { stdout } = sandbox.run('apply', '--help', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'apply', options: { output: { alias: 'o' } } });
  });
});
