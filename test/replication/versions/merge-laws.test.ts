/** Servers that hear of versions in any order, and merge whenever they like, come to the same merge with the same content. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { mergeBlocks, type MergedContent } from '../../../src/replication/versions/block-merge.js';
import { decide, type Decision } from '../../../src/replication/versions/decide.js';
import { makeMerge } from '../../../src/replication/versions/make-merge.js';
import { ancestry } from '../../../src/replication/versions/history.js';
import { compareTimes, dotText, isMerge, type Version } from '../../../src/replication/versions/version.js';
import { hasherFor } from '../../engine/package/samples.js';
import { blocks, Contents } from './contents.js';
import { permutations, steps, writerNames, written, type Step } from './histories.js';

const policy = { name: 'block-merge', blockBytes: 256 } as const;
const hasher = hasherFor('xxh3-128');
const blockCount = 5;

/** Writers with replicas of their own, who merge what they hear, and build upon merges. */
class World {
  readonly contents = new Contents();
  readonly manifests = new Map<string, Manifest>();
  readonly everything = new Map<string, Version>();
  merges = 0;
  agreements = 0;

  async play(list: readonly Step[]): Promise<void> {
    const known = writerNames.map(() => new Map<string, Version>());
    const first = written('root', 1, [], { wallMs: 0, counter: 0 });
    this.#add(first, this.contents.manifest({ '': blocks('abcde') }), known[0]);
    for (const mine of known) mine.set('root:1', first);
    // In the end everybody hears everything, in an order of their own.
    const rounds = [1, 2, 3, 4].flatMap((by) =>
      writerNames.map((_, writer): Step => ({ writer, from: (writer + by) % 4, wallMs: 0 })),
    );
    for (const [i, { writer, from, wallMs }] of [...list, ...rounds].entries()) {
      const mine = known[writer] ?? new Map<string, Version>();
      for (const [name, version] of known[from] ?? []) mine.set(name, version);
      const head = await this.merged(mine);
      // Some only hear and merge.
      if (wallMs < 4) continue;
      const name = writerNames[writer] ?? '';
      const counter = 1 + [...mine.values()].filter(({ dot }) => dot.writer === name).length;
      // Some join the heads by hand instead of going on from their merge.
      const parents = wallMs % 2 === 0 ? [head] : this.decide(mine.values()).heads;
      const version = written(name, counter, parents, { wallMs, counter: 0 });
      const letters = Array.from(this.letters(head));
      letters[(i * 7 + wallMs) % blockCount] = String.fromCharCode(65 + i);
      this.#add(version, this.contents.manifest({ '': blocks(letters.join('')) }), mine);
    }
  }

  /** The head, once the merge that the policy asks for was made and added. */
  async merged(mine: Map<string, Version>): Promise<Version> {
    const decision = this.decide(mine.values());
    if (decision.merge.state !== 'wanted') return decision.head;
    const made = await makeMerge(
      decision.merge.plan,
      {
        manifest: ({ writer, counter }) => Promise.resolve(this.manifests.get(`${writer}:${counter}`)),
        block: this.contents.read,
      },
      () => hasher,
    );
    if (made.state !== 'merged') throw new Error(made.obstacle);
    const { version, manifest } = made;
    this.merges++;
    this.#add(version, manifest, mine);
    return version;
  }

  decide(versions: Iterable<Version>): Decision {
    const decision = decide(versions, policy);
    if (decision === undefined) throw new Error('no versions');
    return decision;
  }

  join({ merge }: Decision): MergedContent {
    if (!('plan' in merge)) throw new Error(`no merge, ${merge.state}`);
    const merged = mergeBlocks(merge.plan, (dot) => this.manifests.get(dotText(dot)));
    if (typeof merged === 'string') throw new Error(merged);
    return merged;
  }

  letters({ dot }: Version): string {
    const manifest = this.manifests.get(dotText(dot));
    if (manifest === undefined) throw new Error('no manifest');
    return (this.contents.texts(manifest)[''] ?? '').replace(/(.)\1{0,255}/g, '$1');
  }

