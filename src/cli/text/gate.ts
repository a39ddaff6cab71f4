/** A gate's verdict, told: the verdict first, then what is not as it was. */
import picocolors from 'picocolors';
import { formatDuration } from '../../base/units.js';
import type { GateResults } from '../../harness/report/gate/results.js';
import { countsText, findingsTable } from '../../harness/report/gate/table.js';
import { headline } from '../../harness/report/gate/words.js';
import { renderTable, type TerminalStyle } from '../../harness/report/terminal.js';
import { counted, cutOff } from './words.js';

/** A screen; the documents have all. */
const rowsMax = 40;

export function gateText(results: GateResults, style: TerminalStyle): string {
  const { bold, red, yellow, green } = picocolors.createColors(style.colours);
  const colour = { regressed: red, inconclusive: yellow, improved: green, pass: green }[results.status];
  const table = findingsTable(results, rowsMax);
  const found = results.metrics.length - results.counts.pass;
  return [
    bold(colour(headline(results))),
    ...(table.rows.length === 0 ? [] : ['', renderTable(table, style)]),
    ...cutOff(found, table.rows.length, 'finding'),
    '',
    ...roundsLine(results),
    `${results.candidate.label} against ${results.baseline.label}: ${countsText(results)}`,
  ].join('\n');
}

function roundsLine({ rounds }: GateResults): string[] {
  if (rounds === null) return [];
  const { count, elapsedMs, isCutShort } = rounds;
  const end = isCutShort ? '; time ran out' : '';
  return [`${counted(count, 'round')} in ${formatDuration(elapsedMs)}${end}`];
}
