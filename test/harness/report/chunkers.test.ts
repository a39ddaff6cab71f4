import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { benchChunkers } from '../../../src/harness/bench-chunkers.js';
import { readSpecification } from '../../../src/harness/io/chart-files.js';
import { renderSvg } from '../../../src/harness/io/render.js';
import { writeReport } from '../../../src/harness/io/write-report.js';
import { draughtOf } from '../../../src/harness/report/reported-kinds.js';
import { assembleChart, chartNames, withTheme } from '../../../src/harness/report/charts/chart.js';
import { themeNames } from '../../../src/harness/report/charts/theme.js';

let nowMs = 0;
const small = {
  bytes: 256 << 10,
  averageBytes: [1024, 4096],
  kinds: ['random', 'executables', 'zeros'],
} as const;
const results = await benchChunkers({ ...small, rounds: 1, clock: { nowMs: () => (nowMs += 20) } });
const charts = draughtOf(results).charts;

describe.each(charts)('chart $name', (chart) => {
  it('is drawn without complaint in both themes, says its title and draws every number', async () => {
    const specification = assembleChart(readSpecification(chart.name), chart);
    for (const theme of themeNames) {
      const warnings: string[] = [];
      const svg = await renderSvg(withTheme(specification, theme), (warning) => warnings.push(warning));
      expect(warnings).toEqual([]);
      expect(svg).toContain(chart.title);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
});

describe('charts of chunkers', () => {
  it('are all there; without speed only those that need none', async () => {
    expect(charts.map(({ name }) => name)).toEqual([...chartNames.chunkers]);
    const exact = await benchChunkers({ ...small, kinds: ['random'], rounds: 0 });
    expect(draughtOf(exact).charts.map(({ name }) => name)).toEqual(['chunk-sizes']);
  });

  it('set quality against speed: a mark for each chunker, average and kind of data, and their mean', () => {
    const rows = charts[0]?.datasets['table'] ?? [];
    const count = (role: string): number => rows.filter((row) => row['role'] === role).length;
    // Zeros are left out; fixed blocks have no speed.
    expect([count('data'), count('mean'), count('unread')]).toEqual([5 * 2 * 2, 5 * 2, 2]);
    for (const { found, low, high } of rows.filter((row) => row['role'] === 'mean')) {
      expect(Number(low)).toBeLessThanOrEqual(Number(found));
      expect(Number(found)).toBeLessThanOrEqual(Number(high));
    }
  });

  it('show chunkers with the same chunks in one panel, and every chunk once', () => {
    const rows = charts[1]?.datasets['table'] ?? [];
    expect([...new Set(rows.map(({ column }) => column))]).toEqual([
      'fastcdc',
      'strided',
      'ram, vram',
      'seqcdc',
    ]);
    const drawn = rows.filter(({ column, data }) => column === 'seqcdc' && data === 'random');
    const count = results.rows.find(
      ({ chunker, data, averageBytes }) => chunker === 'seqcdc' && data === 'random' && averageBytes === 1024,
    )?.chunks.count;
    expect(drawn.reduce((sum, row) => sum + Number(row['count'] ?? 0), 0)).toBe(count);
  });
});

describe('the report of chunkers', () => {
  const outPath = mkdtempSync(join(tmpdir(), 'snapdelta-chunkers-'));
  afterAll(() => rmSync(outPath, { recursive: true, force: true }));

  it('has its tables, and says how to reproduce them', async () => {
    const { pagePath } = await writeReport(results, outPath);
    const page = readFileSync(pagePath, 'utf8');
    for (const title of ['Bytes found again', 'Chunk sizes', 'Environment']) expect(page).toContain(title);
    expect(page).toContain(
      'snapdelta bench chunkers --size 262144 --seed 1 --average 1024 --average 4096 --rounds 1',
    );
  });
});
