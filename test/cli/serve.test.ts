/** The server as a process: how it ends, what it keeps, what it sends on. */
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { beforeAll, expect, test } from 'vitest';
import { snapshotsSchema } from '../../src/harness/report/snapshots-document.js';
import { Sandbox, edited, noise } from './program.js';
import { Running, loopback, startServing, type Serving } from './serving.js';

const sandbox = new Sandbox();
const image = noise(300_000, 1);

beforeAll(() => {
  const names = ['--agent', 'laptop', '--agent', 'desktop', '--host', loopback];
  for (const server of ['east', 'west']) {
    const words = server === 'east' ? names : names.slice(-2);
    expect(sandbox.run('keys', 'init', 'keys', '--server', server, ...words).code).toBe(0);
  }
});

const as = (agent: string) => ['--identity', `keys/${agent}.pem`];

/** To a volume of the test's own: an agent counts its versions of a volume, wherever they go. */
function push(serving: Serving, volume: string, bytes: Uint8Array, agent = 'laptop'): void {
  sandbox.write('disk.img', bytes);
  const words = ['push', 'disk.img', '--to', serving.address, '--volume', volume, ...as(agent)];
  const { code, stderr } = sandbox.run(...words);
  expect(code, stderr).toBe(0);
}

/** Dots with a star at the head. */
function versions(serving: Serving): string[] {
  const { stdout } = sandbox.run('snapshots', '--from', serving.address, ...as('desktop'), '--json');
  return snapshotsSchema
    .parse(JSON.parse(stdout))
    .snapshots.map(({ dot, isHead }) => (isHead ? `${dot}*` : dot));
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 0, whoever is connected', async (signal) => {
  const serving = await startServing(sandbox.folder, 'ended', 'keys/east.pem');
  const [host = '', port] = serving.address.split(':');
  const silent = connect(Number(port), host);
  silent.on('error', () => undefined);
  await once(silent, 'connect');
  const pushing = new Running(sandbox.folder, [
    ...['push', '-', '--to', serving.address, '--volume', 'never', ...as('laptop'), '--attempts', '1'],
  ]);
  const { code } = await serving.process.stop(signal);
  expect([code, serving.process.stdout]).toEqual([
    0,
    expect.stringMatching(/^ended: \d versions? committed/),
  ]);
  expect(existsSync(sandbox.path('ended.address'))).toBe(false);
  expect(existsSync(sandbox.path('ended/lock'))).toBe(false);
  silent.destroy();
  await pushing.ended;
});

test('--json tells at the end what was done, and nothing before', async () => {
  const serving = await startServing(sandbox.folder, 'told', 'keys/east.pem', ['--json', '--quiet']);
  push(serving, 'told', image);
  expect((await serving.process.stop()).code).toBe(0);
  expect(JSON.parse(serving.process.stdout)).toMatchObject({
    folder: 'told',
    committed: 1,
    refused: 0,
    failed: 0,
  });
  expect(serving.process.stderr).toBe('');
});

test('who is refused is told, with the reason', async () => {
  const serving = await startServing(sandbox.folder, 'asked', 'keys/east.pem');
  const [host = '', port] = serving.address.split(':');
  const stranger = connect(Number(port), host);
  stranger.on('error', () => undefined);
  stranger.end('GET / HTTP/1.0\r\n\r\n');
  await expect
    .poll(() => serving.process.stderr)
    .toContain(`refused: ${loopback}: it does not speak TLS 1.3`);
  await serving.process.stop();
});

test('retention forgets versions as new ones come, and upkeep frees what they had', async () => {
  const options = ['--retain', 'kept=last:2', '--upkeep', '1s'];
  const serving = await startServing(sandbox.folder, 'kept', 'keys/east.pem', options);
  for (let i = 0; i < 4; i++) push(serving, 'kept', noise(300_000, 10 + i));
  await expect.poll(() => versions(serving)).toEqual(['laptop:3', 'laptop:4*']);
  await expect.poll(() => serving.process.stderr, { timeout: 20_000 }).toMatch(/upkeep: .* KiB freed/);
  const words = ['restore', 'kept', '--from', serving.address, '-o', 'kept.img', '--dot', 'laptop:3'];
  expect(sandbox.run(...words, ...as('laptop')).code).toBe(0);
  expect(readFileSync(sandbox.path('kept.img')).equals(noise(300_000, 12))).toBe(true);
  await serving.process.stop();
});

test('a choice that the repository at hand contradicts is refused; the same one is not', async () => {
  const chosen = ['--chunker', 'fastcdc:4KiB:16KiB:64KiB', '--fingerprint', 'sha256', '--codec', 'deflate:6'];
  const serving = await startServing(sandbox.folder, 'chosen', 'keys/east.pem', chosen);
  await serving.process.stop();
  for (const [option, value] of [
    ['--chunker', 'fixed:64KiB'],
    ['--fingerprint', 'blake3'],
    ['--codec', 'zstd'],
    ['--codec', 'deflate:5'],
  ] as const) {
    const listen = ['--listen', [loopback, 0].join(':'), ...as('east')];
    const { code, stderr } = sandbox.run('serve', 'chosen', ...listen, option, value);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^snapdelta: chosen is a repository with .* already/),
    ]);
  }
  await (await startServing(sandbox.folder, 'chosen', 'keys/east.pem', chosen)).process.stop();
});

test('servers in a ring have the same versions, whoever was pushed to, and the same head', async () => {
  const west = await startServing(sandbox.folder, 'west', 'keys/west.pem', ['--policy', 'block-merge']);
  const port = Number(west.address.split(':')[1]);
  const ringed = ['--policy', 'block-merge', '--peer', west.address];
  const east = await startServing(sandbox.folder, 'east', 'keys/east.pem', ringed);
  await west.process.stop();
  const again = ['--policy', 'block-merge', '--peer', east.address];
  const back = await startServing(sandbox.folder, 'west', 'keys/west.pem', again, { port });
  push(east, 'ring', image);
  await expect.poll(() => versions(back), { timeout: 20_000 }).toEqual(['laptop:1*']);
  const pulled = sandbox.run('pull', 'ring', '--from', back.address, '-o', 'desktop.img', ...as('desktop'));
  expect(pulled.code, pulled.stderr).toBe(0);
  push(back, 'ring', edited(image, 10, 'desktop'), 'desktop');
  push(east, 'ring', edited(image, 200_000, 'laptop'), 'laptop');
  await expect
    .poll(() => [versions(east), versions(back)], { timeout: 30_000 })
    .toEqual([
      expect.arrayContaining([
        'desktop:1',
        'laptop:1',
        'laptop:2',
        expect.stringMatching(/^merge\..*:\d+\*$/),
      ]),
      versions(east),
    ]);
  const merged = sandbox.run('restore', 'ring', '--from', back.address, '-o', 'merged.img', ...as('desktop'));
  expect(merged.code, merged.stderr).toBe(0);
  const both = edited(edited(image, 10, 'desktop'), 200_000, 'laptop');
  expect(readFileSync(sandbox.path('merged.img')).equals(both)).toBe(true);
  await Promise.all([east.process.stop(), back.process.stop()]);
});
