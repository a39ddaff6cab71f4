/** The report of `bench links`: what was found, the charts, who is the best where, tables, environment, how to reproduce. */
import type { LinksResults } from '../links-results.js';
import { faultsTable, severityTable, syncTable, winnerSentences } from '../links-tables.js';
import { machineTable } from '../tables.js';
import { figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderLinksPage(
  results: LinksResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { environment, bytes, snapshots, seeds, profiles, strategies, faults } = results;
  const machine =
    environment === null
      ? new Markup('')
      : html`<h2>Environment</h2>
          ${table(machineTable(environment, []))}`;
  const quoted = (name: string): string => (name.includes(' ') ? `'${name}'` : name);
  const command = [
    'snapdelta bench links',
    ...profiles.map(({ name }) => `--profile ${name}`),
    ...strategies.map(({ name }) => `--strategy ${quoted(name)}`),
    ...[...new Set(results.sync.map(({ topology }) => topology))].map((name) => `--topology ${quoted(name)}`),
    ...[...new Set(faults.map(({ severity }) => severity))].map((severity) => `--severity ${severity}`),
    `--size ${bytes} --snapshots ${snapshots} --seeds ${seeds}`,
    ...(environment === null ? ['--exact'] : []),
  ].join(' ');
  const item = (text: string): Markup => html`<li>${text}</li>`;
  const described = ({ name, describe }: { readonly name: string; readonly describe: string }): string =>
    `${name}: ${describe}`;
  const body = html`<p class="lead">
      The server, the agent and the stores that ship, over modelled links: what a push costs by strategy as
      the weather becomes worse, and how long it takes until every server has a version.
    </p>
    ${charts.map(figure)}
    <h2>The best, and where that changes</h2>
    <ul>
      ${winnerSentences(results).map(item)}
    </ul>
    <h2>Profiles, strategies, severities</h2>
    <ul>
      ${[...profiles, ...strategies].map((one) => item(described(one)))}
    </ul>
    ${table(severityTable(results))}
    <h2>Time to sync by topology</h2>
    ${table(syncTable(results))}
    <h2>Strategies by severity</h2>
    ${table(faultsTable(results))} ${machine}
    <h2>How to reproduce</h2>
    <pre><code>${command}</code></pre>
    <p>
      Time, bytes and CPU are simulated (CPU by a calibration), so the numbers are exact: the same on every
      machine.
    </p>`;
  return renderDocument('snapdelta links', 'What pushes cost over links', body, charts, libraries);
}
