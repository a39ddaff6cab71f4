/** Tuning over small generated workloads, in this process: the same way twice, resumed, refused where the journal is another's, and what it leaves. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataError, UsageError, present } from '../../src/base/errors.js';
import { loadProfile, parseProfile, shippedProfileNames } from '../../src/engine/profile/read.js';
import { profileText } from '../../src/engine/profile/write.js';
import { preparePairs, type PreparedPair } from '../../src/harness/io/pairs.js';
import { runJob } from '../../src/harness/io/run-job.js';
import { readWorkPrices } from '../../src/harness/io/work-prices.js';
import type { Outcome } from '../../src/harness/measurement/job.js';
import { tuneRecord } from '../../src/harness/report/tune-record.js';
import { tuneResultsSchema, type TuneResults } from '../../src/harness/report/tune-results.js';
import { tune, type TuneEvent, type TuneOptions } from '../../src/harness/tune.js';
import { workOf } from '../../src/harness/tuning/work-model.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-tune-'));
const profile = loadProfile('edge-agent');

function optionsFor(name: string, more: Partial<TuneOptions> = {}): TuneOptions {
  return {
    profile,
    outPath: join(folder, name),
    workloads: ['database-pages', 'random-overwrite', 'append-log'],
    scale: 0.03,
    space: {
      strategies: ['fixed', 'fastcdc'],
      values: { blockBytes: ['4KiB', '16KiB'], averageBytes: ['4KiB', '16KiB'], level: ['1', '3', '9'] },
    },
    budgetMs: 600,
    rounds: 0,
    isolation: 'here',
    ...more,
  };
}

/** The own strategy on the workload that is tried first. */
async function ownRun(): Promise<{ readonly prepared: PreparedPair; readonly outcome: Outcome }> {
  const choices = { workloads: ['random-overwrite', 'append-log', 'database-pages'], scale: 0.03 };
  const pairs = await preparePairs(join(folder, 'own'), choices, () => undefined);
  const prepared = present(
    pairs.sort(
      (a, b) => a.record.baseBytes + a.record.targetBytes - b.record.baseBytes - b.record.targetBytes,
    )[0],
    'pair',
  );
  const scratchPath = join(folder, 'own-scratch');
  const job = { configuration: 'own', strategy: profile.strategy, pairs: [prepared.pair], workers: 1 };
  for await (const outcome of runJob({ ...job, recheck: [], warmUp: false, scratchPath }))
    return { prepared, outcome };
  throw new Error('no outcome');
}

afterAll(() => rmSync(folder, { recursive: true }));

/** A journal without the CPU time that its trials took, which no two runs have in common. */
const untimed = (journal: string): string => journal.replace(/,"cpuMs":[\d.]+/g, '');

