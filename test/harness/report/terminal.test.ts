import { describe, expect, it } from 'vitest';
import { renderLab, renderTable } from '../../../src/harness/report/terminal.js';
import type { Table } from '../../../src/harness/report/tables.js';
import { syntheticResults } from '../synthetic.js';

const table: Table = {
  title: 'sizes',
  columns: [
    { title: 'name', align: 'left' },
    { title: 'bytes', align: 'right' },
  ],
  rows: [
    ['a', { text: '12 KiB', value: 12_288 }],
    ['longer', '7 B'],
  ],
};
const escape = String.fromCharCode(27);

describe('terminal tables', () => {
  it('line columns up without colours or rules', () => {
    expect(renderTable(table, { colours: false, columns: 80 })).toBe(
      ['name     bytes', 'a       12 KiB', 'longer     7 B'].join('\n'),
    );
  });

  it('colour only when asked', () => {
    expect(renderTable(table, { colours: true, columns: 80 })).toContain(`${escape}[1mname`);
    expect(renderLab(syntheticResults(), { colours: false, columns: 80 })).not.toContain(escape);
  });

  it('break sentences at the width of the terminal, and lose none', () => {
    const results = syntheticResults();
    const printed = renderLab(results, { colours: false, columns: 60 });
    const verdicts = printed.slice(printed.indexOf(`${results.verdicts[0]?.profile ?? '?'}: `));
    for (const line of verdicts.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    for (const { profile } of results.verdicts) expect(verdicts).toContain(`${profile}: `);
  });
});
