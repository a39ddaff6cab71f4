/** The report of each kind of results: what is written, and how it behaves in a browser. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchChunkers } from '../../../src/harness/bench-chunkers.js';
import { benchLinks } from '../../../src/harness/bench-links.js';
import { benchDetection } from '../../../src/harness/bench-detection.js';
import { captureEnvironment } from '../../../src/harness/io/environment.js';
import { importTrace } from '../../../src/harness/io/trace-files.js';
import { writeReport } from '../../../src/harness/io/write-report.js';
import { chartNames } from '../../../src/harness/report/charts/chart.js';
import { html, inlineJson, inlineScript } from '../../../src/harness/report/html/markup.js';
import type { ReportedResults } from '../../../src/harness/report/reported-kinds.js';
import { traceSchemaName } from '../../../src/harness/report/trace-results.js';
import type { LabResults } from '../../../src/harness/report/lab-results.js';
import { syntheticPeerResults } from '../peers/rows.js';
import { syntheticKernelResults, syntheticResults } from '../synthetic.js';
import { syntheticSimulationResults } from '../simulate/rows.js';
import { syntheticGateResults, syntheticHistory, syntheticTuneResults } from './judged.js';
import { syntheticRollout, syntheticShadow } from './rollouts.js';
import { drawnFigures, isBrowserInstalled, launchBrowser, openReport, reportFiles } from './pages.js';

const hostile = '<img src=x onerror="globalThis.broken = true"></script>';
const laboratory: LabResults = {
  ...syntheticResults(),
  workloads: syntheticResults().workloads.map((workload) => ({ ...workload, summary: hostile })),
};
const kernels = { ...syntheticKernelResults(), absent: [hostile] };
let nowMs = 0;
const chunkers = await benchChunkers({
  bytes: 256 << 10,
  averageBytes: [1024, 4096],
  kinds: ['random', 'executables', 'zeros'],
  rounds: 1,
  clock: { nowMs: () => (nowMs += 20) },
});
const links = await benchLinks({
  profiles: ['cold-storage', 'edge-agent'],
  strategies: ['blocks', 'chunk deltas'],
  topologies: ['lan', 'wan', 'lan, then wan'],
  severities: [0, 2],
  bytes: 64 << 10,
  snapshots: 2,
  seeds: 1,
  environment: false,
});
const recording = fileURLToPath(new URL('../../../workloads/traces/pgbench-ext4.csv.gz', import.meta.url));
const trace = { schema: traceSchemaName, ...importTrace(recording) } as const;
const detection = await benchDetection({ blocks: [100, 3000], changed: [0, 1, 10], speed: false });

interface Report {
  readonly kind: string;
  readonly results: ReportedResults;
  readonly charts: readonly string[];
  readonly outPath: string;
}

const outPath = mkdtempSync(join(tmpdir(), 'snapdelta-report-'));
afterAll(() => rmSync(outPath, { recursive: true, force: true }));
const reports: readonly Report[] = [
  { kind: 'laboratory', results: laboratory, charts: chartNames.laboratory },
  { kind: 'kernels', results: kernels, charts: chartNames.kernels },
  {
    kind: 'chunkers',
    results: { ...chunkers, data: chunkers.data.map((data) => ({ ...data, summary: hostile })) },
    charts: chartNames.chunkers,
  },
  {
    kind: 'peers',
    results: { ...syntheticPeerResults(), absent: [{ tool: hostile, programs: [hostile] }] },
    charts: chartNames.peers,
  },
  {
    kind: 'links',
    results: { ...links, environment: { ...captureEnvironment(), cpu: hostile } },
    charts: chartNames.links,
  },
  {
    kind: 'detection',
    results: { ...detection, environment: { ...captureEnvironment(), cpu: hostile } },
    charts: chartNames.detection,
  },
  { kind: 'trace', results: { ...trace, file: hostile }, charts: chartNames.trace },
  { kind: 'gate', results: syntheticGateResults(hostile), charts: chartNames.gate },
  { kind: 'gate history', results: syntheticHistory(hostile), charts: chartNames.gateHistory },
  { kind: 'tune', results: syntheticTuneResults(hostile), charts: chartNames.tune },
  { kind: 'canary', results: syntheticRollout(hostile), charts: chartNames.canary },
  { kind: 'canary in the shadow', results: syntheticShadow(hostile), charts: chartNames.canary },
  { kind: 'simulation', results: syntheticSimulationResults(hostile), charts: chartNames.simulation },
].map((report) => ({ ...report, outPath: join(outPath, report.kind) }));

beforeAll(async () => {
  for (const report of reports) await writeReport(report.results, report.outPath);
});

describe.each(reports)('the report of $kind', ({ charts, outPath: folder }) => {
  const page = (): string => readFileSync(join(folder, 'index.html'), 'utf8');

  it('is a page and every chart as SVG and PNG in both themes', () => {
    const files = reportFiles(charts);
    expect(readdirSync(folder).sort()).toEqual(files);
    for (const name of files.filter((file) => file.endsWith('.png'))) {
      expect(readFileSync(join(folder, name)).subarray(1, 4).toString()).toBe('PNG');
    }
  });

  it('refers to nothing outside itself', () => {
    const markup = page().replace(/<script[^>]*>[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/(?:src|href)\s*=\s*"(?!data:)/);
    expect(markup).not.toMatch(/@import|url\(/);
    expect(markup).toContain("default-src 'none'");
  });

  it('shows foreign text as text', () => {
    expect(page()).not.toContain(hostile);
    expect(page()).toContain('&#60;img src=x');
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

describe.skipIf(!isBrowserInstalled)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  describe.each(reports)('the report of $kind', ({ charts, outPath: folder }) => {
    it.each(['light', 'dark'] as const)('draws every chart in %s without a complaint', async (theme) => {
      const { view, complaints } = await openReport(browser, folder, theme);
      const drawn = await drawnFigures(view);
      expect(drawn.map(({ chart }) => chart).sort()).toEqual([...charts].sort());
      for (const figure of drawn) {
        expect(figure.theme).toBe(theme);
        expect(figure.marks, figure.chart ?? '').toBeGreaterThan(40);
        expect(figure.width).toBeGreaterThan(500);
      }
      expect(await view.evaluate(() => 'broken' in globalThis)).toBe(false);
      expect(complaints).toEqual([]);
      await view.context().close();
    });

    it('fits a phone: the page itself does not scroll sideways, with all of its tables open', async () => {
      const { view, complaints } = await openReport(browser, folder, 'light', 390);
      const width = await view.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
        return document.documentElement.scrollWidth;
      });
      expect(width).toBeLessThanOrEqual(390);
      expect(complaints).toEqual([]);
      await view.context().close();
    });
  });

  it('changes theme on demand and sorts tables', async () => {
    const { view, complaints } = await openReport(browser, join(outPath, 'laboratory'), 'light');
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
    expect(sent).toHaveLength(laboratory.rows.length);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(complaints).toEqual([]);
    await view.context().close();
  });

  it('sorts the metrics of a canary by a click, down and up again', async () => {
    const { view, complaints } = await openReport(browser, join(outPath, 'canary'), 'light');
    const changes = (): Promise<number[]> =>
      view.evaluate(() => {
        const tables = [...document.querySelectorAll('table')];
        const metrics = tables.find((table) => table.textContent.includes('wire bytes'));
        return [...(metrics?.querySelectorAll('tbody tr') ?? [])].map((row) =>
          Number((row.children[4] as HTMLElement | undefined)?.dataset['value']),
        );
      });
    const click = (): Promise<void> =>
      view
        .locator('th button', { hasText: /^change$/ })
        .first()
        .click();
    const before = await changes();
    expect(before).toHaveLength(8);
    await click();
    const once = await changes();
    await click();
    const twice = await changes();
    const ascending = [...before].sort((a, b) => a - b);
    expect(before).not.toEqual(ascending);
    expect(once).toEqual(ascending);
    expect(twice).toEqual([...ascending].reverse());
    expect(complaints).toEqual([]);
    await view.context().close();
  });

  it.each(['canary', 'canary in the shadow'])(
    'prints a %s on paper, without what is to be clicked',
    async (kind) => {
      const { view, complaints } = await openReport(browser, join(outPath, kind), 'dark');
      await view.emulateMedia({ media: 'print', colorScheme: 'light' });
      expect(await view.locator('.theme').isVisible()).toBe(false);
      const paper = await view.pdf({ format: 'A4' });
      expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
      // Dark ink on white, whatever the screen had.
      const [ink, ground] = await view.evaluate(() => {
        const { color, backgroundColor } = getComputedStyle(document.body);
        return [color, backgroundColor];
      });
      const light = (colour: string): number =>
        (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
      expect(light(ink)).toBeLessThan(3 * 100);
      expect(light(ground)).toBeGreaterThan(3 * 200);
      expect(complaints).toEqual([]);
      await view.context().close();
    },
  );
});
