/** A gate's verdict, told: the verdict first, then what is not as it was. */
import picocolors from 'picocolors';
import { formatDuration } from '../../base/units.js';
import { textTable } from '../../base/text-table.js';
import { historyChanges, historySeries } from '../../harness/report/gate/history-series.js';
import type { HistoryLine } from '../../harness/report/gate/history.js';
import type { GateResults } from '../../harness/report/gate/results.js';
import { countsText, findingsTable } from '../../harness/report/gate/table.js';
import { changeText, headline } from '../../harness/report/gate/words.js';
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

/** Changes that are listed; the file has all. */
const changesMax = 10;

/** How long the history is, and the last change of each metric. */
export function historyText(place: string, lines: readonly HistoryLine[]): string {
  const changes = historyChanges(historySeries(lines));
  const shown = changes.slice(0, changesMax);
  const length = `history ${place}: ${counted(lines.length, 'run')}`;
  if (shown.length === 0) return `${length}, no change in it`;
  const rows = shown.map(({ metric, run, at, change }) => [
    metric,
    changeText(change),
    `run ${run + 1}`,
    at.slice(0, 10),
  ]);
  return [
    length,
    textTable(['metric', 'last change', 'since', 'of'], rows),
    ...cutOff(changes.length, shown.length, 'metric'),
  ].join('\n');
}
