import { describe, expect, it } from 'vitest';
import { readSpecification } from '../../../src/harness/io/chart-files.js';
import { renderPng, renderSvg } from '../../../src/harness/io/render.js';
import { draughtOf } from '../../../src/harness/report/reported-kinds.js';
import { assembleChart, withTheme } from '../../../src/harness/report/charts/chart.js';
import { themeNames } from '../../../src/harness/report/charts/theme.js';
import { syntheticKernelResults, syntheticResults } from '../synthetic.js';

const charts = [
  ...draughtOf(syntheticResults()).charts.map((chart) => ({ of: 'the laboratory', chart })),
  ...draughtOf(syntheticKernelResults()).charts.map((chart) => ({ of: 'kernels', chart })),
];

describe.each(charts)('chart $chart.name of $of', ({ chart }) => {
  const specification = assembleChart(readSpecification(chart.name), chart);

  it.each(themeNames)('gives the same bytes each time (%s)', async (theme) => {
    const first = await renderSvg(withTheme(specification, theme));
    const second = await renderSvg(withTheme(specification, theme));
    // A comparison that prints no document of several hundred kilobytes when it fails.
    expect(second === first).toBe(true);
    const [png, again] = await Promise.all([renderPng(first, 0.5), renderPng(second, 0.5)]);
    expect(Buffer.from(png).equals(Buffer.from(again))).toBe(true);
  });

  it.each(themeNames)('says its title and draws every number, without a complaint (%s)', async (theme) => {
    const warnings: string[] = [];
    const svg = await renderSvg(withTheme(specification, theme), (warning) => warnings.push(warning));
    expect(warnings).toEqual([]);
    expect(svg).toContain(chart.title.replace(/&/g, '&amp;').replace(/</g, '&lt;'));
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('PNG', () => {
  it('has text: the font is found', async () => {
    const svg = (text: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><text y="14" font-family="Inter">${text}</text></svg>`;
    const [words, none] = await Promise.all([renderPng(svg('words'), 1), renderPng(svg(''), 1)]);
    expect(Buffer.from(words).equals(Buffer.from(none))).toBe(false);
  });
});
