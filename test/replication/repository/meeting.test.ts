/** Two operations at once: the first is held back at each operation of the store, the second runs as far as it can, then the first goes on. */
import { describe, expect, test } from 'vitest';
import type { Repository } from '../../../src/replication/repository/repository.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { PauseStore } from './pause-store.js';
import { open, push, restore, sampleOf, versionOf } from './samples.js';

const kept = sampleOf([1, 2, 3]);
const gone = sampleOf([1, 4, 5, 6, 7, 8]);
const left = sampleOf([9, 10]);

/** A version that stays, the garbage of one that was removed, and a staging that is given up. */
async function prepared(): Promise<MemoryStore> {
  const store = new MemoryStore();
  const repository = await open(store);
  await push(repository, versionOf(1), kept);
  await push(repository, versionOf(2), gone);
  const staging = await repository.stage('left', new Uint8Array(0), left.manifest);
  await staging.addSegment(0, left.blocks);
  await repository.remove('disk', [versionOf(2).dot]);
  return store;
}

interface Act {
  readonly run: (repository: Repository) => Promise<unknown>;
  /** Versions that are there afterwards. */
  readonly brings: readonly number[];
  /** Where it may be refused, since what it builds on went before. */
  readonly refused?: string;
}

const acts: Readonly<Record<string, Act>> = {
  collect: { run: (repository) => repository.collect(), brings: [] },
  scrub: {
    run: async (repository) => {
      expect((await repository.scrub()).damage).toEqual([]);
    },
    brings: [],
  },
  'push of what is garbage': { run: (repository) => push(repository, versionOf(3), gone), brings: [3] },
  'another such push': {
    run: (repository) => push(repository, versionOf(4), sampleOf([8, 7, 6, 11])),
    brings: [4],
  },
  'commit of what is garbage': {
    run: (repository) => repository.commit(versionOf(5), gone.manifest, undefined),
    brings: [5],
    refused: 'are not held',
  },
  'resume and commit': {
    run: async (repository) => {
      const staging = await repository.resume('left');
      await repository.commit(versionOf(6), left.manifest, staging);
    },
    brings: [6],
    refused: 'are not held',
  },
  discard: {
    run: async (repository) => (await repository.resume('left'))?.discard(),
    brings: [],
  },
  reading: {
    run: async (repository) => {
      expect(await restore(repository, versionOf(1))).toEqual(Buffer.from(kept.bytes));
    },
    brings: [],
  },
};

const contents = new Map([
  [1, kept],
  [3, gone],
  [4, sampleOf([8, 7, 6, 11])],
  [5, gone],
  [6, left],
]);

const entries = Object.entries(acts);
const pairs = entries.flatMap(([first, a]) =>
  // A version is pushed by one at a time.
  entries
    .filter(([second]) => first !== second || a.brings.length === 0)
    .map(([second, b]) => ({ first, a, second, b })),
);

describe.each(pairs)('$first, and meanwhile $second', ({ a, b }) => {
  test.each([true, false])('held back before its effect: %s', async (before) => {
    let pauses = 0;
    for (; ; pauses++) {
      const inner = await prepared();
      const store = new PauseStore(inner, before);
      const repository = await open(store);
      store.pauseAt(pauses);
      const running = [settled(a, repository)];
      await idle();
      if (!store.isPaused) break;
      running.push(settled(b, repository));
      await idle();
      store.resume();
      const brought = (await Promise.all(running)).flat();
      for (const opened of [repository, await open(inner)]) {
        for (const counter of [1, ...brought]) {
          const bytes = await restore(opened, versionOf(counter));
          expect(bytes).toEqual(Buffer.from(contents.get(counter)?.bytes ?? []));
        }
      }
      await repository.collect();
      for (const counter of [1, ...brought]) await restore(repository, versionOf(counter));
    }
    expect(pauses).toBeGreaterThan(0);
  });
});

/** The versions that it brought: those it is for, or none where it was refused. */
async function settled(act: Act, repository: Repository): Promise<readonly number[]> {
  try {
    await act.run(repository);
    return act.brings;
  } catch (error) {
    if (act.refused === undefined || !(error instanceof Error)) throw error;
    expect(error.message).toContain(act.refused);
    return [];
  }
}

/** Until nothing moves: a memory store answers within microtasks. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
