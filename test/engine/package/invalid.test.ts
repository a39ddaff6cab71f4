/**
 * Each invalid case of docs/formats/package-v1.md, "What a reader does": the document's table is read, so no case
 * can be left out.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { invalidCases as cases } from './invalid-cases.js';
import { readAll } from './samples.js';

const document = readFileSync(new URL('../../../docs/formats/package-v1.md', import.meta.url), 'utf8');

/** Rows of the table below a heading, cells trimmed. */
function tableBelow(heading: string): string[][] {
  const section = document.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const table = new Map(tableBelow('What a reader does').map(([name = '', message = '']) => [name, message]));

test('every case of the document is tried, and none besides', () => {
  expect([...table.keys()].sort()).toEqual(Object.keys(cases).sort());
});

describe.each(Object.entries(cases))('%s', (name, examples) => {
  test.each(examples)('is refused: %#', (bytes, message) => {
    const { failure } = readAll(bytes);
    expect(failure).toBeInstanceOf(DataError);
    expect(failure?.message).toContain(message);
    expect(failure?.message).not.toMatch(/[\n\u001b]/);
    expect(readAll(bytes, () => 1).failure).toEqual(failure);
  });

  test('begins as the document says', () => {
    const beginnings = [...(table.get(name) ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
    const messages = examples.map(([bytes]) => readAll(bytes).failure?.message ?? '');
    for (const beginning of beginnings) {
      const pattern = new RegExp(beginning.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('4', '\\d+'));
      expect(
        messages.some((message) => pattern.test(message)),
        beginning,
      ).toBe(true);
    }
  });
});
