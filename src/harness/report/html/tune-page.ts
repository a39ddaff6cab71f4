/** The report of `tune`: the verdict, why, the chart, the front, regrets, settings, everything that was tried. */
import { machineTable } from '../tables.js';
import type { TuneResults } from '../tune-results.js';
import {
  frontTable,
  importanceTable,
  regretTable,
  trialsTable,
  tuneHeadline,
  tuneReasons,
} from '../tune-tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, type Markup } from './markup.js';

export function renderTunePage(
  results: TuneResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { environment, options, digest, profile } = results;
  const more: [string, string][] = [
    ['seed', String(options.seed)],
    ['budget', `${options.budgetMs / 1000} s of modelled CPU`],
    ['rounds', String(options.rounds)],
    ['digest of the trials', digest],
  ];
  const item = (text: string): Markup => html`<li>${text}</li>`;
  const body = html`<p class="lead">${profile.summary}</p>
    <h2>${tuneHeadline(results)}</h2>
    <ul>
      ${tuneReasons(results).map(item)}
    </ul>
    ${charts.map(figure)}
    <h2>The front</h2>
    ${table(frontTable(results))}
    <h2>Regret by workload</h2>
    ${table(regretTable(results))} ${collapsed(importanceTable(results))} ${collapsed(trialsTable(results))}
    <h2>Environment</h2>
    ${table(machineTable(environment, more))}`;
  return renderDocument(
    `snapdelta tune ${profile.name}`,
    `What serves ${profile.name}`,
    body,
    charts,
    libraries,
  );
}
