/** What goes wrong between machines: one line with the cause and the way out, the right exit code, and nothing lost. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issueIdentity } from '../../src/replication/io/certificates.js';
import { identityText } from '../../src/replication/io/identity.js';
import { Sandbox, noise } from './program.js';
import { Running, loopback, startServing, type Serving } from './serving.js';

const sandbox = new Sandbox();
const image = noise(600_000, 1);
sandbox.write('disk.img', image);
sandbox.write('strange/file', 'not a repository');
mkdirSync(sandbox.path('empty'));
let serving: Serving;
let before: string[];

const elsewhere = `${loopback}:1`;
const laptop = ['--identity', 'keys/laptop.pem'];
const backup = ['--identity', 'keys/backup.pem'];
const push = (identity = 'laptop') => [
  ...['push', 'disk.img', '--to', serving.address, '--volume', 'disk'],
  ...['--identity', `keys/${identity}.pem`, '--attempts', '1'],
];
const restore = () => ['restore', 'disk', '--from', serving.address, '-o', 'out.img', ...laptop];
const listen = ['--listen', [loopback, 0].join(':')];

/** Identities that the program would not make: of the past, of strangers. */
async function writeKeys(): Promise<void> {
  const nowMs = Date.now();
  const pastMs = nowMs - 4000 * 86_400_000;
  const [ours, theirs] = [await createAuthority(nowMs), await createAuthority(nowMs)];
  const server = { role: 'server', hosts: [loopback] } as const;
  const identities = {
    backup: await issueIdentity(ours, { name: 'backup', ...server }, nowMs),
    misnamed: await issueIdentity(
      ours,
      { name: 'misnamed', role: 'server', hosts: ['backup.example'] },
      nowMs,
    ),
    laptop: await issueIdentity(ours, { name: 'laptop', role: 'agent' }, nowMs),
    expired: await issueIdentity(ours, { name: 'expired', role: 'agent' }, pastMs),
    stranger: await issueIdentity(theirs, { name: 'stranger', role: 'agent' }, nowMs),
  };
  const mixed = { ...identities.laptop, privateKey: identities.stranger.privateKey };
  for (const [name, identity] of Object.entries({ ...identities, mixed })) {
    sandbox.write(`keys/${name}.pem`, identityText(identity));
  }
}

beforeAll(async () => {
  await writeKeys();
  serving = await startServing(sandbox.folder, 'repository', 'keys/backup.pem', ['--segment', '64KiB']);
  expect(sandbox.run(...push()).code).toBe(0);
  before = sandbox.names();
});

afterAll(async () => {
  await serving.process.stop();
});

function expectFailure(words: readonly string[], code: number, message: RegExp): string {
  const ran = sandbox.run(...words);
  expect(ran.code, ran.stderr).toBe(code);
  expect(ran.stdout).toBe('');
  const lines = ran.stderr.trimEnd().split('\n');
  const at = lines.findIndex((line) => line.startsWith('snapdelta: '));
  expect(lines[at]).toMatch(message);
  expect(lines.length - at).toBeLessThanOrEqual(2);
  expect(sandbox.names()).toEqual(before);
  return ran.stderr;
}

