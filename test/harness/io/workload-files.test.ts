import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CancelledError, UsageError } from '../../../src/base/errors.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { naturalOrder, seriesPaths } from '../../../src/harness/io/real-series.js';
import {
  builtInWorkloads,
  definitionNamed,
  readWorkloadDefinitions,
} from '../../../src/harness/io/workload-definitions.js';
import {
  listWorkloads,
  materialise,
  prepareSeries,
  prepareWorkload,
} from '../../../src/harness/io/workload-files.js';
import { generatorNamed, generators } from '../../../src/workload/registry.js';
import { snapshotTimeMicros } from '../../../src/workload/workload.js';
import { temporaryDirectories } from '../../engine/snapshot/temp.js';

const fresh = temporaryDirectories();
const KiB = 1024;
const recordedSeries = fileURLToPath(
  new URL('../../../../shared/traces/series/sqlite-tpcc-4.tar.xz', import.meta.url),
);
const definitions = readWorkloadDefinitions(builtInWorkloads);

/** Entries with their times and modes, and a digest of all bytes. */
function described(path: string) {
  const snapshot = openSnapshot(path);
  const bytes = new Uint8Array(snapshot.layout.totalBytes);
  const reader = snapshot.openReader();
  reader.read(0, bytes);
  reader.close();
  return { entries: snapshot.entries, sha256: createHash('sha256').update(bytes).digest('hex') };
}

test('the built-in set holds every generator, both traces and two real series', () => {
  const listed = listWorkloads();
  expect(listed.filter(({ kind }) => kind === 'synthetic').map(({ name }) => name)).toEqual(
    generators.map(({ name }) => name),
  );
  expect(listed.filter(({ kind }) => kind === 'recorded').map(({ name }) => name)).toEqual([
    'pgbench',
    'sqlite-tpcc',
  ]);
  expect(listed.filter(({ kind }) => kind === 'real').map(({ name }) => name)).toEqual([
    'sqlite-pages',
    'npm-release',
  ]);
  for (const { summary } of listed) expect(summary.length).toBeGreaterThan(20);
});

describe.each(listWorkloads().filter(({ absent }) => absent === undefined))(
  '$name',
  ({ definition, kind }) => {
    test('the files are the same wherever and whenever they are made', async () => {
      const [here, there] = [join(fresh(), 'a', 'b'), fresh()];
      const overrides = { bytes: 200 * KiB, snapshots: 2 };
      const first = await prepareWorkload(definition, here, overrides);
      const second = await prepareWorkload(definition, there, overrides);
      expect(first.snapshots.map(({ path }) => path)).toEqual([join(here, 'v0'), join(here, 'v1')]);
      expect(first.snapshots.map(({ path }) => described(path))).toEqual(
        second.snapshots.map(({ path }) => described(path)),
      );
      for (const [index, { path, sizeBytes, changedBytes }] of first.snapshots.entries()) {
        const { entries } = described(path);
        expect(entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)).toBe(sizeBytes);
        expect(Math.max(...entries.map((entry) => entry.mtimeMicros))).toBe(snapshotTimeMicros(index));
        expect(changedBytes === null).toBe(kind === 'real');
      }
    });
  },
);

test('zeros are holes, and the last byte is there', async () => {
  const bytes = 64 * 1024 * KiB;
  const { snapshots } = await materialise(
    generatorNamed('sparse'),
    { bytes, seed: 1, snapshots: 1 },
    fresh(),
  );
  const stats = statSync(snapshots[0]?.path ?? '');
  expect(stats.size).toBe(bytes);
  expect(stats.blocks * 512).toBeLessThan(bytes / 8);
});

test('nothing is overwritten, and a cancelled snapshot leaves nothing', async () => {
  const folder = fresh();
  writeFileSync(join(folder, 'v1'), 'mine');
  const options = { bytes: 2048 * KiB, seed: 1, snapshots: 2 };
  await expect(materialise(generatorNamed('unchanged'), options, folder)).rejects.toThrow(UsageError);
  expect(readFileSync(join(folder, 'v1'), 'utf8')).toBe('mine');
  expect(readdirSync(folder).sort()).toEqual(['v0', 'v1']);
  const empty = fresh();
  const abort = new AbortController();
  const seen: number[] = [];
  const onBytes = (bytes: number) => {
    seen.push(bytes);
    abort.abort();
  };
  const run = materialise(generatorNamed('unchanged'), options, empty, { signal: abort.signal, onBytes });
  await expect(run).rejects.toThrow(CancelledError);
  expect(seen).toEqual([1024 * KiB]);
  expect(readdirSync(empty)).toEqual([]);
});

test('overrides replace size, seed and number; the name is that of the definition', async () => {
  const file = join(fresh(), 'own.yaml');
  writeFileSync(
    file,
    'workloads:\n  - { from: generator, name: ours, generator: sparse, bytes: 1MiB, seed: 3, snapshots: 3 }\n',
  );
  const definition = definitionNamed(readWorkloadDefinitions(file), 'ours');
  const plain = await prepareWorkload(definition, fresh());
  expect(plain).toMatchObject({ name: 'ours', kind: 'synthetic', measure: 'in-place', seed: 3 });
  expect(plain.snapshots.map(({ sizeBytes }) => sizeBytes)).toEqual([1024 * KiB, 1024 * KiB, 1024 * KiB]);
  const other = await prepareWorkload(definition, fresh(), { bytes: 128 * KiB, seed: 4, snapshots: 1 });
  expect(other.seed).toBe(4);
  expect(other.snapshots.map(({ sizeBytes }) => sizeBytes)).toEqual([128 * KiB]);
});

