/**
 * The figures of a history as series, and where in them a metric changed.
 *
 * Exact figures change where they differ from the run before. Sampled ones change where statistics/change-points.ts says so, among runs of
 * the machine of the last one: a new machine is no change of the program.
 */
import { present } from '../../../base/errors.js';
import { changePoints } from '../../statistics/change-points.js';
import { median } from '../../statistics/summary.js';
import { machineDifferences } from '../../verdict/machine.js';
import type { HistoryLine } from './history.js';

export interface HistoryPoint {
  /** From 0. */
  readonly run: number;
  readonly at: string;
  readonly label: string;
  readonly value: number;
}

/** Runs between two changes. */
export interface HistorySegment {
  readonly first: HistoryPoint;
  readonly last: HistoryPoint;
  readonly median: number;
  /** Of the median against that of the segment before; null for the first, and where it was zero before. */
  readonly change: number | null;
}

/** A metric that the last run has. */
export interface HistorySeries {
  readonly metric: string;
  readonly unit: string;
  readonly direction: HistoryLine['figures'][number]['direction'];
  readonly kind: HistoryLine['figures'][number]['kind'];
  readonly points: readonly HistoryPoint[];
  /** Runs of another machine, where the metric is sampled. */
  readonly foreign: readonly HistoryPoint[];
  readonly segments: readonly HistorySegment[];
}

/** In the order of the last run. */
export function historySeries(lines: readonly HistoryLine[]): HistorySeries[] {
  const last = lines.at(-1);
  return (last?.figures ?? []).map(({ metric, unit, direction, kind }) => {
    const points: HistoryPoint[] = [];
    const foreign: HistoryPoint[] = [];
    for (const [run, line] of lines.entries()) {
      const figure = line.figures.find((one) => one.metric === metric);
      if (figure === undefined) continue;
      const isComparable = kind === 'exact' || isSameMachine(line, last);
      (isComparable ? points : foreign).push({ run, at: line.at, label: line.label, value: figure.value });
    }
    const values = points.map(({ value }) => value);
    const places = kind === 'exact' ? steps(values) : changePoints(values);
    return { metric, unit, direction, kind, points, foreign, segments: segmentsOf(points, places) };
  });
}

function segmentsOf(points: readonly HistoryPoint[], places: readonly number[]): HistorySegment[] {
  if (points.length === 0) return [];
  let before: number | undefined;
  return [0, ...places].map((start, index): HistorySegment => {
    const own = points.slice(start, places[index]);
    const middle = median(own.map(({ value }) => value));
    const change = before === undefined || before === 0 ? null : middle / before - 1;
    before = middle;
    return {
      first: present(own[0], 'point'),
      last: present(own.at(-1), 'point'),
      median: middle,
      change,
    };
  });
}

export interface HistoryChange {
  readonly metric: string;
  /** The run from which on it is so, from 0. */
  readonly run: number;
  readonly at: string;
  readonly label: string;
  /** Of the medians before and from then on; null where it was zero before. */
  readonly change: number | null;
}

/** The last change of each metric that the last run has, newest first. */
export function historyChanges(series: readonly HistorySeries[]): HistoryChange[] {
  const changes = series.flatMap(({ metric, segments }): HistoryChange[] => {
    const last = segments.at(-1);
    if (last === undefined || segments.length === 1) return [];
    const { run, at, label } = last.first;
    return [{ metric, run, at, label, change: last.change }];
  });
  return changes.sort((a, b) => b.run - a.run);
}

/** Places at which a value differs from the one before. */
function steps(values: readonly number[]): number[] {
  return values.flatMap((value, place) => (place > 0 && value !== values[place - 1] ? [place] : []));
}

function isSameMachine({ environment }: HistoryLine, last: HistoryLine | undefined): boolean {
  const other = last?.environment ?? null;
  return environment !== null && other !== null && machineDifferences(environment, other).length === 0;
}
