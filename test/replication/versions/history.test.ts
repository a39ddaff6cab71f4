import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import {
  commonAncestors,
  headsOf,
  isBefore,
  latestOf,
  versionSet,
} from '../../../src/replication/versions/history.js';
import { compareVersions } from '../../../src/replication/versions/vector.js';
import { dotText, type Version } from '../../../src/replication/versions/version.js';
import { permutations, play, steps, written } from './histories.js';

const names = (versions: readonly Version[]): string[] => versions.map(({ dot }) => dotText(dot));

/** Ancestors by following parents: what vectors must agree with. */
function isReached(all: readonly Version[], from: Version, to: Version): boolean {
  return from.parents.some((dot) => {
    const parent = all.find((version) => dotText(version.dot) === dotText(dot));
    return parent !== undefined && (parent === to || isReached(all, parent, to));
  });
}

describe('history', () => {
  const root = written('ann', 1);
  const left = written('ann', 2, [root], { wallMs: 5, counter: 0 });
  const right = written('bob', 1, [root], { wallMs: 5, counter: 0 });

  test('of nothing, of one line, of a fork, of what joins it', () => {
    expect(headsOf([])).toEqual([]);
    expect(latestOf([])).toBeUndefined();
    expect(names(headsOf([left, root]))).toEqual(['ann:2']);
    expect(names(headsOf([right, root, left, right]))).toEqual(['ann:2', 'bob:1']);
    expect(latestOf([left, right])).toBe(right);
    const joined = written('cy', 1, [left, right]);
    expect(names(headsOf([joined, right, root, left]))).toEqual(['cy:1']);
    expect(names(commonAncestors([root, left, right], left, right))).toEqual(['ann:1']);
    expect(commonAncestors([left, right], left, right)).toEqual([]);
  });

  test('criss-cross: two nearest ancestors', () => {
    const first = written('cy', 1, [left, right]);
    const second = written('dee', 1, [left, right]);
    expect(names(commonAncestors([root, left, right, first, second], first, second))).toEqual([
      'ann:2',
      'bob:1',
    ]);
  });

  test('a merge is an ancestor where somebody built upon it, and only then', () => {
    const merge = {
      ...written('cy', 1, [left, right]),
      dot: { writer: `merge.${'0'.repeat(32)}`, counter: 1 },
      vector: { ann: 2, bob: 1 },
    };
    const first = written('cy', 1, [left, right]);
    const second = written('dee', 1, [left, right]);
    const upon = written('eve', 1, [merge]);
    const set = [root, left, right, merge, first, second];
    expect(names(commonAncestors(set, first, second))).toEqual(['ann:2', 'bob:1']);
    expect(commonAncestors([...set, upon], first, upon)).toEqual([merge]);
  });

  test('one name for two versions is refused', () => {
    const again = { ...right, time: { wallMs: 6, counter: 0 } };
    expect(() => versionSet([right, again])).toThrow(DataError);
    expect(() => versionSet([right, again])).toThrow('both called bob:1');
    expect(versionSet([right, { ...right }])).toHaveLength(1);
  });

  test('vectors say what parents say', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const all = play(list);
        for (const a of all) {
          for (const b of all) {
            const reached = isReached(all, b, a);
            expect(isBefore(a, b)).toBe(reached);
            expect(compareVersions(a, b) === 'before').toBe(reached);
          }
        }
        const heads = headsOf(all);
        expect(heads).toEqual(versionSet(all).filter((a) => !all.some((b) => isReached(all, b, a))));
        expect(new Set(heads.map(({ dot }) => dot.writer)).size).toBe(heads.length);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test('heads and ancestors are the same in every order of arrival, with repetitions', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const all = play(list.slice(0, 5));
        const heads = headsOf(all);
        for (const order of permutations(all)) {
          expect(headsOf([...order, ...order.slice(0, 2)])).toEqual(heads);
          const [a, b] = heads;
          if (a !== undefined && b !== undefined)
            expect(commonAncestors(versionSet(order), a, b)).toEqual(commonAncestors(versionSet(all), b, a));
        }
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});
