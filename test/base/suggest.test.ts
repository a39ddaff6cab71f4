import { expect, test } from 'vitest';
import { editDistance, nearest, suggestion } from '../../src/base/suggest.js';

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['fixed', 'fixed', 0],
  ['fxied', 'fixed', 1],
  ['fastcd', 'fastcdc', 1],
  ['rolling', 'compare', 6],
])('the distance from %j to %j is %d', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test('a close name is suggested, whatever its case', () => {
  expect(nearest('Comprae', ['fixed', 'compare'])).toBe('compare');
});

test('a far name is not suggested: all known ones are listed', () => {
  expect(nearest('xyz', ['fixed', 'compare'])).toBeUndefined();
  expect(suggestion('xyz', ['fixed', 'compare'])).toBe('known: fixed, compare');
});
