/**
 * The candidate's figures for services that keep histories: the JSON of github-action-benchmark (tools `customSmallerIsBetter` and
 * `customBiggerIsBetter`) and the Bencher Metric Format.
 */
import type { MetricVerdict } from '../../verdict/verdict.js';
import type { Direction } from '../../verdict/measure.js';
import type { GateResults } from './results.js';

interface CustomBenchmark {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly range?: string;
  readonly extra: string;
}

/** The metrics of one direction: a file of that action is of one tool. */
export function githubBenchmark({ metrics }: GateResults, direction: Direction): CustomBenchmark[] {
  return metrics.flatMap((verdict) => {
    const { metric: name, unit, candidate: value } = verdict;
    if (verdict.direction !== direction || value === null) return [];
    const bounds = boundsOf(verdict);
    const range = bounds === undefined ? {} : { range: `${bounds.low} to ${bounds.high}` };
    return [{ name, unit, value, ...range, extra: `${verdict.kind}; ${verdict.status}` }];
  });
}

interface BencherMeasure {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/** By benchmark and measure: the last part of a metric's name is the measure. */
export function bencherMetrics({ metrics }: GateResults): Record<string, Record<string, BencherMeasure>> {
  const benchmarks: Record<string, Record<string, BencherMeasure>> = {};
  for (const verdict of metrics) {
    const { metric, candidate: value } = verdict;
    if (value === null) continue;
    const cut = metric.lastIndexOf('/');
    const benchmark = cut < 0 ? metric : metric.slice(0, cut);
    const bounds = boundsOf(verdict);
    (benchmarks[benchmark] ??= {})[metric.slice(cut + 1)] = {
      value,
      ...(bounds === undefined ? {} : { lower_value: bounds.low, upper_value: bounds.high }),
    };
  }
  return benchmarks;
}

/** Of the candidate's value, from those of its change. */
function boundsOf({ baseline, interval }: MetricVerdict): { low: number; high: number } | undefined {
  if (baseline === null || interval?.low == null || interval.high === null) return undefined;
  return { low: baseline * (1 + interval.low), high: baseline * (1 + interval.high) };
}