describe('exit code 2: what cannot be meant', () => {
  test.each<[message: RegExp, words: () => string[]]>([
    [/give either --from HOST:PORT or --repository FOLDER/, () => ['snapshots']],
    [/give either/, () => ['snapshots', '--from', serving.address, '--repository', 'x']],
    [/missing --identity FILE/, () => ['snapshots', '--from', serving.address]],
    [/nowhere is not an address/, () => ['snapshots', '--from', 'nowhere', ...laptop]],
    [/disk\.img is no identity/, () => ['snapshots', '--from', elsewhere, '--identity', 'disk.img']],
    [/--identity goes with --from/, () => ['snapshots', '--repository', 'x', ...laptop]],
    [/--first goes with --from/, () => ['restore', 'disk', '--repository', 'x', '-o', 'o', '--first', 'y']],
    [/--dot: 'laptop' names no version/, () => [...restore(), '--dot', 'laptop']],
    [/volume 'disk' has no such version here/, () => [...restore(), '--dot', 'laptop:99']],
    [
      /volume 'none' has no such/,
      () => ['pull', 'none', '--from', serving.address, '-o', 'out.img', ...laptop],
    ],
    [/disk\.img exists already/, () => [...restore().slice(0, 4), '-o', 'disk.img', ...laptop]],
    [/control character/, () => ['push', 'disk.img', '--to', serving.address, '--volume', 'a\nb', ...laptop]],
    [
      /'' cannot be .* a volume: it is empty/,
      () => ['push', 'disk.img', '--to', elsewhere, '--volume', '', ...laptop],
    ],
    [/'laptop' is an agent's identity/, () => ['serve', 'new', ...listen, ...laptop]],
    [/'best' is no merge policy/, () => ['serve', 'new', ...listen, ...backup, '--policy', 'disk=best']],
    [
      /of the same volume again/,
      () => ['serve', 'new', ...listen, ...backup, '--policy', 'fork', '--policy', 'fork'],
    ],
    [/'last' is no rule/, () => ['serve', 'new', ...listen, ...backup, '--retain', 'last']],
    [/'dayly:3' is no rule/, () => ['serve', 'new', ...listen, ...backup, '--retain', 'dayly:3']],
    [/'fixed' is no chunker/, () => ['serve', 'new', ...listen, ...backup, '--chunker', 'fixed']],
    [/'fixed:3' cannot be cut/, () => ['serve', 'new', ...listen, ...backup, '--chunker', 'fixed:3']],
    [/'deflate:10' is no codec/, () => ['serve', 'new', ...listen, ...backup, '--codec', 'deflate:10']],
    [
      /--segment: .* is not from 4 KiB to 64 MiB/,
      () => ['serve', 'new', ...listen, ...backup, '--segment', '1GiB'],
    ],
    [
      /--upkeep: '1ms' is not from 1s to 720h/,
      () => ['serve', 'new', ...listen, ...backup, '--upkeep', '1ms'],
    ],
    [/west is not an address/, () => ['serve', 'new', ...listen, ...backup, '--peer', 'west']],
    [/--host goes with --server/, () => ['keys', 'init', 'more', '--host', 'x']],
    [/server x has no host name/, () => ['keys', 'init', 'more', '--server', 'x']],
    [/'authority' is the name of the authority/, () => ['keys', 'init', 'more', '--agent', 'authority']],
    [/a\/b cannot be the name of a party/, () => ['keys', 'init', 'more', '--agent', 'a/b']],
  ])('%s', (message, words) => {
    expectFailure(words(), 2, message);
  });
});

describe('exit code 3: not authentic, or not exact', () => {
  test('an identity of another authority, one that has expired, one whose parts are of several', () => {
    expectFailure(push('stranger'), 3, /is not authentic: its certificate is of another authority/);
    expectFailure(push('expired'), 3, /keys\/expired\.pem: the certificate has expired on /);
    expectFailure(push('mixed'), 3, /its key, its certificate and its authority do not go together/);
  });

  test('a server that has another name', async () => {
    const misnamed = await startServing(sandbox.folder, 'other', 'keys/misnamed.pem');
    const ran = sandbox.run('snapshots', '--from', misnamed.address, ...laptop);
    expect((await misnamed.process.stop()).code).toBe(0);
    expect([ran.code, ran.stderr]).toEqual([
      3,
      expect.stringContaining('its certificate has other host names'),
    ]);
    before = sandbox.names();
  });

  test('folders that are no repositories', () => {
    expectFailure(['serve', 'strange', ...listen, ...backup], 3, /not a store, and not empty: it has 'file'/);
    expectFailure(['snapshots', '--repository', 'strange'], 3, /strange is not a repository/);
    expectFailure(['snapshots', '--repository', 'empty'], 3, /empty is not a repository/);
    expect(readdirSync(sandbox.path('empty'))).toEqual([]);
  });
});

describe('exit code 5: the world', () => {
  test('nobody listens; who tries again says so', () => {
    expectFailure(
      ['snapshots', '--from', elsewhere, ...laptop, '--attempts', '1'],
      5,
      /nobody listens there/,
    );
    const stderr = expectFailure(
      ['snapshots', '--from', elsewhere, ...laptop, '--attempts', '3'],
      5,
      /nobody listens/,
    );
    expect(stderr.match(/; again in /g)).toHaveLength(2);
  });

  test('a port that is taken, a repository that is served, a folder that is not there', () => {
    const words = ['serve', 'unborn', '--listen', serving.address, ...backup];
    expectFailure(words, 5, /cannot listen on .*: another process listens there/);
    expect(sandbox.names()).not.toContain('unborn');
    expectFailure(
      ['serve', '/proc/x', ...listen, ...backup],
      5,
      /cannot create \/proc\/x: its file system takes no new folders/,
    );
    expectFailure(['serve', 'repository', ...listen, ...backup], 5, /is held by process \d+/);
    expectFailure(
      ['restore', 'disk', '--repository', 'repository', '-o', 'out.img'],
      5,
      /is held by process \d+/,
    );
    expectFailure(['snapshots', '--repository', 'missing'], 5, /cannot open missing: it does not exist/);
    expectFailure(
      ['snapshots', '--from', serving.address, '--identity', 'gone.pem'],
      5,
      /cannot open gone\.pem/,
    );
  });

  test('a restore where no more can be written leaves nothing', async () => {
    const full = new Running(sandbox.folder, restore(), 200);
    expect((await full.ended).code).toBe(5);
    expect(full.stderr).toMatch(/cannot write out\.img: the file system cannot hold a file of this size/);
    expect(sandbox.names()).toEqual(before);
  });
});

test('a server whose disk is full refuses; with room again the push goes through', async () => {
  const full = await startServing(sandbox.folder, 'small', 'keys/backup.pem', [], { fileBlocksMax: 100 });
  const words = [
    'push',
    'disk.img',
    '--to',
    full.address,
    '--volume',
    'disk',
    '--state',
    'small.state',
    ...laptop,
  ];
  const ran = sandbox.run(...words, '--attempts', '2');
  expect([ran.code, ran.stderr]).toEqual([
    5,
    expect.stringContaining('backup refused (internal): cannot write'),
  ]);
  expect((await full.process.stop()).code).toBe(0);
  expect(full.process.stderr).toContain('cannot hold a file of this size');
  const port = Number(full.address.slice(full.address.lastIndexOf(':') + 1));
  const roomy = await startServing(sandbox.folder, 'small', 'keys/backup.pem', [], { port });
  const again = sandbox.run(...words, '--json');
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ dot: 'laptop:1' });
  await roomy.process.stop();
});

