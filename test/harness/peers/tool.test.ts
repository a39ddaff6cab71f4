import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchPeersCommand } from '../../../src/cli/commands/bench-peers.js';
import { contestantsOf, variantFor } from '../../../src/harness/experiment/contestant.js';
import { filledIn, parsePeerTool, placeholderNames } from '../../../src/harness/experiment/peer-tool.js';
import { builtInTools, missingPrograms, versionIn, versionOf } from '../../../src/harness/io/peer-tools.js';
import { printedBytes, sizeOf } from '../../../src/harness/io/tool-trial.js';
import { fakeTools, ToolFolder } from './fake-tools.js';

const folder = new ToolFolder();
const parse = (yaml: string) => parsePeerTool(yaml, 'mine.yaml', '/here');
const minimal = (more: string) => `tool: mine
summary: mine
variants:
  - name: mine
    diff: [[cp, '{target}', '{delta}']]
    apply: [[cp, '{delta}', '{output}']]
${more}`;

describe('tool files', () => {
  it('are read whole, and what is not said has its usual value', () => {
    const [variant] = parse(minimal('')).variants;
    expect(variant).toEqual({
      name: 'mine',
      inputs: 'files',
      slowAboveBytes: Infinity,
      prepare: [],
      diff: [{ run: ['cp', '{target}', '{delta}'] }],
      bytes: { kind: 'file', path: '{delta}' },
      apply: [{ run: ['cp', '{delta}', '{output}'] }],
      output: '{output}',
    });
  });

  it.each([
    [minimal("    slowAbove: 'much'"), "mine.yaml:7:16: variants.0.slowAbove: 'much' is not a size"],
    [
      minimal('    inputs: devices'),
      'mine.yaml:7:13: variants.0.inputs: expected files or directories or images',
    ],
    [minimal('    bytes: {}'), 'mine.yaml:7:12: variants.0.bytes: expected one of file, growth and printed'],
    [
      minimal("    bytes: { printed: ['('] }"),
      "mine.yaml:7:24: variants.0.bytes.printed.0: '(' is not a regular",
    ],
    [minimal("    output: '{outptu}'"), 'mine.yaml:7:13: variants.0.output: unknown placeholder {outptu}'],
    [minimal('    prepare: [[cp, -1]]'), 'mine.yaml:7:15: variants.0.prepare.0: expected a list of words'],
    [
      minimal('    prepare: [{ run: [x], codes: [256] }]'),
      'mine.yaml:7:35: variants.0.prepare.0.codes.0: expected 0 to 255',
    ],
    [minimal('    aply: []'), 'mine.yaml:7:5: variants.0.aply: unknown key'],
    [minimal('').replace(/ {4}apply.*\n/, ''), 'mine.yaml:4:5: variants.0: expected apply, or output where'],
    [
      minimal('  - { name: mine, diff: [[x]], apply: [[y]] }'),
      "variants.1.name: 'mine' is there twice for files",
    ],
    ['tool: a b\nsummary: x\nvariants: []', 'mine.yaml:1:7: tool: expected a name without spaces'],
  ])('are complained of with line and column: %#', (yaml, message) => {
    expect(() => parse(yaml)).toThrow(message);
  });

  it('have placeholders for everything a command needs', () => {
    const values = Object.fromEntries(placeholderNames.map((name) => [name, `<${name}>`]));
    expect(filledIn('{scratch}/repo::{target} {here}', values as Parameters<typeof filledIn>[1])).toBe(
      '<scratch>/repo::<target> <here>',
    );
  });
});

describe('the tools that come with the program', () => {
  const tools = builtInTools();

  it('are those that the command line completes', () => {
    expect(benchPeersCommand.options['tools']?.completes).toEqual([...tools.map(({ tool }) => tool), 'none']);
  });

  it('have variants of different names, some of them for directories', () => {
    const contestants = tools.flatMap((tool) => contestantsOf(tool, null));
    const names = contestants.map(({ tool }) => tool);
    expect(new Set(names).size).toBe(names.length);
    const takers = (kind: 'directories' | 'images' | 'files') =>
      contestants.filter((one) => variantFor(one, kind) !== undefined).map(({ tool }) => tool);
    expect(takers('directories')).toEqual(['borg', 'bup', 'casync', 'restic', 'rsync', 'rsync -B 4096']);
    expect(takers('files')).toEqual(names.filter((name) => name !== 'qemu-img 4 KiB'));
    expect(takers('images')).toEqual(names);
  });

  it('are found missing program by program', () => {
    const tool = parse(fakeTools.absent);
    expect(missingPrograms(tool, tool.variants)).toEqual(['a-program-that-nobody-has']);
    const good = parse(fakeTools.good);
    expect(missingPrograms(good, good.variants)).toEqual([]);
  });
});

describe('versions', () => {
  it('are the first group of what the tool prints', () => {
    expect(versionOf(parse(fakeTools.good))).toBe('1.2.3');
    expect(versionOf(parse(fakeTools.failing))).toBeNull();
  });

  it.each([
    ['bsdiff', 'bsdiff: usage: bsdiff oldfile newfile patchfile', null],
    ['borg', 'borg 1.2.4', '1.2.4'],
    ['bup', '0.33.7', '0.33.7'],
    ['casync', 'casync 2\n', '2'],
    ['qemu-img', 'qemu-img version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright (c) 2003-2022', '7.2.22'],
    ['rdiff', 'rdiff (librsync 2.3.2)\nCopyright (C) 1997-2016', '2.3.2'],
    ['restic', 'restic 0.14.0 compiled with go1.19.8 on linux/amd64', '0.14.0'],
    ['rsync', 'rsync  version 3.2.7  protocol version 31', '3.2.7'],
    ['xdelta3', 'Xdelta version 3.0.11, Copyright (C) 2007, 2008', '3.0.11'],
    ['zstd', '*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***', '1.5.4'],
  ])('of %s', (name, printed, expected) => {
    const tool = builtInTools().find((one) => one.tool === name);
    expect(tool?.version === undefined ? null : versionIn(printed, tool.version.pattern)).toBe(expected);
  });
});

describe('bytes', () => {
  it('are those of a file, or of all files below a folder', () => {
    mkdirSync(join(folder.path, 'repo', 'data'), { recursive: true });
    folder.write('repo/index', 'abc');
    folder.write('repo/data/x', 'abcde');
    expect(sizeOf(join(folder.path, 'repo'))).toBe(8);
    expect(sizeOf(join(folder.path, 'repo', 'index'))).toBe(3);
    expect(sizeOf(join(folder.path, 'nothing'))).toBeUndefined();
  });

  it('that rsync prints are what it sent and received', () => {
    const rule = builtInTools().find(({ tool }) => tool === 'rsync')?.variants[0]?.bytes;
    const patterns = rule?.kind === 'printed' ? rule.patterns : [];
    const printed =
      'Total file size: 21,975,040 bytes\nTotal bytes sent: 11,277,676\nTotal bytes received: 34,241\n';
    expect(printedBytes(printed, patterns)).toBe(11_311_917);
    expect(printedBytes('Total bytes sent: 1', patterns)).toMatch(
      /^what the diff printed has no Total bytes received/,
    );
  });
});
