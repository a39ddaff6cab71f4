/** A gate's verdict in the formats of others. */
import { describe, expect, it } from 'vitest';
import { gateAnnotations } from '../../../../src/harness/report/gate/annotations.js';
import { bencherMetrics, githubBenchmark } from '../../../../src/harness/report/gate/continuous.js';
import { gateJunit } from '../../../../src/harness/report/gate/junit.js';
import { gateMarkdown } from '../../../../src/harness/report/gate/markdown.js';
import { gateResults, gateResultsSchema } from '../../../../src/harness/report/gate/results.js';
import { findingsTable } from '../../../../src/harness/report/gate/table.js';
import {
  changeText,
  headline,
  reasonText,
  thresholdText,
  valueText,
} from '../../../../src/harness/report/gate/words.js';
import { cellText } from '../../../../src/harness/report/tables.js';
import type { MetricVerdict } from '../../../../src/harness/verdict/verdict.js';

function verdict(metric: string, choices: Partial<MetricVerdict> = {}): MetricVerdict {
  return {
    metric,
    unit: 'B',
    direction: 'less',
    kind: 'exact',
    status: 'pass',
    reason: 'equal',
    baseline: 1000,
    candidate: 1000,
    change: 0,
    interval: null,
    threshold: { relative: 0, absolute: 0, limit: null },
    samples: { baseline: 1, candidate: 1 },
    samplesMissing: null,
    ...choices,
  };
}

const worse = verdict('a|b/"x"/bytes', {
  status: 'regressed',
  reason: 'worse',
  candidate: 1001,
  change: 0.001,
});
const slower = verdict('fast/diffCpuMs', {
  status: 'regressed',
  reason: 'worse',
  kind: 'sampled',
  unit: 'ms',
  baseline: 10,
  candidate: 12,
  change: 0.2,
  interval: { low: 0.15, high: 0.25 },
  samples: { baseline: 20, candidate: 20 },
});
const unsure = verdict('fast/speed', {
  status: 'inconclusive',
  reason: 'too-few',
  kind: 'sampled',
  unit: 'GB/s',
  direction: 'more',
  baseline: 3,
  candidate: 2.9,
  change: -1 / 30,
  interval: { low: null, high: null },
  samples: { baseline: 3, candidate: 3 },
  samplesMissing: 12,
});
const sides = {
  baseline: { label: 'main@3', environment: null },
  candidate: { label: 'after.json', environment: null },
  rounds: null,
  errors: { alpha: 0.005, beta: 0.05 },
};
const results = gateResults(sides, [verdict('same/bytes'), unsure, worse, slower]);

describe('words', () => {
  it('say the verdict first', () => {
    expect(gateResultsSchema.parse(results)).toEqual(results);
    expect(headline(results)).toBe('regressed: 2 of 4 metrics are worse than main@3');
    expect(headline(gateResults(sides, [unsure]))).toBe(
      'inconclusive: 1 of 1 metric cannot be told from main@3 yet',
    );
    expect(headline(gateResults(sides, [verdict('a')]))).toBe('pass: none of 1 metric is worse than main@3');
    const better = verdict('a', { status: 'improved', reason: 'better' });
    expect(headline(gateResults(sides, [better, verdict('b')]))).toBe(
      'improved: 1 of 2 metrics is better than main@3, none is worse',
    );
  });

  it('say changes to the digits that matter', () => {
    expect([0, 0.05, -0.5, 0.00013, 1e-8, 30, null].map(changeText)).toEqual([
      'none',
      '+5.00 %',
      '-50.0 %',
      '+0.013 %',
      '+0.000001 %',
      'x 31',
      '',
    ]);
    expect(valueText(1_048_577, { unit: 'B', kind: 'exact' })).toBe('1,048,577 B');
    expect(valueText(1_048_577, { unit: 'B', kind: 'sampled' })).toBe('1.00 MiB');
    expect(valueText(3, { unit: '1', kind: 'exact' })).toBe('3');
    expect(thresholdText(verdict('a', { threshold: { relative: 0.005, absolute: 64, limit: 5000 } }))).toBe(
      '0.5 % and 64 B, limit 5,000 B',
    );
  });

  it('say why, and how many samples are missing', () => {
    expect(reasonText(slower)).toBe('worse than allowed, surely by +15.0 % to +25.0 %');
    expect(reasonText(unsure)).toBe('too few samples (3); some 12 more would decide');
  });
});

