/** The report of `gate`: the verdict, what it rests on, what was found, the chart, every metric. */
import { formatDuration } from '../../../base/units.js';
import type { GateResults } from '../gate/results.js';
import { countsText, findingsTable, metricsTable } from '../gate/table.js';
import { headline, percentText } from '../gate/words.js';
import { machineTable } from '../tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderGatePage(
  results: GateResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { baseline, candidate, rounds, errors, metrics } = results;
  const isSampled = metrics.some(({ kind }) => kind === 'sampled');
  const grounds = [
    `${candidate.label} against ${baseline.label}: ${countsText(results)}.`,
    ...(rounds === null
      ? []
      : [
          `${rounds.count} interleaved rounds in ${formatDuration(rounds.elapsedMs)}${rounds.isCutShort ? '; time ran out before everything was decided' : ''}.`,
        ]),
    ...(isSampled
      ? [
          `Of what is sampled, the whole verdict tells a regression where there is none with a chance of at most ${percentText(errors.alpha)}, and passes a metric that is worse by its threshold with one of ${percentText(errors.beta)}.`,
        ]
      : ['Every figure is exact: the same on every machine.']),
  ];
  const findings = findingsTable(results, Infinity);
  const sides = [baseline, candidate].flatMap(({ label, environment }) =>
    environment === null ? [] : [{ label, environment }],
  );
  const [first, second] = sides;
  // Both sides of rounds were measured in one environment.
  const isOne = JSON.stringify(first?.environment) === JSON.stringify(second?.environment);
  const machines = isOne ? sides.slice(0, 1) : sides;
  const body = html`<p class="lead">${headline(results)}.</p>
    <ul>
      ${grounds.map((text) => html`<li>${text}</li>`)}
    </ul>
    ${
      findings.rows.length === 0
        ? new Markup('')
        : html`<h2>Findings</h2>
            ${table(findings)}`
    }
    ${charts.length === 0 ? new Markup('') : html`<h2>Changes</h2>`} ${charts.map(figure)}
    ${collapsed(metricsTable(results))}
    ${machines.map(
      ({ label, environment }) =>
        html`<h2>Environment${isOne ? '' : ` of ${label}`}</h2>
          ${table(machineTable(environment, []))}`,
    )}`;
  return renderDocument(`snapdelta gate: ${results.status}`, 'Gate', body, charts, libraries);
}
