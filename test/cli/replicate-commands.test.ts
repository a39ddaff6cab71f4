/** The commands between machines, run in this process: what they print, and what their documents say. As processes they run in replicate.test.ts. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/cli/catalogue.js';
import type { Outcome } from '../../src/cli/command.js';
import { parseInput } from '../../src/cli/parse.js';
import { Terminal } from '../../src/cli/terminal.js';
import { UsageError } from '../../src/base/errors.js';
import { edited, noise } from './program.js';
import { loopback } from './serving.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const image = noise(200_000, 1);
const stopping = new AbortController();
let serving: Promise<Outcome>;
let address: string;

async function act(name: string, words: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  const command = await catalogue.find((entry) => entry.name === name)?.load();
  if (command === undefined) throw new Error(`no command ${name}`);
  const input = parseInput(command, words);
  if (input === 'help') throw new Error('help was not asked for');
  return await command.run(input, {
    signal: signal ?? new AbortController().signal,
    terminal: new Terminal({ quiet: true, json: false }),
    commands: () => Promise.resolve([]),
  });
}

const as = (agent: string) => ['--identity', at(`keys/${agent}.pem`)];

beforeAll(async () => {
  writeFileSync(at('disk.img'), image);
  const made = await act('keys init', [
    ...[at('keys'), '--server', 'backup', '--host', loopback, '--agent', 'laptop', '--agent', 'desktop'],
  ]);
  expect(made.text).toMatch(/3 identities .* of a new authority, .*; bring each to its machine/);
  const listen = ['--listen', [loopback, 0].join(':'), ...as('backup'), '--address-file', at('address')];
  const choices = [
    '--retain',
    'last:5,daily:2',
    '--policy',
    'other=fork',
    '--codec',
    'lz4',
    '--segment',
    '64KiB',
  ];
  serving = act('serve', [at('repository'), ...listen, ...choices, '--scrub', '1h'], stopping.signal);
  while (!existsSync(at('address'))) await Promise.race([setTimeout(10), serving]);
  address = readFileSync(at('address'), 'utf8').trim();
});

describe('with a server', () => {
  test('push, pull, push, restore, snapshots', async () => {
    const push = (agent: string, path: string) =>
      act('push', [path, '--to', address, '--volume', 'disk', ...as(agent)]);
    expect((await push('laptop', at('disk.img'))).text).toMatch(
      /^disk: laptop:1 of 195 KiB is on .*; 19\d KiB sent in .* \(.* MB\/s of the snapshot\)$/,
    );
    const from = ['--from', address];
    const pulled = await act('pull', [
      'disk',
      ...from,
      '-o',
      at('mine.img'),
      '--first',
      '0-10',
      ...as('desktop'),
    ]);
    expect(pulled.document).toMatchObject({
      dot: 'laptop:1',
      bytes: 200_000,
      first: [{ wanted: '0-10', bytes: 10 }],
    });
    expect(pulled.text).toContain('laptop:1 of disk, 195 KiB, verified');
    writeFileSync(at('mine.img'), edited(image, 5, 'mine'));
    expect((await push('desktop', at('mine.img'))).document).toMatchObject({
      head: 'desktop:1',
      concurrent: [],
    });
    writeFileSync(at('disk.img'), edited(image, 5, 'laptops'));
    const concurrent = await push('laptop', at('disk.img'));
    expect(concurrent.text).toMatch(/\nthe head is laptop:2; concurrent to it: desktop:1$/);
    const restored = await act('restore', [
      ...[
        'disk',
        ...from,
        '-o',
        at('old.img'),
        '--dot',
        'laptop:1',
        '--base',
        at('mine.img'),
        '--flush',
        ...as('laptop'),
      ],
    ]);
    expect(restored.document).toMatchObject({ dot: 'laptop:1', blocks: { received: 1 } });
    expect(readFileSync(at('old.img')).equals(image)).toBe(true);
    const { text, document } = await act('snapshots', [...from, ...as('laptop')]);
    expect(text.split('\n')).toHaveLength(5);
    expect(document).toMatchObject({
      snapshots: [{ dot: 'desktop:1' }, { dot: 'laptop:1' }, { dot: 'laptop:2' }],
    });
  });

  test('what the server does not have is wrong use', async () => {
    const words = ['none', '--from', address, '-o', at('none.img'), ...as('laptop')];
    await expect(act('restore', words)).rejects.toThrow(UsageError);
    await expect(act('pull', words)).rejects.toThrow("volume 'none' has no such version here");
  });
});

describe('from its folder, once it was stopped', () => {
  beforeAll(async () => {
    stopping.abort();
    const { text, document } = await serving;
    expect(text).toMatch(/repository: 3 versions committed, 2 sent, 0 refused, 2 failed$/);
    expect(document).toMatchObject({ committed: 3, sent: 2, refused: 0, failed: 2 });
  });

  test('snapshots and restore', async () => {
    const from = ['--repository', at('repository')];
    const { document } = await act('snapshots', ['disk', ...from]);
    expect(document).toMatchObject({
      snapshots: [{ dot: 'desktop:1' }, {}, { dot: 'laptop:2', isHead: true }],
    });
    expect((await act('snapshots', ['none', ...from])).text).toBe('no versions');
    const restored = await act('restore', ['disk', ...from, '-o', at('last.img')]);
    expect(restored.text).toMatch(/last\.img: laptop:2 of disk, 195 KiB, verified, in .*$/);
    expect(readFileSync(at('last.img')).equals(edited(image, 5, 'laptops'))).toBe(true);
    const missing = act('restore', ['disk', ...from, '-o', at('no.img'), '--dot', 'phone:1']);
    await expect(missing).rejects.toThrow("volume 'disk' has no version phone:1 here");
    await expect(act('restore', ['none', ...from, '-o', at('no.img')])).rejects.toThrow(
      'has no versions here',
    );
  });

  test('a restore that is stopped leaves nothing', async () => {
    const words = ['disk', '--repository', at('repository'), '-o', at('never.img')];
    await expect(act('restore', words, AbortSignal.abort())).rejects.toThrow('cancelled');
    expect(() => readFileSync(at('never.img'))).toThrow('ENOENT');
  });
});
