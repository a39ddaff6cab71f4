/** The report of `bench peers`: verdicts first, then the charts, a table for each workload, how everything was run. */
import { contestantName } from '../../measurement/peer-row.js';
import type { PeerResults } from '../peer-results.js';
import {
  commandTable,
  leftOutTable,
  peerSummary,
  peerTable,
  peerTargetTable,
  targetCounts,
  verdictLines,
} from '../peer-tables.js';
import { machineTable } from '../tables.js';
import { collapsed, figure, renderDocument, table, type ChartLibraries, type PageChart } from './document.js';
import { html, Markup } from './markup.js';

export function renderPeerPage(
  results: PeerResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const { environment, rounds, workers, cores, timeoutSeconds, workloads } = results;
  const more: [string, string][] = [
    ['rounds', String(rounds)],
    ['workers of ours', String(workers)],
    ['held to cores', cores.length === 0 ? 'not held' : cores.join(', ')],
    ['time for each command', `${timeoutSeconds} s`],
  ];
  const body = html`${lead(results)}
    <section class="cards">${verdicts(results)}</section>
    <h2>Charts</h2>
    ${charts.map(figure)}
    <h2>Tables</h2>
    ${workloads.map(({ name }) => collapsed(peerTable(results, name)))} ${collapsed(peerTargetTable(results))}
    ${collapsed(leftOutTable(results))} ${collapsed(commandTable(results))}
    <h2>Environment</h2>
    ${table(machineTable(environment, more))}
    <h2>How to reproduce</h2>
    ${reproduction(results)}`;
  return renderDocument('snapdelta peers', 'Other programs beside ours', body, charts, libraries);
}

function lead(results: PeerResults): Markup {
  const { rows, workloads, absent } = results;
  const wrong = rows.filter(({ exact }) => exact === false).map(contestantName);
  const failed = rows.filter(({ exact }) => exact === null).map(contestantName);
  const list = (names: readonly string[]): string => [...new Set(names)].join(', ');
  return html`<p class="lead">
    ${peerSummary(results)}. ${rows.length - failed.length} of ${rows.length} deltas over ${workloads.length}
    ${workloads.length === 1 ? 'workload' : 'workloads'} were made, applied and compared byte for byte:
    ${wrong.length === 0 ? 'all exact.' : `not exact: ${list(wrong)}.`}
    ${failed.length === 0 ? '' : `Failed: ${list(failed)}.`}
    ${absent.length === 0 ? '' : `Not installed: ${list(absent.map(({ tool }) => tool))}.`}
    ${targetCounts(results).map((line) => html`<br />${line}.`)}
  </p>`;
}

function verdicts({ verdicts: all }: PeerResults): Markup[] {
  return all.map((verdict) => {
    const [headline, ...details] = verdictLines(verdict);
    const [, outcome = headline] = /^.*?: (.*)$/.exec(headline) ?? [];
    return html`<article class="card">
      <h3>${verdict.profile} on ${verdict.workload}</h3>
      <p class="own">${outcome}</p>
      <ul>
        ${details.map((line) => html`<li>${line}</li>`)}
      </ul>
    </article>`;
  });
}

function reproduction({ workloads, rounds, workers, tools, sizeBytes }: PeerResults): Markup {
  const profiles = tools.flatMap(({ profile }) => profile ?? []);
  const command = [
    'snapdelta bench peers',
    ...workloads.flatMap(({ options }) => options),
    ...(sizeBytes === null ? [] : [`--size ${sizeBytes}`]),
    `--profiles ${profiles.length === 0 ? 'none' : profiles.join(',')}`,
    `--rounds ${rounds} --workers ${workers}`,
  ].join(' ');
  return html`<pre><code>${command}</code></pre>
    <p>
      Every tool ran as processes, start included, from a warm page cache and held to the same cores; rounds
      were interleaved, every second one backwards. CPU is user + system time of a process and of all that it
      waited for, median over rounds; memory is that of the largest process. Times are samples of this
      machine: compare them within this page, not between pages. Signatures and first backups are made
      beforehand and not counted. The command lines are above.
    </p>`;
}
