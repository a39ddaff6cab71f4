/** Whole pushes, pulls and lists between agents and servers of both versions, with exact counts. */
import { describe, expect, test } from 'vitest';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { Town, contentOf, edited, image, randomBytes, restored } from './support.js';

const KiB = 1024;
const volume = 'disk';
const first = randomBytes(100 * KiB, 1);
const v1 = { abilities: { versions: [1] } } as const;

describe.each([
  ['version 2 with version 2', {}, {}],
  ['an agent of version 1', v1, {}],
  ['a server of version 1', {}, v1],
] as const)('%s', (_, agentOptions, serverOptions) => {
  test('an image is pushed, listed, pulled, and pushed again with an edit', async () => {
    const town = new Town();
    const host = await town.serve('server', serverOptions);
    const agent = town.agent('alice', agentOptions);
    const pushed = await town.settle(agent.push('server', volume, image(first)));
    expect(host.failures).toEqual([]);
    expect(pushed.version.dot).toEqual({ writer: 'alice', counter: 1 });
    expect(pushed).toMatchObject({ candidateBlocks: 25, neededBlocks: 25, segments: 7, attempts: 1 });
    expect((await restored(host, volume, pushed.version.dot)).equals(first)).toBe(true);

    const second = edited(first, 50_000);
    const again = await town.settle(agent.push('server', volume, image(second)));
    expect(again.version.parents).toEqual([pushed.version.dot]);
    expect(again.committed).toMatchObject({ head: again.version.dot, concurrent: [] });
    const isOld = again.candidateBlocks === 25;
    expect(again.neededBlocks).toBe(isOld ? 25 : 1);
    if (!isOld) expect(again.packageBytes).toBeLessThan(1000);

    const rows = await town.settle(agent.list('server'));
    expect(rows.map(({ version, isHead, totalBytes }) => [version.dot.counter, isHead, totalBytes])).toEqual([
      [1, false, 102_400],
      [2, true, 102_400],
    ]);

    const target = memoryTarget();
    const pulled = await town.settle(town.agent('bob', agentOptions).pull('server', volume, target));
    expect(contentOf(target.snapshot()).equals(second)).toBe(true);
    expect(pulled.version.dot).toEqual(again.version.dot);
    expect(pulled.neededBlocks).toBe(25);
    expect(host.failures).toEqual([]);
    expect(host.server.connectionCount).toBe(0);
  });
});

test('a tree arrives with its entries', async () => {
  const town = new Town();
  const host = await town.serve('server');
  const tree = memorySnapshot('tree', [
    { path: '.', kind: 'directory' },
    { path: 'empty' },
    { path: 'link', kind: 'symlink', linkTarget: 'sub/data' },
    { path: 'sub', kind: 'directory' },
    { path: 'sub/data', bytes: randomBytes(9000, 3), mode: 0o600, mtimeMicros: 5_000_000 },
    { path: 'sub/same', bytes: randomBytes(9000, 3) },
  ]);
  const agent = town.agent('alice');
  const pushed = await town.settle(agent.push('server', volume, tree));
  expect(pushed).toMatchObject({ candidateBlocks: 3, neededBlocks: 3, segments: 1 });
  const target = memoryTarget();
  await town.settle(agent.pull('server', volume, target));
  expect(target.snapshot().entries).toEqual(tree.entries);
  expect(contentOf(target.snapshot()).equals(contentOf(tree))).toBe(true);
  expect(host.failures).toEqual([]);
});

test('an empty image is a version, too', async () => {
  const town = new Town();
  await town.serve('server');
  const agent = town.agent('alice');
  const pushed = await town.settle(agent.push('server', volume, image(new Uint8Array(0))));
  expect(pushed).toMatchObject({ candidateBlocks: 0, segments: 0 });
  const target = memoryTarget();
  await town.settle(agent.pull('server', volume, target));
  expect(target.snapshot().layout.totalBytes).toBe(0);
});

test('a pull of what is at hand under its very name sends no block', async () => {
  const town = new Town();
  const host = await town.serve('server');
  const bytes = randomBytes(40 * 1024, 7);
  await town.settle(town.agent('alice').push('server', 'own', image(bytes)));
  const bob = town.agent('bob');
  await town.settle(bob.pull('server', 'own', memoryTarget()));
  const again = memoryTarget();
  const pulled = await town.settle(bob.pull('server', 'own', again, { base: image(bytes) }));
  expect(contentOf(again.snapshot()).equals(bytes)).toBe(true);
  expect([pulled.attempts, pulled.neededBlocks, host.failures]).toEqual([1, 0, []]);
});
