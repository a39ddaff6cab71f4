import { expect, test } from 'vitest';
import { textFacts, textTable } from '../../src/base/text-table.js';

test('columns are as wide as their widest cell; numbers are set to the right', () => {
  const table = textTable(
    ['name', 'bytes'],
    [
      ['a', '5 B'],
      ['longer', '1024 B'],
    ],
  );
  expect(table).toBe(['name     bytes', '------  ------', 'a          5 B', 'longer  1024 B'].join('\n'));
});

test('a hyphen stands for no number', () => {
  expect(textTable(['n'], [['-'], ['10']], { rule: false })).toBe([' n', ' -', '10'].join('\n'));
});

test('headings are decorated after they were padded', () => {
  const table = textTable(['a', 'b'], [['xx', 'yy']], { rule: false, heading: (text) => `<${text}>` });
  expect(table).toBe(['<a >  <b >', 'xx  yy'].join('\n'));
});

test('characters beyond the basic plane count once', () => {
  expect(textTable(['x', 'y'], [['\u{1f4be}', 'z']], { rule: false })).toBe('x  y\n\u{1f4be}  z');
});

test('no rows', () => {
  expect(textTable(['a', 'b'], [])).toBe('a  b\n-  -');
});

test('facts', () => {
  expect(
    textFacts([
      ['a', '1'],
      ['long', '2'],
    ]),
  ).toBe('a     1\nlong  2');
});
