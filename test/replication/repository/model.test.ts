/**
 * Random work by several users at once (pushes, removals, reads, collections, scrubs), cut by crashes, against a plain model: what was acknowledged is there, what was
 * removed stays away, whatever is visible is whole, and what a staging was told is held stays held.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import type { Repository, Staging } from '../../../src/replication/repository/repository.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { dotText, type Version } from '../../../src/replication/versions/version.js';
import { config, open, restore, sampleOf, versionOf, type Sample } from './samples.js';
import { TurningStore } from './turning-store.js';

interface Plan {
  readonly counter: number;
  readonly seeds: readonly number[];
  /** Whether it stops before the commit, leaving its staging. */
  readonly stops: boolean;
}

/** One life of the process: what it is asked to do at once, and how long it lives. */
interface Life {
  readonly pushes: readonly Plan[];
  readonly removed: readonly number[];
  readonly collections: number;
  readonly scrubs: number;
  readonly steps: number;
  readonly chance: number;
}

const life: fc.Arbitrary<Life> = fc.record({
  pushes: fc.array(
    fc.record({
      counter: fc.integer({ min: 1, max: 8 }),
      seeds: fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }),
      stops: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  removed: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 2 }),
  collections: fc.nat(2),
  scrubs: fc.nat(1),
  steps: fc.oneof(fc.nat(120), fc.constant(10_000)),
  chance: fc.nat(),
});

class Model {
  /** What each dot holds or would hold: fixed by its first push, as a writer's own count is. */
  readonly contents = new Map<string, Sample>();
  readonly acknowledged = new Map<string, Version>();
  /** Whose removal was begun: may be there or not. */
  readonly doubtful = new Set<string>();

  contentOf(version: Version, seeds: readonly number[]): Sample {
    const known = this.contents.get(dotText(version.dot));
    if (known !== undefined) return known;
    const sample = sampleOf(seeds);
    this.contents.set(dotText(version.dot), sample);
    return sample;
  }
}

/** Pushes in two segments, and checks what was promised when it asked. */
async function pushed(repository: Repository, model: Model, { counter, seeds, stops }: Plan): Promise<void> {
  const version = versionOf(counter);
  const name = dotText(version.dot);
  const { manifest, blocks } = model.contentOf(version, seeds);
  const staging = await stagingOf(repository, name, manifest);
  if (staging === undefined) return;
  const missing = await repository.missing(manifest.blocks.digests);
  const needed = missing.flatMap((i) => blocks[i] ?? []);
  const middle = needed.length >> 1;
  await staging.addSegment(0, needed.slice(0, middle));
  await staging.addSegment(1, needed.slice(middle));
  const outcomes = await repository.blocks(manifest.blocks.digests);
  expect(outcomes.map(({ state }) => state)).toEqual(blocks.map(() => 'whole'));
  if (stops) return;
  await repository.commit(version, manifest, staging);
  model.acknowledged.set(name, version);
}

async function stagingOf(
  repository: Repository,
  token: string,
  manifest: Sample['manifest'],
): Promise<Staging | undefined> {
  const known = await repository.resume(token);
  if (known !== undefined) return known;
  // Another push of the same version is at it.
  if (repository.stagings.includes(token)) return undefined;
  return repository.stage(token, new Uint8Array(0), manifest);
}

async function removed(repository: Repository, model: Model, counter: number): Promise<void> {
  const name = dotText(versionOf(counter).dot);
  model.acknowledged.delete(name);
  model.doubtful.add(name);
  await repository.remove('disk', [versionOf(counter).dot]);
}

async function reading(repository: Repository, model: Model): Promise<void> {
  for (const { version } of repository.versions('disk')) {
    // It may be removed and its blocks collected while it is read.
    const isStable = (): boolean =>
      repository.version('disk', version.dot) !== undefined && !model.doubtful.has(dotText(version.dot));
    try {
      const bytes = await restore(repository, version);
      expect(Buffer.compare(bytes, model.contentOf(version, []).bytes)).toBe(0);
    } catch (error) {
      if (isStable()) throw error;
    }
  }
}

async function live(inner: MemoryStore, model: Model, plan: Life): Promise<void> {
  const store = new TurningStore(inner, new Random(plan.chance));
  const work = async (): Promise<void> => {
    const repository = await open(store);
    // A version is pushed or removed in one life, not both, so that the model knows what must be there.
    const gone = new Set(plan.removed);
    const pushes = new Map(
      plan.pushes.filter(({ counter }) => !gone.has(counter)).map((one) => [one.counter, one]),
    );
    await Promise.all([
      ...[...pushes.values()].map((one) => pushed(repository, model, one)),
      ...[...gone].map((counter) => removed(repository, model, counter)),
      ...Array.from({ length: plan.collections }, () => repository.collect()),
      ...Array.from({ length: plan.scrubs }, () => repository.scrub()),
      reading(repository, model),
    ]);
  };
  const working = work();
  const end = await store.drive(working, plan.steps);
  if (end === 'settled') await working;
  const repository = await open(inner);
  expect(repository.damage).toEqual([]);
  const names = repository.versions('disk').map(({ version }) => dotText(version.dot));
  for (const name of model.acknowledged.keys()) expect(names).toContain(name);
  model.doubtful.clear();
  for (const { version } of repository.versions('disk'))
    model.acknowledged.set(dotText(version.dot), version);
  await reading(repository, model);
}

test('lives of a repository, one after another', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('stored', 'deflate'),
      async (lives, codec) => {
        const inner = new MemoryStore();
        const model = new Model();
        await open(inner, { create: { ...config, codec } });
        for (const plan of lives) await live(inner, model, plan);
        const last = await open(inner);
        for (const token of last.stagings) await (await last.resume(token))?.discard();
        await last.remove(
          'disk',
          last.versions('disk').map(({ version }) => version.dot),
        );
        await last.collect();
        expect((await inner.list('')).map(({ key }) => key)).toEqual(['config']);
      },
    ),
    { seed: 11, numRuns: 150 },
  );
});
