import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { readVersion, versionItem } from '../../../src/replication/versions/codec.js';
import { decide, versionsNeeded } from '../../../src/replication/versions/decide.js';
import { headsOf } from '../../../src/replication/versions/history.js';
import { parsePolicy, policyText, type MergePolicy } from '../../../src/replication/versions/policy.js';
import { dotText, type Version } from '../../../src/replication/versions/version.js';
import { permutations, play, steps, written } from './histories.js';

const policies = [
  { name: 'latest-wins' },
  { name: 'fork' },
  { name: 'block-merge', blockBytes: 256 },
] as const satisfies readonly MergePolicy[];
const at = (wallMs: number, counter = 0): { wallMs: number; counter: number } => ({ wallMs, counter });

const root = written('ann', 1, [], at(1));
const ann = written('ann', 2, [root], at(5));
const bob = written('bob', 1, [root], at(5, 1));
const cy = written('cy', 1, [root], at(5));
const nameOf = (versions: readonly Version[], policy: MergePolicy): string | undefined => {
  const head = decide(versions, policy)?.head;
  return head && dotText(head.dot);
};

describe('decide', () => {
  test('nothing, and one line, whatever the policy', () => {
    for (const policy of policies) {
      expect(decide([], policy)).toBeUndefined();
      const one = decide([ann, root], policy);
      expect(one).toMatchObject({ head: ann, heads: [ann], concurrent: [], merge: { state: 'none' } });
      expect(one?.named.size).toBe(0);
    }
  });

  test('latest-wins: hybrid time, then writer; a version that follows never loses to what it follows', () => {
    expect(nameOf([root, ann, bob, cy], policies[0])).toBe('bob:1');
    expect(nameOf([root, ann, cy], policies[0])).toBe('cy:1');
    const behind = written('dee', 1, [ann, bob], at(2));
    expect(nameOf([root, ann, bob, behind], policies[0])).toBe('dee:1');
    expect(decide([root, ann, bob], policies[0])?.concurrent).toEqual([ann]);
  });

  test('fork: every head by its own name, the plain name with the first writer', () => {
    const decision = decide([root, bob, cy, ann], policies[1]);
    expect([...(decision?.named ?? [])].map(([name, { dot }]) => [name, dotText(dot)])).toEqual([
      ['v@ann', 'ann:2'],
      ['v@bob', 'bob:1'],
      ['v@cy', 'cy:1'],
    ]);
    expect(decision?.head).toBe(ann);
    const later = written('bob', 2, [bob], at(9));
    expect(nameOf([root, bob, ann, later], policies[1])).toBe('ann:2');
  });

  test('block-merge: wanted, then made; its name says what went in', () => {
    const before = decide([root, ann, bob], policies[2]);
    expect(before).toMatchObject({ head: bob, concurrent: [ann], merge: { state: 'wanted' } });
    if (before?.merge.state !== 'wanted') throw new Error('unexpected');
    const { version, heads, ancestors } = before.merge.plan;
    expect(version).toEqual({
      volume: 'v',
      dot: { writer: 'merge.af41315df46794b52f433b18fe6d479e', counter: 1 },
      vector: { ann: 2, bob: 1 },
      time: at(5, 1),
      parents: [ann.dot, bob.dot],
    });
    expect([heads, ancestors]).toEqual([[ann, bob], [root]]);
    expect(readVersion(versionItem(version), 'it')).toEqual(version);
    const after = decide([version, root, ann, bob], policies[2]);
    expect(after).toMatchObject({
      head: version,
      heads: [ann, bob],
      concurrent: [],
      merge: { state: 'made' },
    });
    expect(versionsNeeded([version, root, ann, bob], policies[2])).toEqual([root, ann, bob, version]);
    // Another policy does not know it; a version made from it supersedes what it joined.
    expect(nameOf([version, root, ann, bob], policies[0])).toBe('bob:1');
    const on = written('cy', 1, [version], at(6));
    expect(decide([version, root, ann, bob, on], policies[0])?.heads).toEqual([on]);
  });

  test('block-merge: not without an ancestor', () => {
    expect(decide([ann, bob], policies[2])?.merge).toEqual({
      state: 'impossible',
      obstacle: 'ancestor-missing',
    });
    expect(nameOf([ann, bob], policies[2])).toBe('bob:1');
    const many = Array.from({ length: 65 }, (_, i) => written(`w${i}`, 1, [root]));
    expect(decide([root, ...many], policies[2])?.merge).toEqual({
      state: 'impossible',
      obstacle: 'too-many-heads',
    });
  });

  test('is the same in every order of arrival, and of subsets that arrive one after the other', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const all = play(list.slice(0, 5));
        for (const policy of policies) {
          const decision = decide(all, policy);
          for (const order of permutations(all)) expect(decide(order, policy)).toEqual(decision);
        }
      }),
      { seed: 6, numRuns: 40 },
    );
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (list, keys) => {
        const all = play(list);
        const keyed = all.map((version) => [keys.next().value as number, version] as const);
        const shuffled = keyed.sort(([a], [b]) => a - b).map(([, version]) => version);
        for (const policy of policies) expect(decide(shuffled, policy)).toEqual(decide(all, policy));
        // What is superseded may be missing: the heads of heads are the heads.
        expect(headsOf(headsOf(shuffled))).toEqual(headsOf(all));
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe('policies', () => {
  test('are read as they are written', () => {
    for (const policy of policies) expect(parsePolicy(policyText(policy))).toEqual(policy);
  });

  test.each(['newest', 'block-merge', 'block-merge:1000', 'block-merge:99999999999', 'fork:1', ''])(
    "'%s' is refused",
    (text) => {
      expect(() => parsePolicy(text)).toThrow(UsageError);
    },
  );
});
