/** Replication from the command line: a server, agents, and what they say, as processes over TLS on loopback. */
import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snapshotsSchema } from '../../src/harness/report/snapshots-document.js';
import { Sandbox, edited, noise } from './program.js';
import { loopback, startServing, type Serving } from './serving.js';

const sandbox = new Sandbox();
const first = noise(1_000_000, 1);
const second = edited(first, 300_000, 'changed');
sandbox.write('v1.img', first);
sandbox.write('v2.img', second);
sandbox.write('tree/letters/today.txt', 'dear reader');
sandbox.write('tree/large', noise(3_000_000, 3));
let serving: Serving;

const as = (agent: string) => ['--identity', `keys/${agent}.pem`];
const to = () => ['--to', serving.address];
const from = () => ['--from', serving.address];

function succeeds(...words: readonly string[]): string {
  const { code, stdout, stderr } = sandbox.run(...words);
  expect(code, stderr).toBe(0);
  return stdout;
}

function document(...words: readonly string[]): Record<string, unknown> {
  return JSON.parse(succeeds(...words, '--json')) as Record<string, unknown>;
}

const bytesOf = (name: string) => readFileSync(sandbox.path(name));

beforeAll(async () => {
  succeeds('keys', 'init', 'keys', '--server', 'backup', '--host', loopback, '--agent', 'laptop');
  serving = await startServing(sandbox.folder, 'repository', 'keys/backup.pem');
});

afterAll(async () => {
  const { code } = await serving.process.stop();
  expect(code, serving.process.stderr).toBe(0);
});

describe('keys init', () => {
  test('keeps all private keys to their owner', () => {
    for (const name of ['keys/authority.pem', 'keys/backup.pem', 'keys/laptop.pem']) {
      expect(statSync(sandbox.path(name)).mode & 0o777).toBe(0o600);
    }
  });

  test('adds identities of the authority that is there, and replaces none', () => {
    const authority = bytesOf('keys/authority.pem');
    expect(document('keys', 'init', 'keys', '--agent', 'desktop')).toEqual({
      authority: 'keys/authority.pem',
      isNewAuthority: false,
      identities: [{ name: 'desktop', role: 'agent', hosts: [], file: 'keys/desktop.pem' }],
    });
    expect(bytesOf('keys/authority.pem').equals(authority)).toBe(true);
    const before = bytesOf('keys/desktop.pem');
    const names = sandbox.names();
    const { code, stderr } = sandbox.run('keys', 'init', 'keys', '--agent', 'tablet', '--agent', 'desktop');
    expect([code, stderr]).toEqual([2, expect.stringContaining('keys/desktop.pem exists already')]);
    expect(bytesOf('keys/desktop.pem').equals(before)).toBe(true);
    expect(sandbox.names()).toEqual(names);
  });
});

describe('push, snapshots, restore, pull', () => {
  test('two versions; the second sends one block, and with its base a delta of it', () => {
    const one = document('push', 'v1.img', ...to(), '--volume', 'disk', ...as('laptop'));
    expect(one).toMatchObject({
      dot: 'laptop:1',
      blocks: { changed: 16, sent: 16 },
      concurrent: [],
      attempts: 1,
    });
    const two = document('push', 'v2.img', ...to(), '--volume', 'disk', ...as('laptop'), '--base', 'v1.img');
    expect(two).toMatchObject({ dot: 'laptop:2', head: 'laptop:2', blocks: { changed: 1, sent: 1 } });
    const { packages } = two['sentBytes'] as { packages: number };
    expect(packages).toBeLessThan(2000);
  });

  test('are listed as a table and as a document of the published schema', () => {
    const listing = snapshotsSchema.parse(document('snapshots', 'disk', ...from(), ...as('desktop')));
    expect(listing.snapshots.map(({ dot, bytes, parents, isHead }) => [dot, bytes, parents, isHead])).toEqual(
      [
        ['laptop:1', 1_000_000, [], false],
        ['laptop:2', 1_000_000, ['laptop:1'], true],
      ],
    );
    const table = succeeds('snapshots', ...from(), ...as('desktop'));
    expect(table).toMatch(/^volume +version +time +size/);
    expect(table).toMatch(/^disk +laptop:2 +20\d\d-.*Z +977 KiB +head$/m);
  });

  test('the head and an older version come back byte for byte', () => {
    succeeds('restore', 'disk', ...from(), '-o', 'head.img', ...as('desktop'));
    expect(bytesOf('head.img').equals(second)).toBe(true);
    succeeds('restore', 'disk', ...from(), '-o', 'old.img', '--dot', 'laptop:1', ...as('desktop'));
    expect(bytesOf('old.img').equals(first)).toBe(true);
  });

  test('a pull over what is there fetches the difference, and the next push follows it', () => {
    sandbox.write('mine.img', first);
    const pulled = document('pull', 'disk', ...from(), '-o', 'mine.img', '--force', ...as('desktop'));
    expect(pulled).toMatchObject({ dot: 'laptop:2', blocks: { received: 1 } });
    expect(bytesOf('mine.img').equals(second)).toBe(true);
    sandbox.write('mine.img', edited(second, 10, 'mine'));
    expect(document('push', 'mine.img', ...to(), '--volume', 'disk', ...as('desktop'))).toMatchObject({
      dot: 'desktop:1',
      head: 'desktop:1',
      concurrent: [],
    });
  });

  test('concurrent versions are told to whoever makes them', () => {
    sandbox.write('other.img', edited(second, 20, 'other'));
    const { code, stdout } = sandbox.run('push', 'other.img', ...to(), '--volume', 'disk', ...as('laptop'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^the head is laptop:3; concurrent to it: desktop:1$/m);
  });

  test('a directory: what is wanted first is ready before the rest', () => {
    succeeds('push', 'tree', ...to(), '--volume', 'notes', ...as('laptop'));
    const { code, stderr } = sandbox.run(
      ...['restore', 'notes', ...from(), '-o', 'notes', '--first', 'letters', ...as('laptop')],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^letters: 11 B ready after .*, in .*\.notes\.snapdelta-/);
    expect(bytesOf('notes/letters/today.txt').toString()).toBe('dear reader');
    expect(bytesOf('notes/large').equals(bytesOf('tree/large'))).toBe(true);
  });

  test('stdin is a snapshot; the same bytes again are the same one', () => {
    const words = ['push', '-', ...to(), '--volume', 'db', ...as('laptop'), '--json'];
    const input = noise(100_000, 9);
    for (const [counter, sent] of [
      [1, 2],
      [2, 0],
    ]) {
      const { code, stdout, stderr } = sandbox.runWith({ input }, ...words);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ dot: `laptop:${counter}`, blocks: { sent } });
    }
    succeeds('restore', 'db', ...from(), '-o', 'db', ...as('laptop'));
    expect(bytesOf('db').equals(input)).toBe(true);
  });
});
