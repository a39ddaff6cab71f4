/** The report of `simulate`: the verdict, what failed and how to see it again, what the worlds were, the charts, every seed. */
import type { SimulationResults } from '../simulation-results.js';
import {
  againCommand,
  divergencesTable,
  failuresTable,
  featuresTable,
  figuresTable,
  seedsTable,
  simulationVerdict,
} from '../simulation-tables.js';
import { machineTable, type Table } from '../tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderSimulationPage(
  results: SimulationResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { environment, workers, speed, digest, rows } = results;
  const titled = (content: Table): Markup =>
    content.rows.length === 0
      ? new Markup('')
      : html`<h2>${content.title}</h2>
          ${table(content)}`;
  const first = rows[0]?.seed ?? 0;
  const last = rows.at(-1)?.seed ?? first;
  const command = againCommand(results, first).replace(/--seed \d+$/, `--seeds ${first}..${last}`);
  const body = html`<p class="lead">${simulationVerdict(results)}.</p>
    ${titled(failuresTable(results))} ${titled(divergencesTable(results))}
    <h2>What the worlds did</h2>
    ${table(figuresTable(results))}
    <h2>Charts</h2>
    ${charts.map(figure)} ${collapsed(featuresTable(results))} ${collapsed(seedsTable(results))}
    <h2>Environment</h2>
    ${table(
      machineTable(environment, [
        ['workers', String(workers)],
        ['seeds a second', speed.seedsPerSecond.toFixed(1)],
        ['simulated time over wall time', speed.simulatedToWall.toFixed(1)],
      ]),
    )}
    <h2>How to reproduce</h2>
    <pre><code>${command}</code></pre>
    <p>
      The same seeds give the digest ${digest} on every machine and with any number of workers; only the speed
      is of this one.
    </p>`;
  return renderDocument('snapdelta simulation', 'What the simulated worlds found', body, charts, libraries);
}
