/** The report of `bench growth`: the finding, the chart, every size, the lines, how to reproduce. */
import type { GrowthResults } from '../growth-results.js';
import { fitTable, growthSummary, growthTable } from '../growth-tables.js';
import { machineTable } from '../tables.js';
import { figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, type Markup } from './markup.js';

export function renderGrowthPage(
  results: GrowthResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { environment, rounds } = results;
  const body = html`<p class="lead">${growthSummary(results)}.</p>
    ${table(fitTable(results))}
    <h2>Charts</h2>
    ${charts.map(figure)}
    <h2>Every size</h2>
    ${table(growthTable(results))}
    <h2>Environment</h2>
    ${table(machineTable(environment, [['rounds', String(rounds)]]))}
    <h2>How to reproduce</h2>
    ${reproduction(results)}`;
  return renderDocument('snapdelta growth', 'Cost as snapshots grow', body, charts, libraries);
}

function reproduction({ workload, rows, rounds }: GrowthResults): Markup {
  const distinct = (values: readonly (string | number)[]): string => [...new Set(values)].join(',');
  const command = [
    `snapdelta bench growth --workload ${workload}`,
    `--sizes ${distinct(rows.map(({ askedBytes }) => askedBytes))}`,
    `--profiles ${distinct(rows.map(({ profile }) => profile))}`,
    `--workers ${distinct(rows.map(({ workers }) => workers))} --rounds ${rounds}`,
  ].join(' ');
  return html`<pre><code>${command}</code></pre>
    <p>
      Whole processes, start included, each held to as many cores as it has workers, from a warm page cache;
      every delta was applied and compared byte for byte. Times are samples of this machine: compare them
      within this page.
    </p>`;
}
