/** The report of `workloads import`: what the trace is in one sentence, every figure, writes over time and by address, its volumes. */
import { traceVolumesTable } from '../trace-tables.js';
import type { TraceResults } from '../trace-results.js';
import { traceFacts, traceSentence } from '../trace-words.js';
import { figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderTracePage(
  results: TraceResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { file, format, volume, volumes } = results;
  const facts = {
    title: 'Figures',
    columns: [
      { title: 'figure', align: 'left' as const },
      { title: 'value', align: 'left' as const },
    ],
    rows: traceFacts(results),
  };
  const others =
    volumes.length < 2
      ? new Markup('')
      : html`<h2>Volumes</h2>
          ${table(traceVolumesTable(results))}`;
  const quoted = (text: string): string => (/^[\w.,/:-]+$/.test(text) ? text : `'${text}'`);
  const command = [
    `snapdelta workloads import ${quoted(file)} --format ${format}`,
    ...(volume === null ? [] : [`--volume ${quoted(volume)}`]),
  ].join(' ');
  const body = html`<p class="lead">${traceSentence(results)}.</p>
    ${table(facts)}
    <h2>Charts</h2>
    ${charts.map(figure)} ${others}
    <h2>How to reproduce</h2>
    <pre><code>${command}</code></pre>
    <p>Counts and sizes are exact unless they say 'about': the same on every machine.</p>`;
  return renderDocument('snapdelta trace', 'What a recorded trace holds', body, charts, libraries);
}
