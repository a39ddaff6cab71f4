/** Verdicts of a gate in words. */
import { formatBytes, formatDuration, formatNumber } from '../../../base/units.js';
import type { MetricVerdict, Status } from '../../verdict/verdict.js';
import type { GateResults } from './results.js';

export const statusWords: Readonly<Record<Status, string>> = {
  regressed: 'regressed',
  inconclusive: 'inconclusive',
  improved: 'improved',
  pass: 'pass',
};

/** `regressed: 2 of 40 metrics are worse than baseline.json` */
export function headline({ status, counts, metrics, baseline }: GateResults): string {
  const total = metrics.length;
  const all = total === 1 ? '1 metric' : `${total} metrics`;
  switch (status) {
    case 'regressed':
      return `regressed: ${counts.regressed} of ${all} ${counts.regressed === 1 ? 'is' : 'are'} worse than ${baseline.label}`;
    case 'inconclusive':
      return `inconclusive: ${counts.inconclusive} of ${all} cannot be told from ${baseline.label} yet`;
    case 'improved':
      return `improved: ${counts.improved} of ${all} ${counts.improved === 1 ? 'is' : 'are'} better than ${baseline.label}, none is worse`;
    case 'pass':
      return `pass: none of ${all} is worse than ${baseline.label}`;
  }
}

/** A share: `2 %`, `0.5 %`, `1.34 %`. */
export function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** `+5.2 %`, `-0.013 %`, `x 31`; `none` for no change. */
export function changeText(change: number | null): string {
  if (change === null) return '';
  // Less than the last digit that is shown.
  if (Math.abs(change) < 5e-9) return 'none';
  if (change >= 9) return `x ${formatNumber(1 + change)}`;
  const percent = Math.abs(change) * 100;
  const digits = percent >= 10 ? 1 : percent >= 1 ? 2 : percent >= 0.01 ? 3 : 6;
  return `${change > 0 ? '+' : '-'}${percent.toFixed(digits)} %`;
}

/** Exact figures to the last digit, sampled ones to three. */
export function valueText(
  value: number | null,
  { unit, kind }: Pick<MetricVerdict, 'unit' | 'kind'>,
): string {
  if (value === null) return '-';
  if (kind === 'sampled' && unit === 'ms') return formatDuration(value);
  if (kind === 'sampled' && unit === 'B') return formatBytes(value);
  const number =
    kind === 'exact' ? value.toLocaleString('en', { maximumFractionDigits: 6 }) : formatNumber(value);
  return unit === '1' ? number : `${number} ${unit}`;
}

export function intervalText({ interval }: Pick<MetricVerdict, 'interval'>): string {
  if (interval === null) return '';
  const { low, high } = interval;
  return `${low === null ? 'unbounded' : changeText(low)} to ${high === null ? 'unbounded' : changeText(high)}`;
}

/** `2 %`, `2 % and 0.1 ms`, `none`. */
export function thresholdText({
  threshold,
  unit,
  kind,
}: Pick<MetricVerdict, 'threshold' | 'unit' | 'kind'>): string {
  const { relative, absolute, limit } = threshold;
  const parts = [
    ...(relative > 0 ? [`${Number((relative * 100).toPrecision(6))} %`] : []),
    ...(absolute > 0 ? [valueText(absolute, { unit, kind })] : []),
  ];
  const allowed = parts.length === 0 ? 'none' : parts.join(' and ');
  return limit === null ? allowed : `${allowed}, limit ${valueText(limit, { unit, kind })}`;
}

/** Why, in a few words. */
export function reasonText(verdict: MetricVerdict): string {
  const { reason, samplesMissing, samples, interval } = verdict;
  const more = samplesMissing === null ? '' : `; some ${samplesMissing} more would decide`;
  const surely = interval === null ? '' : `, surely by ${intervalText(verdict)}`;
  switch (reason) {
    case 'equal':
      return 'the same';
    case 'within':
      return 'within what is allowed';
    case 'worse':
      return `worse than allowed${surely}`;
    case 'better':
      return `better${surely}`;
    case 'over-limit':
      return 'beyond its limit';
    case 'too-few':
      return `too few samples (${Math.min(samples.baseline, samples.candidate)})${more}`;
    case 'undecided':
      return `undecided: ${intervalText(verdict)}${more}`;
    case 'missing':
      return 'the candidate has no such metric';
    case 'added':
      return 'new: the baseline has no such metric';
    case 'no-samples':
      return 'the file holds no samples of it';
    case 'not-a-number':
      return 'a value is zero, negative or no number';
    case 'machine-changed':
      return 'the machine itself changed its speed between the two runs';
  }
}
