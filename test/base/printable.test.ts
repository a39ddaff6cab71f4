import { describe, expect, it } from 'vitest';
import { printable } from '../../src/base/printable.js';
import { textTable } from '../../src/base/text-table.js';

describe('printable', () => {
  it('leaves words of any language alone', () => {
    expect(printable('naïve – 名前 🙂.txt')).toBe('naïve – 名前 🙂.txt');
  });

  it('shows escapes, line breaks, C1 controls, DEL and direction marks', () => {
    expect(printable('a\u001b[31mb\nc\u009bd\u007fe\u202ef')).toBe(
      'a\\u{1b}[31mb\\u{a}c\\u{9b}d\\u{7f}e\\u{202e}f',
    );
  });

  it('keeps a cell of a table on its line', () => {
    expect(textTable(['path'], [['x\nforged']]).split('\n')).toHaveLength(3);
  });
});
