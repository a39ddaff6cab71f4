import { describe, expect, test } from 'vitest';
import { settle } from '../../../src/replication/versions/settle.js';

/** Sides 0, 1, 2 ... have the letters before the bar, common ancestors of all of them those behind it. */
function settled(text: string): string {
  const [sides = '', ancestors = ''] = text.split('|');
  const all = sides + ancestors;
  const { winner, isConflict } = settle(
    Array.from(sides, (_, i) => i),
    () => Array.from(ancestors, (_, i) => sides.length + i),
    (a, b) => all[a] === all[b],
  );
  return `${all[winner] ?? ''}${isConflict ? '!' : ''}`;
}

describe('settle', () => {
  test.each([
    ['aa|a', 'a', 'nobody changed it'],
    ['ba|a', 'b', 'the earlier side did'],
    ['ab|a', 'b', 'the later side did'],
    ['bb|a', 'b', 'both did the same'],
    ['bc|a', 'c!', 'both did, differently: the latest'],
    ['baca|a', 'c!', 'two of four did'],
    ['aba|a', 'b', 'one of three did'],
    ['ab|ab', 'b!', 'ancestors disagree: going back may be a change'],
    ['aa|ab', 'a', 'ancestors disagree, sides do not'],
  ])('%s: %s, %s', (text, result) => {
    expect(settled(text)).toBe(result);
  });

  test('a nearer ancestor of two among three decides between them', () => {
    // 0 and 1 have 3 (which has b) in common, each of them and 2 have 4 (a). 1 went on from b to c, 2 still has a.
    const have = ['b', 'c', 'a', 'b', 'a'];
    const nearest = (a: number, b: number): number[] => (a < 2 && b < 2 ? [3] : [4]);
    const { winner, isConflict } = settle([0, 1, 2], nearest, (a, b) => have[a] === have[b]);
    expect([have[winner], isConflict]).toEqual(['c', false]);
  });

  test('sides that yield in a circle are all candidates', () => {
    const have = ['a', 'b', 'c', 'a', 'b', 'c'];
    const nearest = (a: number, b: number): number[] => {
      const pair = [a, b].sort().join('');
      return pair === '01' ? [3] : pair === '12' ? [4] : [5];
    };
    expect(settle([0, 1, 2], nearest, (a, b) => have[a] === have[b])).toEqual({
      winner: 2,
      candidates: [0, 1, 2],
      isConflict: true,
    });
  });
});
