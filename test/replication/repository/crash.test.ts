/** Every point of every operation at which the store can fail or the process can end. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import type { Repository } from '../../../src/replication/repository/repository.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { dotText, type Version } from '../../../src/replication/versions/version.js';
import { FaultStore, faults } from './fault-store.js';
import { open, push, restore, sampleOf, versionOf, type Sample } from './samples.js';

/** What each version holds, whether or not it came to be. */
const contents = new Map<string, Sample>(
  [
    [1, [1, 3, 4, 11, 12]],
    [2, [1, 2, 5, 6]],
    [3, [7, 2, 5, 8]],
    [4, [9, 10, 3]],
  ].map(([counter, seeds]) => [`agent:${String(counter)}`, sampleOf(seeds as number[])]),
);

function contentOf(version: Version): Sample {
  const sample = contents.get(dotText(version.dot));
  if (sample === undefined) throw new Error('no such version');
  return sample;
}

/** Versions 1 and 2, of which 2 is committed again later; a staging left over. */
async function prepared(): Promise<MemoryStore> {
  const store = new MemoryStore();
  const repository = await open(store);
  await push(repository, versionOf(1), contentOf(versionOf(1)));
  await push(repository, versionOf(2), contentOf(versionOf(2)));
  const { manifest, blocks } = contentOf(versionOf(4));
  const staging = await repository.stage('left', Uint8Array.of(4), manifest);
  await staging.addSegment(0, blocks.slice(0, 2));
  return store;
}

/** Every version that is visible is whole; `acknowledged` ones are visible. */
async function check(repository: Repository, acknowledged: readonly Version[]): Promise<void> {
  for (const { version } of repository.versions('disk')) {
    expect(await restore(repository, version)).toEqual(Buffer.from(contentOf(version).bytes));
  }
  for (const version of acknowledged) expect(repository.version('disk', version.dot)).toBeDefined();
}

/** Pushes, going on with what there is. */
async function complete(repository: Repository, version: Version, sample: Sample): Promise<void> {
  await (await repository.resume(`disk-agent-${version.dot.counter}`))?.discard();
  await push(repository, version, sample);
}

/** The staging that was left can be gone on with, and completes. */
async function finish(repository: Repository): Promise<void> {
  const { manifest, blocks } = contentOf(versionOf(4));
  const staging =
    (await repository.resume('left')) ?? (await repository.stage('left', Uint8Array.of(4), manifest));
  const missing = await repository.missing(manifest.blocks.digests);
  await staging.addSegment(
    9,
    missing.flatMap((i) => blocks[i] ?? []),
  );
  await repository.commit(versionOf(4), manifest, staging);
}

/** Once all is removed and collected, the configuration is all that is left. */
async function empty(repository: Repository, store: MemoryStore): Promise<void> {
  for (const token of repository.stagings) await (await repository.resume(token))?.discard();
  await repository.remove(
    'disk',
    repository.versions('disk').map(({ version }) => version.dot),
  );
  await repository.collect();
  expect((await store.list('')).map(({ key }) => key)).toEqual(['config']);
}

interface Scenario {
  readonly run: (repository: Repository) => Promise<void>;
  /** Versions that are there before and after, however it ends. */
  readonly stay: readonly Version[];
  /** Operations of the store, counted: a change here is a change of what a crash can meet. */
  readonly operations: number;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  push: {
    run: (repository) => push(repository, versionOf(3), contentOf(versionOf(3))),
    stay: [versionOf(1), versionOf(2)],
    operations: 7,
  },
  'push, given up at a failure': {
    run: async (repository) => {
      try {
        await push(repository, versionOf(3), contentOf(versionOf(3)));
      } catch (error) {
        await (await repository.resume('disk-agent-3'))?.discard();
        throw error;
      }
    },
    stay: [versionOf(1), versionOf(2)],
    operations: 7,
  },
  resume: { run: finish, stay: [versionOf(1), versionOf(2)], operations: 8 },
  discard: {
    run: async (repository) => {
      await (await repository.resume('left'))?.discard();
    },
    stay: [versionOf(1), versionOf(2)],
    operations: 5,
  },
  'remove and collect': {
    run: async (repository) => {
      await (await repository.resume('left'))?.discard();
      await repository.remove('disk', [versionOf(1).dot]);
      await repository.collect();
    },
    stay: [versionOf(2)],
    operations: 14,
  },
  'collect during a push': {
    run: async (repository) => {
      await repository.remove('disk', [versionOf(1).dot]);
      const all = await Promise.allSettled([
        push(repository, versionOf(3), contentOf(versionOf(3))),
        repository.collect(),
        finish(repository),
      ]);
      for (const one of all) if (one.status === 'rejected') throw one.reason as Error;
    },
    stay: [versionOf(2)],
    operations: 25,
  },
  'commit again': {
    run: async (repository) => {
      await repository.commit(versionOf(2), contentOf(versionOf(2)).manifest, undefined);
    },
    stay: [versionOf(1), versionOf(2)],
    operations: 2,
  },
};

describe.each(Object.entries(scenarios))('%s', (_name, { run, stay, operations }) => {
  const cases = faults.flatMap((fault) =>
    (fault.startsWith('crash') ? [false] : [false, true]).map((goesOn) => [fault, goesOn] as const),
  );

  test.each(cases)('%s, at each operation; the process goes on: %s', async (fault, goesOn) => {
    let at = 0;
    for (; ; at++) {
      const inner = await prepared();
      const store = new FaultStore(inner, fault);
      const repository = await open(store);
      store.failAt(at);
      const ending = await Promise.race([store.died, run(repository).then(() => 'done', failed)]);
      if (!store.hasFailed) break;
      store.failAt(Infinity);
      await check(await open(inner), stay);
      // One process at a time: it goes on where it met an error, or another one starts.
      const next = ending === 'failed' && goesOn ? repository : await open(inner);
      await next.collect();
      await check(next, stay);
      await check(await open(inner), stay);
      await complete(next, versionOf(3), contentOf(versionOf(3)));
      await finish(next);
      await check(await open(inner), [...stay, versionOf(3), versionOf(4)]);
      expect((await next.scrub()).damage).toEqual([]);
      await empty(next, inner);
    }
    expect(at).toBe(operations);
  });
});

function failed(error: unknown): string {
  expect(error).toBeInstanceOf(WorldError);
  return 'failed';
}
