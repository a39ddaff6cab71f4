/** What fails on this side, a full disk or a file that changed, ends a push or pull at once: another connection would not help. */
import { expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import type { TargetWriter } from '../../../src/engine/snapshot/target-writer.js';
import { Town, image, randomBytes } from './support.js';

const bytes = randomBytes(60_000, 1);

function full(): never {
  throw new WorldError('the disk is full', { hint: 'free some space' });
}

/** A memory target with one call that fails, and how often each was called. */
function failingTarget(method: 'begin' | 'write' | 'commit'): { target: TargetWriter; calls: string[] } {
  const calls: string[] = [];
  const inner = memoryTarget();
  const target = new Proxy(inner, {
    get: (_, name: keyof TargetWriter) => {
      calls.push(name);
      const value: unknown = Reflect.get(inner, name);
      return name === method ? full : typeof value === 'function' ? (value.bind(inner) as unknown) : value;
    },
  });
  return { target, calls };
}

test.each(['begin', 'write', 'commit'] as const)('a pull whose target fails to %s', async (method) => {
  const town = new Town();
  await town.serve('server');
  await town.settle(town.agent('alice').push('server', 'disk', image(bytes)));
  const linkCount = town.links.length;
  const { target, calls } = failingTarget(method);
  const pulling = town.settle(town.agent('bob').pull('server', 'disk', target));
  await expect(pulling).rejects.toThrow('the disk is full');
  await expect(pulling).rejects.toMatchObject({ hint: 'free some space', exitCode: 5 });
  expect(town.links).toHaveLength(linkCount + 1);
  expect(calls.filter((call) => call === method)).toHaveLength(1);
  expect(calls.at(-1)).toBe('abort');
});

test.each<[when: string, part: Partial<Snapshot>]>([
  ['that cannot be opened', { openReader: full }],
  ['that changed meanwhile', { assertUnchanged: full }],
])('a push of a file %s', async (_, part) => {
  const town = new Town();
  await town.serve('server');
  const snapshot = image(bytes);
  const broken: Snapshot = {
    name: snapshot.name,
    source: snapshot.source,
    form: snapshot.form,
    entries: snapshot.entries,
    layout: snapshot.layout,
    openReader: () => snapshot.openReader(),
    assertUnchanged: () => undefined,
    ...part,
  };
  const pushing = town.settle(town.agent('alice').push('server', 'disk', broken));
  await expect(pushing).rejects.toThrow('the disk is full');
  expect(town.links).toHaveLength(1);
});
