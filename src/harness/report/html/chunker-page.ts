/** The report of `bench chunkers`: what was found, charts, tables, environment, how to reproduce. */
import { formatBytes } from '../../../base/units.js';
import type { ChunkerResults } from '../chunker-results.js';
import { chunkedDataTable, chunkerSummaryTable, chunkSizeTable, foundAgainTable } from '../chunker-tables.js';
import { machineTable } from '../tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderChunkerPage(
  results: ChunkerResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { environment, rounds } = results;
  const machine =
    environment === null
      ? new Markup('')
      : html`<h2>Environment</h2>
          ${table(machineTable(environment, [['rounds', String(rounds)]]))}`;
  const body = html`${lead(results)} ${table(chunkerSummaryTable(results))}
    <h2>Charts</h2>
    ${charts.map(figure)}
    <h2>Tables</h2>
    ${collapsed(foundAgainTable(results))} ${collapsed(chunkSizeTable(results))}
    ${collapsed(chunkedDataTable(results))} ${machine}
    <h2>How to reproduce</h2>
    ${reproduction(results)}`;
  return renderDocument('snapdelta chunkers', 'What chunkers find again', body, charts, libraries);
}

function lead({ data, rows }: ChunkerResults): Markup {
  const versions = rows[0]?.found.length ?? 0;
  const bytes = data.reduce((sum, { bytes: size }) => sum + size, 0);
  return html`<p class="lead">
    A chunker cuts data by its content, so that after an edit all but a few chunks are the same as before and
    need not be sent or stored again. Here ${data.length} kinds of data (${formatBytes(bytes)}) were cut,
    edited in ${versions} ways and cut again: "found again" is the share of an edited version's bytes that lie
    in chunks which the original has, too. The table leaves out zeros and periodic data, which have nothing to
    cut by.
  </p>`;
}

function reproduction({ seed, rounds, data, rows }: ChunkerResults): Markup {
  const averages = [...new Set(rows.map(({ averageBytes }) => averageBytes))];
  const command = [
    `snapdelta bench chunkers --size ${Math.max(...data.map(({ bytes }) => bytes))} --seed ${seed}`,
    ...averages.map((average) => `--average ${average}`),
    rounds === 0 ? '--no-speed' : `--rounds ${rounds}`,
  ].join(' ');
  return html`<pre><code>${command}</code></pre>
    <p>
      Data of ${formatBytes(Math.max(...data.map(({ bytes }) => bytes)))}; chunkers, kinds of data and your
      own data are chosen by --chunker, --data and --workload. Bytes found again, chunk sizes and forced cuts
      are exact: the same on every machine. Speed is a sample of this machine, 1e9 bytes per second of CPU
      time, median over interleaved rounds: compare it within this page only. A chunker that skips looks
      faster on data that fits the processor's cache.
    </p>`;
}
