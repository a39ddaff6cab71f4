/** The prices of work: made by the fit as they were, read from the file that is shipped, and what `tune` goes by. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { loadProfile } from '../../../src/engine/profile/read.js';
import type { Strategy } from '../../../src/engine/strategy/strategy.js';
import { benchPrices } from '../../../src/harness/bench-prices.js';
import { readWorkPrices, shippedPricesPath } from '../../../src/harness/io/work-prices.js';
import { priceErrorSentences, priceTable } from '../../../src/harness/report/price-table.js';
import { fitPrices, type PricedRun } from '../../../src/harness/tuning/fit-prices.js';
import { profileSpace } from '../../../src/harness/tuning/search/profile-space.js';
import { randomPoint, strategyOf } from '../../../src/harness/tuning/search/space.js';
import { costMs, workAmounts, workOf, type Happened } from '../../../src/harness/tuning/work-model.js';
import {
  parts,
  priceNames,
  workPricesSchema,
  type Part,
  type WorkPrices,
} from '../../../src/harness/tuning/work-prices.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

const space = profileSpace(loadProfile('live-replication'), {
  values: {
    fingerprint: ['xxh3-128', 'blake3', 'sha256'],
    codec: ['stored', 'lz4', 'deflate', 'auto', 'zstd'],
    deflate: ['native', 'portable'],
  },
});
const codecs = ['stored', 'lz4', 'deflate', 'zstd', 'zstd-context'] as const;

/** Counts of a run that never was. */
function happened(random: Random): Happened {
  const some = (exponent: number): number => Math.round(10 ** (random.float() * exponent));
  const counts = {
    diff: {
      ...{ bytesRead: some(8), bytesHashed: some(7), bytesCompared: some(7), bytesChunked: some(7) },
      ...{ bytesSearched: some(7), blocks: some(3), blocksCompared: some(4), probes: some(5) },
      ...{ bytesDeltaEncoded: some(6), segments: some(1), operations: some(4), bytesOut: some(6) },
    },
    apply: { bytesRead: some(7), bytesHashed: some(7), bytesWritten: some(7), operations: some(4) },
  };
  const packings = codecs.map((codec) => ({ codec, rawBytes: some(6) }));
  const exact = { packageBytes: some(6), exchangeBytes: 0, exchangeTrips: 0, segments: 1 };
  return { exact, counts, packings, level: [1, 2, 3, 6, 9, 12, 15, 16, 19][random.below(9)] ?? 3 };
}

function priced(prices: WorkPrices, strategy: Strategy, one: Happened): PricedRun {
  const amounts = workAmounts(strategy, one, { base: 3, target: 4 });
  const paidMs = Object.fromEntries(parts.map((part) => [part, costMs(amounts[part], prices[part])]));
  return { amounts, paidMs: paidMs as Record<Part, number> };
}

/** Prices that nobody measured: a byte costs some nanoseconds, a thing some microseconds, more at higher levels. */
const known = Object.fromEntries(
  parts.map((part) => [
    part,
    Object.fromEntries(
      priceNames[part].map((name, i) => {
        const level = Number(/\d+/.exec(name.replace(/^(xxh3|sha256|blake3).*/, ''))?.[0] ?? 1);
        return [name, level * (name.endsWith('byte') ? 0.5 + i / 10 : name === 'run' ? 1e7 : 2000 + 100 * i)];
      }),
    ),
  ]),
) as Record<Part, Record<string, number>>;

