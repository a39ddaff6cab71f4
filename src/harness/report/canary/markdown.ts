/** A rollout's verdict as GitHub-flavoured Markdown. */
import { cellText, type Table } from '../tables.js';
import type { CanaryResults } from './results.js';
import { canaryMetricsTable, canaryStagesTable } from './tables.js';
import { canaryHeadline, canaryReasons, trialsSentence } from './words.js';

export function canaryMarkdown(results: CanaryResults): string {
  const reasons = canaryReasons(results).map((reason) => `- ${escaped(reason)}`);
  const trials = results.trials === null ? [] : [`- this judge: ${trialsSentence(results.trials)}`];
  return [
    `## Canary: ${escaped(canaryHeadline(results))}`,
    '',
    ...reasons,
    ...trials,
    '',
    ...tableLines(canaryStagesTable(results)),
    '',
    ...tableLines(canaryMetricsTable(results)),
    '',
  ].join('\n');
}

function tableLines({ columns, rows }: Table): string[] {
  if (rows.length === 0) return [];
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...rows.map((cells) => line(cells.map((cell) => escaped(cellText(cell))))),
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Pipes would end a cell, and the rest would be taken for markup. */
function escaped(text: string): string {
  return text.replace(/[\\|*_`<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
}
