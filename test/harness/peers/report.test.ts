import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSpecification } from '../../../src/harness/io/chart-files.js';
import { renderSvg } from '../../../src/harness/io/render.js';
import { writeReport } from '../../../src/harness/io/write-report.js';
import { draughtOf } from '../../../src/harness/report/reported-kinds.js';
import { assembleChart, withTheme } from '../../../src/harness/report/charts/chart.js';
import { themeNames } from '../../../src/harness/report/charts/theme.js';
import { peerResultsSchema } from '../../../src/harness/report/peer-results.js';
import {
  commandTable,
  leftOutTable,
  peerTable,
  peerTargetTable,
} from '../../../src/harness/report/peer-tables.js';
import { cellText, type Table } from '../../../src/harness/report/tables.js';
import { syntheticPeerResults } from './rows.js';

const results = syntheticPeerResults();
const texts = ({ rows }: Table): string[][] => rows.map((row) => row.map(cellText));

it('the made-up results fit the schema', () => {
  expect(peerResultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
});

describe('the chart', () => {
  const charts = draughtOf(results).charts;

  it('is drawn without complaint in both themes, and names everybody where there is room', async () => {
    const [chart] = charts;
    if (chart === undefined) throw new Error('no chart');
    const specification = assembleChart(readSpecification(chart.name), chart);
    for (const theme of themeNames) {
      const warnings: string[] = [];
      const svg = await renderSvg(withTheme(specification, theme), (warning) => warnings.push(warning));
      expect(warnings).toEqual([]);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      for (const name of ['live-replication', 'cold-storage', 'xdelta3 -1', 'rsync', chart.title]) {
        expect(svg).toContain(name);
      }
    }
  });

  it('has a point for each that rebuilt its target, and marks ours and the front', () => {
    const points = (charts[0]?.datasets['table'] ?? []).filter(({ role }) => role === 'point');
    expect(points).toHaveLength(2 * 6);
    const of = (key: string, value: string | boolean) =>
      points
        .filter((point) => point['workload'] === 'pages' && point[key] === value)
        .map(({ label }) => label);
    expect(of('side', 'ours')).toEqual(['live-replication', 'cold-storage']);
    expect(of('front', true)).toEqual(['live-replication', 'cold-storage']);
  });

  it('is left out where nothing was measured', () => {
    expect(draughtOf({ ...results, rows: [] }).charts).toEqual([]);
  });
});

describe('tables', () => {
  it('have a line for everybody, and say what went wrong', () => {
    const lines = texts(peerTable(results, 'pages'));
    expect(lines).toHaveLength(8);
    expect(lines.find(([tool]) => tool === 'liar')?.at(-1)).toBe('byte 7 differs');
    expect(lines.find(([tool]) => tool === 'restic')?.slice(2)).toEqual([
      ...Array<string>(8).fill(''),
      'ended',
    ]);
    expect(texts(leftOutTable(results))).toEqual([
      ['bup', '', 'not installed: bup'],
      ['bsdiff', 'pages', 'slow'],
    ]);
    expect(texts(commandTable(results))[0]?.slice(3)).toEqual([
      "xdelta3 -s {base} 'a b'",
      'the diff rebuilds',
    ]);
  });

  it('set every target against what was measured', () => {
    const lines = texts(peerTargetTable(results));
    expect(lines).toHaveLength(2 * 2 * 4);
    expect(lines[0]).toEqual([
      'live-replication',
      'pages',
      'bytes',
      '3,900,000',
      '4,000,000',
      'the smaller of xdelta3 -1 and zstd --patch-from -3',
      'met',
    ]);
  });
});

describe('the page', () => {
  const outPath = mkdtempSync(join(tmpdir(), 'snapdelta-peers-'));
  afterAll(() => rmSync(outPath, { recursive: true, force: true }));

  it('begins with the verdicts, and says how to reproduce them', async () => {
    const { pagePath } = await writeReport(results, outPath);
    const page = readFileSync(pagePath, 'utf8').replace(/\s+/g, ' ');
    const at = (text: string): number => page.indexOf(text);
    expect(at('live-replication on pages')).toBeGreaterThan(0);
    expect(at('live-replication on pages')).toBeLessThan(at('<h2>Charts'));
    expect(page).toContain('dominated by no peer, beats 3 in both bytes and CPU; 4 of 4 targets met');
    expect(page).toContain('not exact: liar. Failed: restic. Not installed: bup.');
    expect(page).toContain('snapdelta bench peers --workload pages --workload image --profiles');
  });
});
