/** A gate's verdict for a step summary, as GitHub-flavoured Markdown. */
import { cellText } from '../tables.js';
import type { GateResults } from './results.js';
import { countsText, findingsTable } from './table.js';
import { headline } from './words.js';

/** A step summary holds 1 MiB; a table of this many rows stays below a tenth of it. */
const rowsMax = 200;

export function gateMarkdown(results: GateResults): string {
  const { columns, rows } = findingsTable(results, rowsMax);
  const found = results.metrics.length - results.counts.pass;
  const lines = [
    `## Gate: ${escaped(headline(results))}`,
    '',
    `${escaped(results.candidate.label)} against ${escaped(results.baseline.label)}: ${countsText(results)}.`,
  ];
  if (rows.length > 0) {
    lines.push(
      '',
      row(columns.map(({ title }) => title)),
      row(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
      ...rows.map((cells) => row(cells.map((cell) => escaped(cellText(cell))))),
    );
  }
  if (found > rows.length) lines.push('', `... and ${found - rows.length} more.`);
  return `${lines.join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Pipes would end a cell, and the rest would be taken for markup. */
function escaped(text: string): string {
  return text.replace(/[\\|*_`<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
}
