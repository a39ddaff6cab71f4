/**
 * The frame of every report page, and what pages are put together from. A page is one file that asks nothing of the network (its content security
 * policy forbids it), follows the reader's colour scheme, prints, and reads on a phone.
 */
import type { Chart } from '../charts/chart.js';
import type { Specification } from '../charts/specification.js';
import { themes } from '../charts/theme.js';
import { cellText, type Cell, type Column, type Table } from '../tables.js';
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

/** `body` stands below the heading; its charts are drawn by the page's script, in place of their still pictures. */
export function renderDocument(
  title: string,
  heading: string,
  body: Markup,
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
        <title>${title}</title>
        <style>
          ${new Markup(styleSheet)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${heading}</h1>
            <button class="theme" type="button">light / dark</button>
          </header>
          ${body}
        </main>
        ${libraries.map(inlineScript)} ${inlineJson('charts', data)} ${inlineScript(pageScript)}
      </body>
    </html> `.text;
}

export function figure({ chart, svg }: PageChart): Markup {
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

export function collapsed(content: Table): Markup {
  if (content.rows.length === 0) return new Markup('');
  return html`<details>
    <summary>${content.title}</summary>
    ${table(content)}
  </details> `;
}

export function table({ columns, rows }: Table): Markup {
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
