/** The report of a history of gates: how the last run stands, what changed when, the runs. */
import type { GateHistoryReport } from '../gate/history.js';
import { historySeries } from '../gate/history-series.js';
import {
  historyChangesTable,
  historyFiguresTable,
  historyHeadline,
  historyRunsTable,
} from '../gate/history-words.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderGateHistoryPage(
  { place, lines }: GateHistoryReport,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const series = historySeries(lines);
  const changes = historyChangesTable(series);
  const body = html`<p class="lead">${historyHeadline(lines, series)}.</p>
    <p>
      From ${place}. An exact figure changes where it differs from the run before; a sampled one where its
      distribution does, among runs of the machine of the last one.
    </p>
    ${
      changes.rows.length === 0
        ? new Markup('')
        : html`<h2>${changes.title}</h2>
            ${table(changes)}`
    }
    ${charts.length === 0 ? new Markup('') : html`<h2>Metrics over runs</h2>`} ${charts.map(figure)}
    ${collapsed(historyFiguresTable(series))} ${collapsed(historyRunsTable(lines))}`;
  return renderDocument('snapdelta gate: history', 'History of gates', body, charts, libraries);
}
