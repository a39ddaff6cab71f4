/** The report of `canary`: the verdict, why, the charts, what it rests on, and how often such a judge errs. */
import type { CanaryResults } from '../canary/results.js';
import {
  canaryGatesTable,
  canaryMetricsTable,
  canaryStagesTable,
  canaryTrialsTable,
  canaryWordsTable,
} from '../canary/tables.js';
import { canaryHeadline, canaryReasons, comparedSentence, trialsSentence } from '../canary/words.js';
import { machineTable } from '../tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

const nothing = new Markup('');

export function renderCanaryPage(
  results: CanaryResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { trials, environment, actions, state } = results;
  const body = html`<p class="lead">${canaryHeadline(results)}.</p>
    <ul>
      ${canaryReasons(results).map((text) => html`<li>${text}.</li>`)}
      ${
        trials === null
          ? nothing
          : html`<li>How often this judge errs, over this fleet: ${trialsSentence(trials)}.</li>`
      }
    </ul>
    <h2>Stages</h2>
    ${table(canaryStagesTable(results))} ${charts.map(figure)}
    <h2>Metrics</h2>
    ${table(canaryMetricsTable(results))}
    <h2>Gates</h2>
    ${table(canaryGatesTable(results))}
    ${
      actions.length === 0
        ? nothing
        : html`<h2>Approvals and rollbacks</h2>
            <ul>
              ${actions.map(
                ({ step, stage, by, purpose, at }) =>
                  html`<li>
                    ${at}: ${step} after ${stage} by ${by}${purpose === '' ? '' : `: ${purpose}`}
                  </li>`,
              )}
            </ul>`
    }
    <p>${comparedSentence(results)}</p>
    ${collapsed(canaryWordsTable(results))} ${collapsed(canaryTrialsTable(results))}
    ${
      environment === null
        ? nothing
        : html`<h2>Environment</h2>
            ${table(machineTable(environment, []))}`
    }`;
  return renderDocument(`snapdelta canary: ${state}`, 'Canary', body, charts, libraries);
}
