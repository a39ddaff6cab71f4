/** The report of `bench detection`: what was found, the chart, the table, environment, how to reproduce. */
import type { DetectionResults } from '../detection-results.js';
import { detectionTable } from '../detection-table.js';
import { machineTable } from '../tables.js';
import { figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderDetectionPage(
  results: DetectionResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { environment, seed, tripBytes, rows } = results;
  const machine =
    environment === null
      ? new Markup('')
      : html`<h2>Environment</h2>
          ${table(machineTable(environment, []))}`;
  const command = [
    'snapdelta bench detection',
    ...[...new Set(rows.map(({ blocks }) => blocks))].map((blocks) => `--blocks ${blocks}`),
    ...[...new Set(rows.map(({ changed }) => changed))].map((changed) => `--changed ${changed}`),
    ...(tripBytes === null ? [] : [`--trip-bytes ${tripBytes}`]),
    `--seed ${seed}`,
    ...(environment === null ? ['--no-speed'] : []),
  ].join(' ');
  const body = html`<p class="lead">
      Where the base is known to a remote alone, its block ids have to be learnt before changes can be found.
      A Merkle walk asks for those parts of the remote's digest tree that the own tree does not have, so what
      it exchanges grows with the change; a manifest is sent whole.
    </p>
    ${charts.map(figure)} ${table(detectionTable(results))} ${machine}
    <h2>How to reproduce</h2>
    <pre><code>${command}</code></pre>
    <p>
      Bytes, messages and round trips are exact: the same on every machine. CPU time is one sample, of both
      sides together.
    </p>`;
  return renderDocument('snapdelta detection', 'What finding changes exchanges', body, charts, libraries);
}
