import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UsageError, WorldError } from '../../../src/base/errors.js';
import { benchGrowth, type GrowthBenchOptions } from '../../../src/harness/bench-growth.js';
import { writeReport } from '../../../src/harness/io/write-report.js';
import { draughtOf } from '../../../src/harness/report/reported-kinds.js';
import {
  growthFits,
  growthResultsSchema,
  type GrowthResults,
  type GrowthRow,
} from '../../../src/harness/report/growth-results.js';
import { growthSummary } from '../../../src/harness/report/growth-tables.js';
import { fittedLine } from '../../../src/harness/statistics/line.js';
import { ToolFolder } from './fake-tools.js';

const folder = new ToolFolder();
const scratchPath = mkdtempSync(join(folder.path, 'scratch-'));
const KiB = 1024;
const compare = { label: 'compare', summary: 'made up', options: ['--strategy', 'compare'], isSigned: false };
const bench = (more: Partial<GrowthBenchOptions> = {}): Promise<GrowthResults> =>
  benchGrowth({
    workload: 'random-overwrite',
    sizesBytes: [128 * KiB, 64 * KiB],
    own: [compare],
    workers: [1, 2],
    rounds: 1,
    timeoutMs: 60_000,
    scratchPath,
    ...more,
  });

describe('straight lines', () => {
  it('are the least-squares ones', () => {
    const line = fittedLine([1, 2, 4, 8].map((x) => ({ x, y: 3 + 2 * x })));
    expect(line.fixed).toBeCloseTo(3, 12);
    expect(line.slope).toBeCloseTo(2, 12);
    expect(line.r2).toBeCloseTo(1, 12);
    const bent = fittedLine([
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 2, y: 3 },
    ]);
    expect(bent.slope).toBeCloseTo(1.5, 12);
    expect(bent.fixed).toBeCloseTo(-0.5, 12);
    expect(bent.r2).toBeCloseTo(0.75, 12);
  });

  it('go from the origin through a single point, and explain what does not vary', () => {
    expect(fittedLine([{ x: 4, y: 2 }])).toEqual({ fixed: 0, slope: 0.5, r2: 1 });
    expect(
      fittedLine([
        { x: 1, y: 5 },
        { x: 2, y: 5 },
      ]),
    ).toEqual({ fixed: 5, slope: 0, r2: 1 });
  });
});

describe('bench growth', () => {
  let results: GrowthResults;
  beforeAll(async () => {
    results = await bench();
  });

  it('has a row for each size and number of workers, smallest first, all exact', () => {
    expect(growthResultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
    expect(
      results.rows.map(({ targetBytes, workers, exact }) => [targetBytes / KiB, workers, exact]),
    ).toEqual([
      [64, 1, true],
      [64, 2, true],
      [128, 1, true],
      [128, 2, true],
    ]);
    const [one, two] = results.rows;
    expect(one?.deltaBytes).toBe(two?.deltaBytes);
    expect(one?.netDiffCpuSeconds).toBeLessThan(one?.diffCpuSeconds ?? 0);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(scratchPath)).toEqual([]);
  });

  it('is drawn on a page that says how to reproduce it', async () => {
    const { pagePath } = await writeReport(results, join(folder.path, 'page'));
    const page = readFileSync(pagePath, 'utf8').replace(/\s+/g, ' ');
    expect(page).toContain(
      'snapdelta bench growth --workload random-overwrite --sizes 65536,131072 --profiles compare --workers 1,2 --rounds 1',
    );
    expect(page).toContain(growthSummary(results));
    expect(readdirSync(join(folder.path, 'page'))).toContain('growth-dark.png');
    const [chart] = draughtOf(results).charts;
    expect(chart?.datasets['table']?.map(({ role }) => role)).toEqual([
      ...Array<string>(4).fill('fit'),
      ...Array<string>(8).fill('point'),
    ]);
  });

  it.each([
    [{ workload: 'vm-imag' }, UsageError, "unknown workload 'vm-imag'"],
    [{ sizesBytes: [2 ** 50] }, WorldError, 'the largest size: 4 PiB of scratch space may be needed'],
    [{ signal: AbortSignal.abort() }, CancelledError, 'cancelled'],
  ] as const)('is refused: %#', async (more, failure, message) => {
    const refused = bench(more);
    await expect(refused).rejects.toThrow(failure);
    await expect(refused).rejects.toThrow(message);
    expect(readdirSync(scratchPath)).toEqual([]);
  });
});

describe('fits', () => {
  const [row] = [1].map((): Partial<GrowthRow> => ({ profile: 'live', netDiffCpuSeconds: 1 }));
  const at = (gib: number, workers: number, diffWallSeconds: number | null): GrowthRow =>
    ({ ...row, workers, targetBytes: gib * 2 ** 30, diffWallSeconds }) as GrowthRow;

  it('say how many times faster more workers are, at the largest size', () => {
    const fits = growthFits([at(1, 1, 3), at(1, 2, 2), at(2, 1, 5), at(2, 2, 2.5)]);
    expect(fits).toMatchObject([
      { workers: 1, secondsPerGiB: 2, fixedSeconds: 1, speedUp: 1 },
      { workers: 2, secondsPerGiB: 0.5, fixedSeconds: 1.5, speedUp: 2 },
    ]);
  });

  it('leave out what failed, and have no speed-up without one worker', () => {
    expect(growthFits([at(1, 2, 2), at(2, 2, null)])).toMatchObject([{ workers: 2, speedUp: null }]);
    expect(growthFits([at(1, 1, null)])).toEqual([]);
  });
});
