import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UsageError } from '../../src/base/errors.js';
import { benchChunkersCommand } from '../../src/cli/commands/bench-chunkers.js';
import { benchChunkers } from '../../src/harness/bench-chunkers.js';
import { dataKinds } from '../../src/harness/measurement/data-kinds.js';
import { chunkerNames } from '../../src/harness/measurement/chunkers/rules.js';
import {
  chunkerResultsSchema,
  type ChunkerResults,
  type ChunkerRow,
} from '../../src/harness/report/chunker-results.js';
import { chunkerSummaryTable, foundShare, summarise } from '../../src/harness/report/chunker-tables.js';
import { cellText } from '../../src/harness/report/tables.js';

const exact = { bytes: 2 << 20, averageBytes: [4096], rounds: 0 } as const;
let results: ChunkerResults;
beforeAll(async () => {
  results = await benchChunkers(exact);
});

function row(data: string, chunker: string): ChunkerRow {
  const found = results.rows.find((one) => one.data === data && one.chunker === chunker);
  if (found === undefined) throw new Error(`no row of ${chunker} on ${data}`);
  return found;
}

const share = (data: string, chunker: string, version: string): number | undefined =>
  row(data, chunker)
    .found.filter((one) => one.version === version)
    .map(foundShare)[0];

describe('bench chunkers', () => {
  it('has chunkers and kinds of the names that the command line completes', () => {
    expect(benchChunkersCommand.options['chunker']?.completes).toEqual(chunkerNames);
    expect(benchChunkersCommand.options['data']?.completes).toEqual(dataKinds);
  });

  it('fits its schema, has a row for every chunker and kind, and no clock where none was asked for', () => {
    expect(chunkerResultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
    expect(results.rows).toHaveLength(chunkerNames.length * dataKinds.length);
    expect(results.environment).toBeNull();
    expect(results.rows.every(({ gigabytesPerSecond }) => gigabytesPerSecond === null)).toBe(true);
  });

  it('is the same document from run to run, and another one for another seed', async () => {
    const few = { ...exact, bytes: 256 << 10, kinds: ['random', 'code'] as const };
    const document = async (seed: number) => JSON.stringify(await benchChunkers({ ...few, seed }));
    expect(await document(1)).toBe(await document(1));
    expect(await document(2)).not.toBe(await document(1));
  });

  it('finds exactly these bytes again on random data', () => {
    const found = (chunker: string) => row('random', chunker).found.map(({ foundBytes }) => foundBytes);
    expect(Object.fromEntries(chunkerNames.map((name) => [name, found(name)]))).toMatchInlineSnapshot(`
      {
        "fastcdc": [
          2050209,
          2055752,
          2045320,
          2005168,
          2062210,
          2009121,
        ],
        "fixed": [
          753664,
          901120,
          294912,
          77824,
          2068480,
          2043904,
        ],
        "ram": [
          2072381,
          1895071,
          2072309,
          1536482,
          2073048,
          1808824,
        ],
        "seqcdc": [
          1973423,
          1993122,
          2031256,
          1975169,
          2066847,
          2002835,
        ],
        "strided": [
          2050806,
          2025395,
          2060838,
          2017188,
          2057868,
          2041588,
        ],
        "vram": [
          2072381,
          1895071,
          2072309,
          1536482,
          2073048,
          1808824,
        ],
      }
    `);
  });

  it('finds hardly a fixed block after an insert, and nearly all after small overwrites', () => {
    expect(share('random', 'fixed', 'insert small')).toBeLessThan(0.5);
    expect(share('random', 'fixed', 'overwrite small')).toBeGreaterThan(0.98);
  });

  it.each(['fastcdc', 'strided'])('%s finds the like after inserts, deletes and overwrites', (chunker) => {
    for (const data of ['random', 'text', 'code', 'executables', 'pages']) {
      for (const { version, ...found } of row(data, chunker).found) {
        expect(foundShare({ version, ...found }), `${data}, ${version}`).toBeGreaterThan(0.93);
      }
    }
  });

  it('gives vram the chunks of ram', () => {
    for (const data of dataKinds) {
      expect({ ...row(data, 'vram'), chunker: 'ram' }).toEqual(row(data, 'ram'));
    }
  });

  it('cuts zeros at the maximum, except where a window of equal bytes is a rule', () => {
    for (const chunker of ['fastcdc', 'strided', 'seqcdc']) {
      const { count, forced } = row('zeros', chunker).chunks;
      expect(forced).toBe(count);
    }
    expect(row('zeros', 'ram').chunks).toMatchObject({ forced: 0, meanBytes: 4096 - 255, variation: 0 });
  });

  it('sums up data with content, and keeps zeros and periodic data out of the means', () => {
    const summary = summarise(results.rows);
    expect(summary.map(({ chunker }) => chunker)).toEqual([...chunkerNames]);
    const fixed = summary.find(({ chunker }) => chunker === 'fixed');
    expect(fixed).toMatchObject({ meanBytes: 4096, forcedShare: null, gigabytesPerSecond: null });
    const shares = results.rows
      .filter(({ chunker, data }) => chunker === 'fixed' && data !== 'zeros' && data !== 'periodic')
      .flatMap(({ found }) => found.map(foundShare));
    expect(fixed?.foundMean).toBeCloseTo(shares.reduce((sum, one) => sum + one, 0) / shares.length, 12);
    expect(fixed?.foundWorst.share).toBe(Math.min(...shares));
    const [, first] = chunkerSummaryTable(results).rows;
    expect(first?.slice(0, 3).map(cellText)).toEqual(['fastcdc', '4 KiB', '']);
  });

  it('measures speed where a clock runs, but none of fixed blocks', async () => {
    let nowMs = 0;
    const { rows } = await benchChunkers({
      ...exact,
      bytes: 64 << 10,
      kinds: ['random'],
      chunkers: ['fixed', 'strided'],
      rounds: 2,
      clock: { nowMs: () => (nowMs += 20) },
    });
    const speeds = rows.map(({ gigabytesPerSecond }) => gigabytesPerSecond);
    const expected = (64 << 10) / 1e6 / 20;
    expect(speeds).toEqual([null, { median: expected, low: expected, high: expected }]);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(benchChunkers({ ...exact, kinds: ['random'], signal })).rejects.toThrow(CancelledError);
  });
});

describe('own data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'snapdelta-chunkers-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 31 + (i >> 7)) & 255);
  const own = (given: string) =>
    benchChunkers({ own: [given], averageBytes: [1024], chunkers: ['fixed', 'fastcdc'], rounds: 0 });

  it('of a file is edited as other data is', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    const { data, rows } = await own(path);
    expect(data).toMatchObject([{ name: path, bytes: 100_000, edits: 1 }]);
    expect(rows.map(({ found }) => found.length)).toEqual([6, 6]);
  });

  it('of a series or a workload has the next snapshot as one more version', async () => {
    const series = join(folder, 'series');
    mkdirSync(series);
    writeFileSync(join(series, 'a'), bytes);
    writeFileSync(
      join(series, 'b'),
      new Uint8Array([...bytes.subarray(0, 50_000), 1, ...bytes.subarray(50_000)]),
    );
    const { rows } = await own(`${series}/`);
    const next = rows.map(({ found }) => found.at(-1));
    expect(next.map((one) => [one?.version, one?.bytes])).toEqual([
      ['next snapshot', 100_001],
      ['next snapshot', 100_001],
    ]);
    expect(next[1]?.foundBytes).toBeGreaterThan(95_000);
    const workload = await benchChunkers({
      own: ['unchanged'],
      bytes: 256 << 10,
      averageBytes: [4096],
      chunkers: ['strided'],
      rounds: 0,
    });
    const last = workload.rows[0]?.found.at(-1);
    expect(last).toEqual({ version: 'next snapshot', bytes: 256 << 10, foundBytes: 256 << 10 });
  });

  it('that is empty or unknown is refused', async () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    await expect(own(path)).rejects.toThrow(UsageError);
    await expect(own('no-such-workload')).rejects.toThrow("unknown workload 'no-such-workload'");
  });
});
