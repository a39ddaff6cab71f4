/** What retention keeps, and why. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { retain, type RetentionPolicy } from '../../../src/replication/repository/retention.js';
import { dotText, type Version } from '../../../src/replication/versions/version.js';
import { joinVectors } from '../../../src/replication/versions/vector.js';

/** One writer's versions at these times, each following the one before. */
function history(times: readonly string[]): Version[] {
  return times.map((time, i) => at(time, 'a', i + 1, i === 0 ? [] : [['a', i]]));
}

function at(
  time: string,
  writer: string,
  counter: number,
  parents: readonly (readonly [string, number])[],
  seen: Readonly<Record<string, number>> = {},
): Version {
  const own = Object.fromEntries([[writer, counter]]);
  return {
    volume: 'v',
    dot: { writer, counter },
    vector: joinVectors([own, seen, ...parents.map((parent) => Object.fromEntries([parent]))]),
    time: { wallMs: Date.parse(`${time}Z`), counter: 0 },
    parents: parents.map(([name, count]) => ({ writer: name, counter: count })),
  };
}

function kept(versions: readonly Version[], policy: RetentionPolicy): string[] {
  return retain(versions, policy).keep.map(
    ({ version, reasons }) => `${dotText(version.dot)} ${reasons.join(' ')}`,
  );
}

describe('rules by time', () => {
  const year = history([
    '2023-12-31T23:59:59',
    '2024-01-01T00:00:00',
    '2024-02-29T10:00:00',
    '2024-03-01T10:00:00',
    '2024-03-03T23:00:00',
    '2024-03-04T01:00:00',
    '2024-03-04T01:59:59',
  ]);

  test.each([
    [{ last: 2 }, ['a:6 last', 'a:7 head last']],
    [{ hourly: 2 }, ['a:5 hourly', 'a:7 head hourly']],
    [{ daily: 3 }, ['a:4 daily', 'a:5 daily', 'a:7 head daily']],
    // Monday, 4 March begins a week.
    [{ weekly: 2 }, ['a:5 weekly', 'a:7 head weekly']],
    [{ monthly: 3 }, ['a:2 monthly', 'a:3 monthly', 'a:7 head monthly']],
    [{ yearly: 9 }, ['a:1 yearly', 'a:7 head yearly']],
    [{ last: 1, yearly: 2 }, ['a:1 yearly', 'a:7 head last yearly']],
    [{}, ['a:7 head']],
  ] as const)('%o', (policy, expected) => {
    expect(kept(year, policy)).toEqual(expected);
  });

  test('Infinity keeps all, and what is not kept is forgotten', () => {
    expect(retain(year, { last: Infinity }).forget).toEqual([]);
    expect(retain(year, { last: 3 }).forget.map(dotText)).toEqual(['a:1', 'a:2', 'a:3', 'a:4']);
    expect(retain([], { last: 3 })).toEqual({ keep: [], forget: [] });
  });

  test('counts are whole numbers', () => {
    expect(() => retain(year, { daily: -1 })).toThrow(UsageError);
    expect(() => retain(year, { last: 1.5 })).toThrow(UsageError);
  });

  test('months are those of the calendar, over four centuries', () => {
    for (let day = -3000; day < 146_097; day += 9) {
      const date = new Date(day * 86_400_000);
      const isSame = (other: Date): boolean =>
        other.getUTCMonth() === date.getUTCMonth() && other.getUTCFullYear() === date.getUTCFullYear();
      const next = new Date((day + 30) * 86_400_000);
      const pair = [date, next].map((time, i) => at(time.toISOString().slice(0, 19), 'a', i + 1, []));
      const count = retain(pair, { monthly: 2 }).keep.length;
      if (day >= 0) expect(count).toBe(isSame(next) ? 1 : 2);
    }
  });
});

describe('whatever the policy', () => {
  const root = at('2024-01-01T00:00:00', 'a', 1, []);
  const fork = at('2024-01-02T00:00:00', 'a', 2, [['a', 1]]);
  const left = at('2024-01-03T00:00:00', 'a', 3, [['a', 2]]);
  const right = at('2024-01-04T00:00:00', 'b', 1, [['a', 2]]);

  test('concurrent heads stay, and the ancestor that a merge needs', () => {
    expect(kept([root, fork, left, right], {})).toEqual(['a:2 ancestor', 'a:3 head', 'b:1 head']);
  });

  test('once a version follows both, they go', () => {
    const after = at('2024-01-05T00:00:00', 'b', 2, [
      ['a', 3],
      ['b', 1],
    ]);
    expect(kept([root, fork, left, right, after], {})).toEqual(['b:2 head']);
  });

  test('a merge does not supersede what it was derived from', () => {
    const merge: Version = {
      ...left,
      dot: { writer: `merge.${'0'.repeat(32)}`, counter: 1 },
      vector: { a: 3, b: 1 },
      parents: [left.dot, right.dot],
    };
    const names = kept([root, fork, left, right, merge], {});
    expect(names).toEqual(['a:2 ancestor', 'a:3 head', 'b:1 head', `merge.${'0'.repeat(32)}:1 head`]);
  });

  test('the order of the list does not matter, and keeping again forgets nothing more', () => {
    const all = [root, fork, left, right, ...history(['2024-01-01T00:00:00']).slice(1)];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all, { minLength: 1 }),
        fc.nat(3),
        fc.nat(3),
        (versions, last, daily) => {
          const first = retain(versions, { last, daily });
          expect(retain([...versions].reverse(), { last, daily })).toEqual(first);
          const again = retain(
            first.keep.map(({ version }) => version),
            { last, daily },
          );
          expect(again.forget).toEqual([]);
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });
});