  #add(version: Version, manifest: Manifest, mine: Map<string, Version> | undefined): void {
    const name = dotText(version.dot);
    const before = this.everything.get(name);
    if (before !== undefined) {
      this.agreements++;
      expect(version).toEqual(before);
      expect(manifest).toEqual(this.manifests.get(name));
    }
    this.everything.set(name, version);
    this.manifests.set(name, manifest);
    mine?.set(name, version);
  }
}

test('one merge, whoever makes it, from whatever was merged on the way, in every order', async () => {
  let merges = 0;
  let agreements = 0;
  let conflicts = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.infiniteStream(fc.nat()), async (list, keys) => {
      const world = new World();
      await world.play(list);
      const all = [...world.everything.values()];
      const decision = world.decide(all);
      const merged = 'plan' in decision.merge ? world.join(decision) : undefined;
      conflicts += merged?.conflicts ?? 0;
      for (let order = 0; order < 4; order++) {
        const keyed = all.map((version) => [keys.next().value as number, version] as const);
        const shuffled = keyed.sort(([a], [b]) => a - b).map(([, version]) => version);
        expect(world.decide(shuffled)).toEqual(decision);
        if (merged !== undefined) expect(world.join(world.decide(shuffled))).toEqual(merged);
      }
      // Merges that nobody built upon might as well never have been made.
      const needed = ancestry(all);
      const bare = world.decide(needed);
      expect(bare.heads).toEqual(decision.heads);
      expect('plan' in bare.merge && bare.merge.plan).toEqual(
        'plan' in decision.merge && decision.merge.plan,
      );
      // Merging what is merged changes nothing.
      const set = new Map(world.everything);
      const head = await world.merged(set);
      expect(await world.merged(set)).toBe(head);
      expect(world.decide(set.values())).toMatchObject({ head, concurrent: [] });
      merges += world.merges;
      agreements += world.agreements;
    }),
    { seed: 8, numRuns: 500 },
  );
  // The histories are worth something: they merge, different writers make the same merge, and sides disagree.
  expect({ merges, agreements, conflicts }).toEqual({ merges: 1223, agreements: 272, conflicts: 237 });
});

test('small sets: every order, each version arriving alone and merged at once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const world = new World();
      await world.play(list.slice(0, 4));
      const writes = [...world.everything.values()].filter(({ dot }) => !isMerge(dot));
      const built = ancestry([...world.everything.values()]).filter(({ dot }) => isMerge(dot));
      const names = new Set<string>();
      for (const order of permutations(writes)) {
        const arrived = new Map(built.map((version) => [dotText(version.dot), version]));
        let head = order[0];
        for (const version of order) {
          arrived.set(dotText(version.dot), version);
          const decision = world.decide(arrived.values());
          head = decision.merge.state === 'impossible' ? decision.head : await world.merged(arrived);
        }
        names.add(head === undefined ? '' : `${dotText(head.dot)} ${world.letters(head)}`);
      }
      expect([...names]).toHaveLength(1);
    }),
    { seed: 9, numRuns: 40 },
  );
});

test('what one side alone changed is in the merge', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const world = new World();
      await world.play(list);
      const { merge } = world.decide(world.everything.values());
      if (!('plan' in merge) || merge.plan.heads.length !== 2 || merge.plan.ancestors.length !== 1) return;
      const set = new Map(world.everything);
      const result = world.letters(await world.merged(set));
      const [early, late, base] = [...merge.plan.heads, ...merge.plan.ancestors];
      if (early === undefined || late === undefined || base === undefined) return;
      expect(compareTimes(early.time, late.time)).toBeLessThanOrEqual(0);
      const [a, b, o] = [early, late, base].map((version) => world.letters(version));
      const expected = Array.from(result, (_, i) => (b?.[i] === o?.[i] ? a?.[i] : b?.[i])).join('');
      expect(result).toBe(expected);
    }),
    { seed: 10, numRuns: 200 },
  );
});
