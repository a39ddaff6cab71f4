import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../../src/harness/io/write-report.js';
import { chartNames } from '../../../src/harness/report/charts/chart.js';
import { html, inlineJson, inlineScript } from '../../../src/harness/report/html/markup.js';
import type { LabResults } from '../../../src/harness/report/lab-results.js';
import { syntheticResults } from '../synthetic.js';

const executablePath = '/usr/bin/chromium';
const hostile = '<img src=x onerror="globalThis.broken = true"></script>';
const results: LabResults = {
  ...syntheticResults(),
  workloads: syntheticResults().workloads.map((workload) => ({ ...workload, summary: hostile })),
};
const outPath = mkdtempSync(join(tmpdir(), 'snapdelta-report-'));
let page = '';

beforeAll(async () => {
  const { pagePath } = await writeReport(results, outPath);
  page = readFileSync(pagePath, 'utf8');
});
afterAll(() => rmSync(outPath, { recursive: true, force: true }));

describe('the report', () => {
  it('is a page and every chart as SVG and PNG in both themes', () => {
    const pictures = chartNames.flatMap((name) =>
      ['light', 'dark'].flatMap((theme) => [`${name}-${theme}.svg`, `${name}-${theme}.png`]),
    );
    expect(readdirSync(outPath).sort()).toEqual(['index.html', ...pictures].sort());
    for (const name of pictures.filter((file) => file.endsWith('.png'))) {
      expect(readFileSync(join(outPath, name)).subarray(1, 4).toString()).toBe('PNG');
    }
  });

  it('refers to nothing outside itself', () => {
    const markup = page.replace(/<script[^>]*>[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/(?:src|href)\s*=\s*"(?!data:)/);
    expect(markup).not.toMatch(/@import|url\(/);
    expect(markup).toContain("default-src 'none'");
  });

  it('shows foreign text as text', () => {
    expect(page).not.toContain(hostile);
    expect(page).toContain('&#60;img src=x');
  });
});

describe('markup', () => {
  it('escapes fillings and keeps markup', () => {
    expect(html`<b title="${'"<&>\''}">${html`<i>${1}</i>`}</b>`.text).toBe(
      '<b title="&#34;&#60;&#38;&#62;&#39;"><i>1</i></b>',
    );
  });

  it('keeps programs and data inside their elements', () => {
    expect(inlineScript('a = "</script><!-- x"').text).toBe('<script>a = "<\\/script><\\!-- x"</script>');
    expect(inlineJson('d', { text: '</script>' }).text).toBe(
      '<script type="application/json" id="d">{"text":"\\u003c/script>"}</script>',
    );
  });
});

describe.skipIf(!existsSync(executablePath))('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  async function open(colorScheme: 'light' | 'dark', complaints: string[]): Promise<Page> {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 900 } });
    const view = await context.newPage();
    view.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    view.on('pageerror', (error) => complaints.push(error.message));
    view.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    await view.goto(pathToFileURL(join(outPath, 'index.html')).href);
    await view.waitForFunction(
      (count) => document.querySelectorAll('figure[data-drawn]').length === count,
      chartNames.length,
    );
    return view;
  }

  it.each(['light', 'dark'] as const)('draws every chart in %s without a complaint', async (colorScheme) => {
    const complaints: string[] = [];
    const view = await open(colorScheme, complaints);
    const drawn = await view.$$eval('figure', (figures) =>
      figures.map((figure) => ({
        theme: figure.getAttribute('data-drawn'),
        marks: figure.querySelectorAll('.view svg path, .view svg text').length,
        width: figure.querySelector('.view svg')?.getBoundingClientRect().width ?? 0,
      })),
    );
    expect(drawn).toHaveLength(chartNames.length);
    for (const { theme, marks, width } of drawn) {
      expect(theme).toBe(colorScheme);
      expect(marks).toBeGreaterThan(50);
      expect(width).toBeGreaterThan(500);
    }
    expect(await view.evaluate(() => 'broken' in globalThis)).toBe(false);
    expect(complaints).toEqual([]);
    await view.context().close();
  });

  it('changes theme on demand and sorts tables', async () => {
    const complaints: string[] = [];
    const view = await open('light', complaints);
    await view.click('.theme');
    await view.waitForFunction(() =>
      [...document.querySelectorAll('figure')].every(
        (figure) => figure.getAttribute('data-drawn') === 'dark',
      ),
    );
    const sent = await view.evaluate(() => {
      const details = [...document.querySelectorAll('details')].find((item) =>
        item.textContent.trim().startsWith('Measurements'),
      );
      const button = [...(details?.querySelectorAll('th button') ?? [])].find(
        (item) => item.textContent.trim() === 'sent',
      );
      (button as HTMLElement | undefined)?.click();
      return [...(details?.querySelectorAll('tbody tr') ?? [])].map((row) =>
        Number((row.children[2] as HTMLElement | undefined)?.dataset['value']),
      );
    });
    expect(sent).toHaveLength(results.rows.length);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(complaints).toEqual([]);
    await view.context().close();
  });

  it('fits a phone: the page itself does not scroll sideways', async () => {
    const complaints: string[] = [];
    const view = await open('light', complaints);
    await view.setViewportSize({ width: 390, height: 800 });
    const width = await view.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    await view.context().close();
  });
});
