/** The report of a laboratory run: verdicts first, then charts, tables, environment, how to reproduce. */
import { formatBytes } from '../../../base/units.js';
import { explain } from '../explain.js';
import { kernelsTable } from '../kernel-tables.js';
import type { LabResults } from '../lab-results.js';
import { environmentTable, measurementsTable, rankingTable, workloadsTable } from '../tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderPage(
  results: LabResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const body = html`${lead(results)}
    <section class="cards">${verdicts(results)}</section>
    <h2>Charts</h2>
    ${charts.map(figure)}
    <h2>Tables</h2>
    ${results.profiles.map(({ name }) => collapsed(rankingTable(results, name)))}
    ${collapsed(measurementsTable(results))} ${collapsed(kernelsTable(results.kernels))}
    ${collapsed(workloadsTable(results))}
    <h2>Environment</h2>
    ${table(environmentTable(results))}
    <h2>How to reproduce</h2>
    ${reproduction(results)}`;
  return renderDocument(
    'snapdelta laboratory',
    'Which configuration wins on this machine',
    body,
    charts,
    libraries,
  );
}

function lead({ rows, workloads, configurations, complete }: LabResults): Markup {
  const rebuilt = rows.reduce(
    (sum, { workload }) => sum + (workloads.find(({ name }) => name === workload)?.targetBytes ?? 0),
    0,
  );
  const state = complete ? '' : ' This run did not finish: there are no verdicts.';
  return html`<p class="lead">
    ${configurations.length} configurations over ${workloads.length} workloads: ${rows.length} deltas, each
    applied and compared byte for byte with its target (${formatBytes(rebuilt)} rebuilt, all exact).${state}
  </p>`;
}

function verdicts(results: LabResults): Markup[] {
  return results.verdicts.flatMap((verdict) => {
    const profile = results.profiles.find(({ name }) => name === verdict.profile);
    if (profile === undefined) return [];
    const { headline, reasons, own } = explain(verdict, profile);
    return [
      html`<article class="card">
        <h3>${profile.name}: ${profile.summary}</h3>
        <p class="winner">${headline}</p>
        <p class="own">${joined(own)}</p>
        <ul>
          ${reasons.map((reason) => html`<li>${joined(reason)}</li>`)}
        </ul>
      </article>`,
    ];
  });
}

/** Keeps a number and its per cent sign on one line. */
function joined(sentence: string): string {
  return sentence.replace(/(\d) %/g, '$1\u00a0%');
}

function reproduction({ options, environment }: LabResults): Markup {
  const command = `snapdelta lab${options.quick ? ' --quick' : ''} --out DIR`;
  return html`<pre><code>${command}</code></pre>
    <p>
      Version ${environment.snapdelta}. Packages, their bytes and all counts are the same on every machine,
      for any number of workers; the run stops when they are not. Times and memory are samples of this machine
      (${options.rounds} for each figure, ${options.jobs} configurations at a time): compare them within this
      page, not between pages. Snapshots were in memory-backed storage where the system offers it, targets
      were not flushed to disk. Time to sync is diff + round trips + transfer + apply, one after the other.
      The figures behind this page are in results.json.
    </p>`;
}