describe('the fit', () => {
  const prices = known;
  const random = new Random(7);
  const runs = Array.from({ length: 1500 }, () => {
    const strategy = strategyOf(space, randomPoint(space, random));
    return priced(prices, strategy, happened(random));
  });

  test('finds prices again by which runs were paid', () => {
    const fit = fitPrices(runs);
    expect(fit.errors.diff).toMatchObject({ runs: 300 });
    for (const side of ['diff', 'apply'] as const) {
      expect(fit.errors[side].median).toBeLessThan(0.02);
      expect(fit.errors[side].p90).toBeLessThan(0.1);
    }
    for (const [part, name] of [
      ['diff hash', 'sha256 byte'],
      ['diff detect', 'adaptive byte'],
      ['diff compress', 'zstd 3 byte'],
      ['diff compress', 'zstd 19 byte'],
      ['diff compress', 'context 19 byte'],
      ['apply decompress', 'deflate byte'],
      ['apply other', 'run'],
    ] as const) {
      const [found = 0, paid = 0] = [fit.prices[part][name], prices[part][name]];
      expect(Math.abs(found / paid - 1), `${part}, ${name}: ${found} for ${paid}`).toBeLessThan(0.1);
    }
  });

  test('follows when a price doubles', () => {
    const doubled = { ...prices, 'diff hash': { ...prices['diff hash'], 'sha256 byte': 1.9 } };
    const other = new Random(8);
    const fit = fitPrices(
      Array.from({ length: 300 }, () =>
        priced(doubled, strategyOf(space, randomPoint(space, other)), happened(other)),
      ),
    );
    expect(fit.prices['diff hash']['sha256 byte']).toBeCloseTo(1.9, 1);
  });

  test('lets no level of zstd cost less than the one below', () => {
    const noisy = runs.slice(0, 200).map(({ amounts, paidMs }) => ({
      amounts,
      paidMs: { ...paidMs, 'diff compress': paidMs['diff compress'] * (0.3 + random.float() * 2) },
    }));
    const found = fitPrices(noisy).prices['diff compress'];
    for (const [name, unit] of [
      ['zstd', 'byte'],
      ['context', 'call'],
    ] as const) {
      const levels = [1, 3, 6, 9, 12, 15, 19].map((level) => found[`${name} ${level} ${unit}`] ?? NaN);
      expect(levels).toEqual([...levels].sort((a, b) => a - b));
    }
  });
});

describe('the model', () => {
  test('asks for no price that the file does not have, and for each that it has', () => {
    const asked = new Set<string>();
    const random = new Random(9);
    for (let i = 0; i < 600; i++) {
      const strategy = strategyOf(space, randomPoint(space, random));
      const amounts = workAmounts(strategy, happened(random), { base: 1, target: 1 });
      for (const part of parts) for (const name of Object.keys(amounts[part])) asked.add(`${part}: ${name}`);
    }
    const known = parts.flatMap((part) => priceNames[part].map((name) => `${part}: ${name}`));
    expect([...asked].sort()).toEqual(known.sort());
  });

  test('is a sum of amounts times prices: each counts', () => {
    const { prices } = readWorkPrices();
    const random = new Random(10);
    const strategy = strategyOf(space, randomPoint(space, random));
    const one = happened(random);
    const files = { base: 2, target: 2 };
    const amounts = workAmounts(strategy, one, files);
    const before = workOf(prices, strategy, one, files);
    for (const part of parts) {
      for (const [name, amount] of Object.entries(amounts[part])) {
        const dearer = { ...prices, [part]: { ...prices[part], [name]: (prices[part][name] ?? 0) + 1000 } };
        const after = workOf(dearer, strategy, one, files);
        const side = part.startsWith('diff') ? 'diffMs' : 'applyMs';
        expect(after[side] - before[side]).toBeCloseTo(amount * 1e-3, 6);
      }
    }
  });
});

describe('the file', () => {
  test('that is shipped is what bench prices writes, and says how far it is off', () => {
    const file = workPricesSchema.parse(JSON.parse(readFileSync(shippedPricesPath, 'utf8')));
    expect(file.errors.diff.runs).toBeGreaterThanOrEqual(50);
    expect(file.errors.diff.median).toBeLessThan(0.5);
    expect(priceTable(file).rows.length).toBe(parts.flatMap((part) => priceNames[part]).length);
    expect(priceErrorSentences(file)[0]).toMatch(/^diff: off by \d+ % at the median/);
  });

  test('comes from a few runs, too', async () => {
    const seen: string[] = [];
    const file = await benchPrices({ runs: 5, rounds: 1, onProgress: ({ what }) => seen.push(what) });
    expect(workPricesSchema.parse(JSON.parse(JSON.stringify(file)))).toEqual(file);
    expect(seen).toHaveLength(5);
    expect(file.errors.diff.runs).toBe(1);
    expect(file.prices['diff other']['run'] ?? 0).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['{', 'is not JSON'],
    ['{"schema": "snapdelta/work-prices/1"}', 'environment: '],
  ])('%s is refused', (text, message) => {
    const path = join(folder, 'prices.json');
    writeFileSync(path, text);
    expect(() => readWorkPrices(path)).toThrow(message);
  });

  test('with a price less is refused', () => {
    const file = JSON.parse(readFileSync(shippedPricesPath, 'utf8')) as { prices: Record<string, object> };
    const path = join(folder, 'less.json');
    writeFileSync(path, JSON.stringify({ ...file, prices: { ...file.prices, 'diff delta': { byte: 1 } } }));
    expect(() => readWorkPrices(path)).toThrow('prices.diff delta.operation');
  });
});
