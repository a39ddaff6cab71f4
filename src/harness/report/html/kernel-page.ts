/** The report of `bench kernels`: targets and what was reached, charts, every row, environment, how to reproduce. */
import { formatBytes } from '../../../base/units.js';
import { kernelCaseNames } from '../../measurement/kernels/all.js';
import type { KernelResults } from '../kernel-results.js';
import { kernelsTable, sizeNote, targetsSummary, targetsTable } from '../kernel-tables.js';
import { machineTable } from '../tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, type Markup } from './markup.js';

export function renderKernelPage(
  results: KernelResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { rows, targets, environment, rounds, absent } = results;
  const missing = absent.length === 0 ? '' : ` Not installed, so not compared with: ${absent.join(', ')}.`;
  const body = html`<p class="lead">
      Each kernel beside what else does the same work, in one run: ${targetsSummary(targets)}.${missing}
    </p>
    <h2>Charts</h2>
    ${charts.map(figure)}
    <h2>Tables</h2>
    ${collapsed(targetsTable(targets))} ${collapsed(kernelsTable(rows))}
    <h2>Environment</h2>
    ${table(machineTable(environment, [['rounds', String(rounds)]]))}
    <h2>How to reproduce</h2>
    ${reproduction(results)}`;
  return renderDocument('snapdelta kernels', 'Kernels beside their peers', body, charts, libraries);
}

function reproduction({ rows, bytes, rounds }: KernelResults): Markup {
  const kernels = [...new Set(rows.map(({ kernel }) => kernel))];
  const isAll = kernels.length === kernelCaseNames.length;
  const command = [
    'snapdelta bench kernels',
    ...(isAll ? [] : kernels.map((kernel) => `--kernel ${kernel.replaceAll(' ', '-')}`)),
    ...[...new Set(rows.map(({ blockBytes }) => blockBytes))].map((block) => `--block ${block}`),
    `--size ${bytes} --rounds ${rounds}`,
  ].join(' ');
  return html`<pre><code>${command}</code></pre>
    <p>
      Speeds are 1e9 bytes of input per second of CPU time over buffers of ${formatBytes(bytes)}, or less
      where a library is slow. What is compared runs in turn, a lap each in every round; ratios are taken
      round by round, so that a machine that changes its speed changes both sides. Compare figures within this
      page, not between pages. Instructions and encoded sizes are exact: the same on every machine.
      ${sizeNote(rows) ?? ''}
    </p>`;
}
