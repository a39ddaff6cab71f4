/** What judging reads from a row: exact figures as they are, samples by their median. */
import { present } from '../../base/errors.js';
import type { ExactMetric, SampledMetric } from '../measurement/metric.js';
import type { Row } from '../measurement/row.js';
import { median } from './summary.js';

export function exactValue(row: Row, metric: ExactMetric): number {
  return present(row.exact[metric], metric);
}

export function sampledMedian(row: Row, metric: SampledMetric): number {
  return median(present(row.samples[metric], metric));
}

/** Everything that crosses the link for one delta: the package and what has to be exchanged before it. */
export function bytesSent(row: Row): number {
  return exactValue(row, 'packageBytes') + exactValue(row, 'exchangeBytes');
}