test('SIGINT in the midst of a push: exit code 130, and the next push goes on', async () => {
  sandbox.write('large.img', noise(16 * 1024 * 1024, 2));
  const words = ['push', 'large.img', '--to', serving.address, '--volume', 'large', ...laptop];
  const pushing = new Running(sandbox.folder, words);
  while (pushing.isRunning && stagedSegments() < 3) await setTimeout(5);
  expect((await pushing.stop('SIGINT')).code, pushing.stderr).toBe(130);
  expect(pushing.stderr).toContain('snapdelta: cancelled');
  const again = sandbox.run(...words, '--json');
  expect(again.code, again.stderr).toBe(0);
  const { dot, blocks } = JSON.parse(again.stdout) as {
    dot: string;
    blocks: { changed: number; sent: number };
  };
  expect([dot, blocks.changed]).toEqual(['laptop:1', 256]);
  expect(blocks.sent).toBeLessThan(blocks.changed);
});

/** Segments that the server holds of pushes under way. */
function stagedSegments(): number {
  const stagings = sandbox.path('repository/objects/stagings+');
  if (!existsSync(stagings)) return 0;
  return readdirSync(stagings).reduce(
    (sum, name) => sum + readdirSync(join(stagings, name)).filter((file) => file !== 'head').length,
    0,
  );
}

