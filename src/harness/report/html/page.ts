/**
 * The report as one self-contained page: verdicts first, then charts, tables, environment, how to reproduce. It asks nothing of the network
 * (its content security policy forbids it), follows the reader's colour scheme, prints, and reads on a phone.
 */
import { formatBytes } from '../../../base/units.js';
import type { Chart } from '../charts/chart.js';
import type { Specification } from '../charts/specification.js';
import { themes } from '../charts/theme.js';
import { explain } from '../explain.js';
import type { LabResults } from '../lab-results.js';
import {
  cellText,
  environmentTable,
  kernelsTable,
  measurementsTable,
  rankingTable,
  workloadsTable,
  type Cell,
  type Column,
  type Table,
} from '../tables.js';
import { html, inlineJson, inlineScript, Markup } from './markup.js';
import { pageScript } from './script.js';
import { styleSheet } from './style.js';

export interface PageChart {
  readonly chart: Chart;
  /** Assembled, without a theme. */
  readonly specification: Specification;
  /** Light, for print and for browsers without scripts. */
  readonly svg: string;
}

/** Sources of vega, vega-lite and vega-embed, in this order. */
export type ChartLibraries = readonly string[];

export function renderPage(
  results: LabResults,
  charts: readonly PageChart[],
  libraries: ChartLibraries,
): string {
  const data = {
    themes,
    charts: Object.fromEntries(charts.map(({ chart, specification }) => [chart.name, specification])),
  };
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'"
        />
        <title>snapdelta laboratory</title>
        <style>
          ${new Markup(styleSheet)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>Which configuration wins on this machine</h1>
            <button class="theme" type="button">light / dark</button>
          </header>
          ${lead(results)}
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
          ${reproduction(results)}
        </main>
        ${libraries.map(inlineScript)} ${inlineJson('charts', data)} ${inlineScript(pageScript)}
      </body>
    </html> `.text;
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

function figure({ chart, svg }: PageChart): Markup {
  const still = Buffer.from(withoutRoles(svg)).toString('base64');
  const words = [chart.title, ...chart.subtitle].join('. ');
  return html`<figure data-chart="${chart.name}">
    <div class="view"></div>
    <img class="still" alt="${words}" src="data:image/svg+xml;base64,${still}" />
  </figure> `;
}

/** Roles and labels of single marks say nothing inside a picture, and are half of its size. */
function withoutRoles(svg: string): string {
  return svg.replace(/ (?:aria-[a-z]+|role)="[^"]*"/g, '');
}

function collapsed(content: Table): Markup {
  if (content.rows.length === 0) return new Markup('');
  return html`<details>
    <summary>${content.title}</summary>
    ${table(content)}
  </details> `;
}

function table({ columns, rows }: Table): Markup {
  const heading = ({ title, align }: Column): Markup =>
    html`<th scope="col" class="${align}"><button type="button">${title}</button></th>`;
  const cell = (content: Cell, index: number): Markup => {
    const align = columns[index]?.align ?? 'left';
    const value = typeof content === 'string' ? new Markup('') : html` data-value="${content.value}"`;
    return html`<td class="${align}" ${value}>${cellText(content)}</td>`;
  };
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map(heading)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
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