describe('tables', () => {
  it('have the worst first, and leave out what passed', () => {
    const { rows } = findingsTable(results, 10);
    expect(rows.map((cells) => cellText(cells[1] ?? ''))).toEqual([
      'fast/diffCpuMs',
      'a|b/"x"/bytes',
      'fast/speed',
    ]);
    expect(findingsTable(results, 1).rows).toHaveLength(1);
  });
});

describe('Markdown', () => {
  it('is a table whose cells hold no markup', () => {
    const text = gateMarkdown(results);
    expect(text).toMatch(/^## Gate: regressed: 2 of 4 metrics are worse than main@3\n/);
    expect(text).toContain(
      '| regressed | a\\|b/"x"/bytes | 1,000 B | 1,001 B | +0.100 % | none | worse than allowed |\n',
    );
    expect(gateMarkdown(gateResults(sides, [verdict('a')]))).not.toContain('|');
  });

  it('is cut off where summaries end', () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      verdict(`m${i}`, { status: 'regressed', reason: 'worse' }),
    );
    expect(gateMarkdown(gateResults(sides, many))).toContain('... and 100 more.');
  });
});

describe('JUnit', () => {
  it('has a case for each metric, failed or skipped', () => {
    const text = gateJunit(results);
    expect(text).toContain(
      '<testsuite name="gate: after.json against main@3" tests="4" failures="2" skipped="1" errors="0">',
    );
    expect(text).toContain(
      '<testcase classname="a|b/&quot;x&quot;" name="bytes"><failure type="regressed" message="1,000 B -&gt; 1,001 B +0.100 %: worse than allowed"/></testcase>',
    );
    expect(text).toContain('<testcase classname="fast" name="speed"><skipped message="');
    expect(text).toContain('<testcase classname="same" name="bytes"/>');
    expect(gateJunit(gateResults(sides, [verdict('a\u0001b')]))).toContain('name="a b"');
  });
});

describe('annotations', () => {
  it('are errors and warnings, escaped as workflow commands are', () => {
    expect(gateAnnotations(results)).toEqual([
      '::error title=regressed%3A fast/diffCpuMs::10 ms -> 12 ms +20.0 %25: worse than allowed, surely by +15.0 %25 to +25.0 %25',
      '::error title=regressed%3A a|b/"x"/bytes::1,000 B -> 1,001 B +0.100 %25: worse than allowed',
      '::warning title=inconclusive%3A fast/speed::3 GB/s -> 2.90 GB/s -3.33 %25: too few samples (3); some 12 more would decide',
    ]);
  });

  it('are at most ten of a kind', () => {
    const many = Array.from({ length: 12 }, (_, i) =>
      verdict(`m${i}`, { status: 'regressed', reason: 'worse' }),
    );
    const lines = gateAnnotations(gateResults(sides, many));
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe('::error title=regressed%3A 3 more metrics::see the summary');
  });
});

describe('formats of services that keep histories', () => {
  it('have the figures of the candidate, each direction by itself', () => {
    expect(
      githubBenchmark(results, 'less').map(({ name, value, unit, range }) => [name, value, unit, range]),
    ).toEqual([
      ['same/bytes', 1000, 'B', undefined],
      ['a|b/"x"/bytes', 1001, 'B', undefined],
      ['fast/diffCpuMs', 12, 'ms', '11.5 to 12.5'],
    ]);
    expect(githubBenchmark(results, 'more').map(({ name }) => name)).toEqual(['fast/speed']);
  });

  it('are nested by benchmark and measure for Bencher', () => {
    expect(bencherMetrics(results)).toEqual({
      same: { bytes: { value: 1000 } },
      fast: { diffCpuMs: { value: 12, lower_value: 11.5, upper_value: 12.5 }, speed: { value: 2.9 } },
      'a|b/"x"': { bytes: { value: 1001 } },
    });
  });
});