describe('a damaged repository', () => {
  const words = (address: string) => ['restore', 'disk', '--from', address, '-o', 'out.img', ...laptop];
  const pushTo = (address: string, state: string) => [
    ...[
      'push',
      'disk.img',
      '--to',
      address,
      '--volume',
      'disk',
      '--state',
      `${state}.state`,
      ...laptop,
      '--json',
    ],
  ];

  /** A repository with one version and some rot in one of its blocks. */
  async function damage(name: string): Promise<void> {
    const whole = await startServing(sandbox.folder, name, 'keys/backup.pem');
    expect(sandbox.run(...pushTo(whole.address, name)).code).toBe(0);
    await whole.process.stop();
    const pack = sandbox.path(`${name}/objects/packs+/0000000000`);
    const bytes = readFileSync(pack);
    bytes.fill(0xaa, bytes.length - 100_000, bytes.length - 99_000);
    writeFileSync(pack, bytes);
  }

  function mends(serving: Serving, name: string): void {
    const mending = sandbox.run(...pushTo(serving.address, name));
    expect(mending.code, mending.stderr).toBe(0);
    expect(JSON.parse(mending.stdout)).toMatchObject({ dot: 'laptop:2', blocks: { sent: 1 } });
  }

  function restores(serving: Serving): void {
    const ran = sandbox.run(...words(serving.address), '--dot', 'laptop:1', '--force');
    expect(ran.code, ran.stderr).toBe(0);
    expect(readFileSync(sandbox.path('out.img')).equals(image)).toBe(true);
  }

  test('gives out nothing of what is damaged; once that was met, a push of the snapshot mends it', async () => {
    await damage('damaged');
    const local = sandbox.run('restore', 'disk', '--repository', 'damaged', '-o', 'out.img');
    expect([local.code, local.stderr]).toEqual([
      3,
      expect.stringMatching(/block \d+ of disk cannot be restored/),
    ]);
    const again = await startServing(sandbox.folder, 'damaged', 'keys/backup.pem');
    const remote = sandbox.run(...words(again.address), '--attempts', '1');
    expect([remote.code, remote.stderr]).toEqual([3, expect.stringContaining('is missing or damaged here')]);
    expect(existsSync(sandbox.path('out.img'))).toBe(false);
    mends(again, 'damaged');
    restores(again);
    await again.process.stop();
  });

  test('whose version has a damaged record is told so, also when quiet, with the exit code of damage', async () => {
    await damage('recordless');
    const records = sandbox.path('recordless/objects/versions+');
    for (const name of readdirSync(records)) writeFileSync(join(records, name), 'damage');
    const told = [
      [[], /^snapdelta: the newest version of 'disk' is lost here: laptop:1$/m],
      [['--dot', 'laptop:1'], /^snapdelta: volume 'disk' has no version laptop:1 here that can be read$/m],
    ] as const;
    for (const [dot, reason] of told) {
      const words = ['restore', 'disk', '--repository', 'recordless', '-o', 'lost.img', '--quiet', ...dot];
      const ran = sandbox.run(...words);
      expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(/^damaged: versions\//)]);
      expect(ran.stderr).toMatch(reason);
      expect(existsSync(sandbox.path('lost.img'))).toBe(false);
    }
  });

  test('is found by a scrub, told, and mended by a push, for good', async () => {
    await damage('scrubbed');
    const options = ['--scrub', '1h'];
    const scrubbed = await startServing(sandbox.folder, 'scrubbed', 'keys/backup.pem', options);
    await expect.poll(() => scrubbed.process.stderr).toMatch(/^scrub: \d+ objects, \d+ blocks, 1 damaged$/m);
    expect(scrubbed.process.stderr).toMatch(/^damaged: packs\/0000000000: block blake3-/m);
    expect(scrubbed.process.stderr).toContain('disk: laptop:1 cannot be restored whole');
    mends(scrubbed, 'scrubbed');
    await scrubbed.process.stop();
    const fresh = await startServing(sandbox.folder, 'scrubbed', 'keys/backup.pem');
    restores(fresh);
    await fresh.process.stop();
  });
});