describe('a series', () => {
  test('is its children in natural order, used where they lie', () => {
    const folder = fresh();
    for (const name of ['db-10', 'db-9', 'db-1', '.hidden']) writeFileSync(join(folder, name), name);
    const series = prepareSeries(folder);
    expect(series.snapshots.map(({ path }) => path)).toEqual(
      ['db-1', 'db-9', 'db-10'].map((name) => join(folder, name)),
    );
    expect(series.snapshots.map(({ sizeBytes }) => sizeBytes)).toEqual([4, 4, 5]);
    expect(series.snapshots.every(({ changedBytes }) => changedBytes === null)).toBe(true);
    expect(prepareSeries(folder, 'x', 'y', 2).snapshots).toHaveLength(2);
  });

  test('may be a series of folders, and needs two', () => {
    const folder = fresh();
    mkdirSync(join(folder, 'v1'));
    writeFileSync(join(folder, 'v1', 'file'), 'abc');
    expect(() => seriesPaths(folder)).toThrow(/holds 1 snapshots, but a series has at least two/);
    mkdirSync(join(folder, 'v2'));
    expect(prepareSeries(folder).snapshots.map(({ sizeBytes }) => sizeBytes)).toEqual([3, 0]);
  });

  test('natural order', () => {
    const names = ['10', '9', 'a1b', 'a1', 'a01', 'a10', 'a2', 'b', ''];
    expect(names.sort(naturalOrder)).toEqual(['', '9', '10', 'a01', 'a1', 'a1b', 'a2', 'a10', 'b']);
  });
});

test.skipIf(!existsSync(recordedSeries))(
  'the excerpt is the pages of the recorded series that it claims to be',
  async () => {
    const folder = fresh();
    execFileSync('tar', ['xJf', recordedSeries, '-C', folder]);
    const whole = prepareSeries(folder);
    expect(whole.snapshots.map(({ sizeBytes }) => sizeBytes)).toEqual([
      22_859_776, 24_641_536, 26_468_352, 28_299_264,
    ]);
    const excerpt = await prepareWorkload(definitionNamed(definitions, 'sqlite-pages'), fresh());
    expect(excerpt.snapshots).toHaveLength(4);
    excerpt.snapshots.forEach(({ path }, i) => {
      const pages = readFileSync(whole.snapshots[i]?.path ?? '').subarray(1115 * 4096, (1115 + 512) * 4096);
      expect(Buffer.compare(readFileSync(path), pages)).toBe(0);
    });
  },
);

describe('damaged workload files name line, column and key', () => {
  const good = '{ from: generator, name: a, generator: sparse, bytes: 1MiB, seed: 1, snapshots: 2 }';
  test.each([
    ['workloads: []', /:1:12: workloads: expected at least one workload/],
    [
      'workloads:\n  - { from: nowhere }',
      /:2:\d+: .*expected 'from' to be generator, trace, excerpt, series or packages/,
    ],
    [`workloads:\n  - ${good}\n  - ${good}`, /:3:\d+: workloads\.1\.name: 'a' is there twice/],
    [
      `workloads:\n  - ${good.replace('sparse', 'spars')}`,
      /:2:\d+: workloads\.0\.generator: expected .*not "spars"/,
    ],
    [
      `workloads:\n  - ${good.replace('1MiB', '1KiB')}`,
      /:2:\d+: workloads\.0\.bytes: expected at least 64KiB/,
    ],
    [`workloads:\n  - ${good.replace('1MiB', '1XB')}`, /:2:\d+: workloads\.0\.bytes: '1XB' is not a size/],
    [`workloads:\n  - ${good.replace('1MiB', '1048576')}`, /:2:\d+: workloads\.0\.bytes: .*/],
    [
      `workloads:\n  - ${good.replace('seed: 1', 'seed: 1, color: red')}`,
      /:2:\d+: workloads\.0\.color: unknown key/,
    ],
    [
      'workloads:\n  - { from: trace, name: t, summary: s, file: f, bytes: 1MiB, seed: 1, snapshots: 2, compressibility: 0.5 }',
      /:2:\d+: workloads\.0: expected one of cutWrites and cutSeconds/,
    ],
  ])('%s', (text, message) => {
    const file = join(fresh(), 'own.yaml');
    writeFileSync(file, text);
    expect(() => readWorkloadDefinitions(file)).toThrow(UsageError);
    expect(() => readWorkloadDefinitions(file)).toThrow(message);
  });

  test('an unknown name gets a suggestion', () => {
    const find = () => definitionNamed(definitions, 'pgbnch');
    expect(find).toThrow(/unknown workload 'pgbnch'/);
    expect(find).toThrow(expect.objectContaining({ hint: "did you mean 'pgbench'?" }));
  });

  test('absent packages are listed with the reason', () => {
    const file = join(fresh(), 'own.yaml');
    writeFileSync(
      file,
      'workloads:\n  - { from: packages, name: p, summary: s, packages: [no-such-package] }\n',
    );
    expect(listWorkloads(file)[0]?.absent).toBe('dev dependencies are not installed: no-such-package');
  });
});
