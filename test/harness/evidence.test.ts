/** The evidence of the shipped profiles, made again where it decides: exact figures of the shipped strategy and of the best others, score and verdict. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/base/errors.js';
import { shippedProfileNames } from '../../src/engine/profile/read.js';
import { evidencePairs, evidenceProblem, evidenceProfile } from '../../src/harness/evidence.js';
import { readEvidence } from '../../src/harness/io/evidence-files.js';
import type { PreparedPair } from '../../src/harness/io/pairs.js';
import { evidenceHeadline, evidenceRecord } from '../../src/harness/report/evidence-record.js';
import type { Evidence } from '../../src/harness/report/evidence-results.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));
const evidenceOf = (name: string): Evidence => readEvidence(join('reports', name));

let pairs: readonly PreparedPair[] = [];
beforeAll(async () => {
  pairs = await evidencePairs(join(folder, 'workloads'));
});

describe.each(shippedProfileNames())('%s', (name) => {
  test('is supported by its evidence, made again', async () => {
    expect(await evidenceProblem(evidenceOf(name), pairs, join(folder, 'run'))).toBeUndefined();
  });

  test('has a record that says what its figures say, and what was measured apart', () => {
    const evidence = evidenceOf(name);
    const record = readFileSync(join('reports', name, 'decision.md'), 'utf8');
    expect(record).toBe(evidenceRecord(evidence, evidenceProfile(name), 'tune-front-light.svg'));
    expect(record).toContain(`**${evidenceHeadline(evidence)}.**`);
    const measured = readFileSync(join('reports', name, 'measured.md'), 'utf8');
    for (const { configuration } of evidence.strategies.slice(0, 1))
      expect(measured).toContain(configuration.id);
    expect(JSON.parse(readFileSync(join('reports', name, 'measured.json'), 'utf8'))).toHaveProperty(
      'environment.measuredAt',
    );
  });

  test('takes less than 300 KiB', () => {
    const files = readdirSync(join('reports', name));
    expect(files).toContain('tune-front.vl.json');
    const sizes = files.map((file) => statSync(join('reports', name, file)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300 * 1024);
  });
});

describe('one sentence says what is wrong', () => {
  const name = 'live-replication';
  const problemOf = (changes: Partial<Evidence>): Promise<string | undefined> =>
    evidenceProblem({ ...evidenceOf(name), ...changes }, pairs, join(folder, 'run'));
  const withOwn = (change: (own: Evidence['strategies'][number]) => Evidence['strategies'][number]) => {
    const [own, ...others] = evidenceOf(name).strategies;
    return { strategies: [change(present(own, 'own strategy')), ...others] };
  };

  test('a profile that was changed since', async () => {
    const profile = { name, sha256: 'a'.repeat(64) };
    expect(await problemOf({ profile })).toMatch(/^live-replication: the profile was changed since/);
  });

  test('prices and workloads that were changed since', async () => {
    const { search } = evidenceOf(name);
    const other = 'b'.repeat(64);
    expect(await problemOf({ search: { ...search, workPrices: other } })).toContain(
      'work-prices.json was changed',
    );
    expect(await problemOf({ search: { ...search, workloadFile: other } })).toContain(
      'evidence.yaml was changed',
    );
  });

  test('a byte more, another package', async () => {
    const changed = withOwn((own) => ({
      ...own,
      figures: own.figures.map((one, i) => (i === 2 ? { ...one, packageBytes: one.packageBytes + 1 } : one)),
    }));
    expect(await problemOf(changed)).toMatch(/another packageBytes than its record/);
    const other = withOwn((own) => ({
      ...own,
      figures: own.figures.map((one) => ({ ...one, packageSha256: 'c'.repeat(64) })),
    }));
    expect(await problemOf(other)).toMatch(/another packageSha256 than its record/);
  });

  test('something on the front that is better', async () => {
    const { strategies } = evidenceOf(name);
    const better = strategies.map((one, i) =>
      i === strategies.length - 1 && i > 2
        ? {
            ...one,
            isEligible: true,
            figures: one.figures.map((figures) => ({ ...figures, packageBytes: 1, diffMs: 1, applyMs: 1 })),
          }
        : one,
    );
    expect(await problemOf({ strategies: better })).toMatch(
      /^live-replication: the evidence no longer supports the shipped configuration: .+ has 0\.\d{3} of its score$/,
    );
  });

  test('a verdict that does not follow', async () => {
    const { verdict } = evidenceOf(name);
    expect(await problemOf({ verdict: { ...verdict, score: verdict.score * 0.9 } })).toContain(
      'its record says otherwise than its figures',
    );
  });
});