describe('a search', () => {
  let first: TuneResults;
  const trials: string[] = [];
  beforeAll(async () => {
    first = await tune(optionsFor('first'), (event: TuneEvent) => {
      if (event.type === 'trial') trials.push(event.trial.key);
    });
  });

  test('leaves a document of its schema, in which everything that it names is listed', () => {
    expect(
      tuneResultsSchema.parse(JSON.parse(readFileSync(join(folder, 'first/results.json'), 'utf8'))),
    ).toEqual(first);
    const names = first.configurations.map(({ id }) => id);
    for (const name of [first.verdict.own, first.verdict.recommended, ...first.front])
      expect(names).toContain(name);
    expect(first.trials[0]).toMatchObject({ configuration: first.verdict.own, origin: 'own', score: 1 });
    expect(first.workloads.map(({ name }) => name).sort()).toEqual([
      'append-log',
      'database-pages',
      'random-overwrite',
    ]);
    expect(first.rungs).toEqual([1, 2, 3]);
    expect(first.search.spentMs).toBeGreaterThan(0);
    expect(trials.length).toBeGreaterThan(first.trials.length);
  });

  test('goes the same way again, with the same bytes', async () => {
    const again = await tune(optionsFor('again'));
    expect(again.digest).toBe(first.digest);
    const { environment, search } = first;
    expect({ ...again, environment, search: { ...again.search, cpuMs: search.cpuMs } }).toEqual(first);
  });

  test('goes by the prices of work that are shipped', async () => {
    const { prices, sha256 } = readWorkPrices();
    const { prepared, outcome } = await ownRun();
    const files = { base: 1, target: 1 };
    const [figures] = first.trials[0]?.figures ?? [];
    expect(figures?.workload).toBe(prepared.record.name);
    const work = workOf(prices, profile.strategy, outcome, files);
    expect(figures).toMatchObject(work);
    const dearer = { ...prices, 'diff other': { ...prices['diff other'], run: 1e9 } };
    expect(workOf(dearer, profile.strategy, outcome, files).diffMs).toBeGreaterThan(work.diffMs + 900);
    expect(readFileSync(join(folder, 'first/trials.ndjson'), 'utf8').split('\n')[0]).toContain(sha256);
  });

  test('of another seed goes another way', async () => {
    expect((await tune(optionsFor('seed', { seed: 2 }))).digest).not.toBe(first.digest);
  });

  test('that was cut short goes on where it was, whatever the last line was', async () => {
    const journal = join(folder, 'first/trials.ndjson');
    const whole = readFileSync(journal, 'utf8');
    const lines = whole.split('\n');
    writeFileSync(journal, `${lines.slice(0, 8).join('\n')}\n${(lines[8] ?? '').slice(0, 40)}`);
    const resumed = await tune(optionsFor('first'));
    expect(resumed.digest).toBe(first.digest);
    const now = readFileSync(journal, 'utf8');
    expect(now.split('\n').slice(0, 8)).toEqual(lines.slice(0, 8));
    expect(untimed(now)).toBe(untimed(whole));
  });

  test('tries nothing again with a larger budget', async () => {
    const journal = join(folder, 'first/trials.ndjson');
    const before = readFileSync(journal, 'utf8');
    const larger = await tune(optionsFor('first', { budgetMs: 1500 }));
    expect(larger.trials.length).toBeGreaterThan(first.trials.length);
    expect(readFileSync(journal, 'utf8').startsWith(before)).toBe(true);
    const lines = untimed(readFileSync(journal, 'utf8')).trimEnd().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
  });

  test('over other workloads refuses the journal, and replaces it when told to', async () => {
    await tune(optionsFor('other', { workloads: ['unchanged'], budgetMs: 50 }));
    const other = optionsFor('other', { budgetMs: 50 });
    await expect(tune(other)).rejects.toThrow(UsageError);
    await expect(tune(other)).rejects.toThrow('belongs to a search over other workloads');
    expect((await tune({ ...other, restart: true })).workloads).toHaveLength(3);
  });

  test('refuses a journal that is damaged', async () => {
    const options = optionsFor('damaged', { workloads: ['unchanged'], budgetMs: 50 });
    await tune(options);
    appendFileSync(join(folder, 'damaged/trials.ndjson'), '{"key":"x"}\n');
    await expect(tune(options)).rejects.toThrow(DataError);
    await expect(tune(options)).rejects.toThrow(/trials\.ndjson:\d+: not a trial/);
  });

  test('measures what it found beside the own strategy, every delta checked', async () => {
    // 1 MiB blocks are a strategy that is easily beaten where bytes count.
    const poor = {
      ...profile,
      name: 'poor',
      // On images so small what a run costs whatever it does would exceed them.
      limits: {},
      objectives: [
        { metric: 'bytesSent', weight: 0.9 },
        { metric: 'cpuMs', weight: 0.1 },
      ],
      strategy: { ...profile.strategy, blockBytes: 1024 * 1024 },
    } as typeof profile;
    const measured = await tune(optionsFor('poor', { profile: poor, rounds: 1 }));
    const { verdict, rows } = measured;
    expect(['better', 'not confirmed']).toContain(verdict.kind);
    const configurations = new Set(rows.map(({ configuration }) => configuration));
    expect(configurations).toContain(verdict.own);
    expect(configurations.size).toBeGreaterThan(1);
    expect(verdict.score).toBeLessThanOrEqual(1);
    const record = tuneRecord(measured, 'picture.svg');
    expect(record).toContain('# Configuration of poor');
    expect(record).toContain(measured.digest);
    expect(record).toContain('![Bytes against work](picture.svg)');
  });
});

test('a folder of snapshots gives a pair for each step', async () => {
  const series = join(folder, 'series');
  const { materialise } = await import('../../src/harness/io/workload-files.js');
  const { generatorNamed } = await import('../../src/workload/registry.js');
  await materialise(generatorNamed('append-log'), { bytes: 65_536, seed: 1, snapshots: 4 }, series);
  const { workloads } = await tune(optionsFor('of-series', { workloads: [`${series}/`], budgetMs: 50 }));
  expect(workloads.map(({ name }) => name)).toEqual([`${series}/`, `${series}/ #2`, `${series}/ #3`]);
});

test.each(shippedProfileNames())('%s as text is read back as it was', (name) => {
  const before = loadProfile(name);
  const text = profileText(before, ['One line.', 'Another.']);
  expect(text.startsWith('# One line.\n# Another.\n')).toBe(true);
  expect(parseProfile(text, `${name}.yaml`)).toEqual(before);
});
