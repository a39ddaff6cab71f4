/**
 * What is judged of a volume, in groups with weights: each metric as a comparison of the same volume with either side, its absolute floor, and what change of it counts.
 *
 * Laws: less is better for all. A floor is added to both sides of a ratio, so that a figure of zero has one, and a change of nearly nothing is none: 0 and 3 retries are compared by their
 * difference, in units of the floor.
 */
import type { VolumeFigures } from './volume-run.js';

export const groupNames = ['bytes', 'time to sync', 'CPU', 'memory', 'retries'] as const;
export type GroupName = (typeof groupNames)[number];

/** Shares of the score; they sum to 1. */
export const groupWeights: Readonly<Record<GroupName, number>> = {
  bytes: 0.3,
  'time to sync': 0.3,
  CPU: 0.2,
  memory: 0.1,
  retries: 0.1,
};

/**
 * How volumes are put together: `each` compares every volume with itself and takes the geometric mean of the ratios, so that small volumes count as much as large ones; `total` compares
 * sums; `slower` counts the pushes that took a tenth longer than the same push with the other side; `tail` compares the quantile 0.99 of all pushes, each in multiples of what its volume
 * usually takes on the stable side.
 */
export type Gathering = 'each' | 'total' | 'slower' | 'tail';

export interface CanaryMetric {
  readonly name: string;
  readonly group: GroupName;
  readonly unit: 'B' | 'ms' | '1';
  readonly gathering: Gathering;
  /** In its unit, for each volume. */
  readonly floor: number;
  /** Values of a volume: one, or for `slower` and `tail` one for each push. */
  readonly of: (figures: VolumeFigures) => readonly number[];
  /** Whether it may stay undecided: a quantile that hangs on the few pushes that lost a packet at a bad moment varies by half from run to run, whatever the side. */
  readonly mayStayOpen?: true;
  /** Whether it is the same in every run: then it tells of the units that were seen, however few they are. */
  readonly isExact?: true;
  readonly words: string;
}

/** What is judged together: a simulated volume, a directory, a step from one snapshot to the next. */
export type UnitName = 'volume' | 'directory' | 'step';

/** Of what is judged, and by which metrics. */
export interface Basis {
  readonly unit: UnitName;
  readonly metrics: readonly CanaryMetric[];
}

export const canaryMetrics: readonly CanaryMetric[] = [
  {
    name: 'wire bytes',
    group: 'bytes',
    unit: 'B',
    gathering: 'each',
    floor: 1024,
    of: ({ wireBytes }) => [wireBytes],
    words: 'bytes on the wire of the pushes of a volume, with headers and repetitions',
  },
  {
    name: 'stored bytes',
    group: 'bytes',
    unit: 'B',
    gathering: 'each',
    floor: 1024,
    of: ({ storedBytes }) => [storedBytes],
    words: 'bytes that the server keeps of a volume in the end',
  },
  {
    name: 'time to sync p50',
    group: 'time to sync',
    unit: 'ms',
    gathering: 'each',
    floor: 1,
    of: ({ syncMs }) => [middleOf(syncMs)],
    words: 'from the call of a push until the server shows the version: the median of a volume',
  },
  {
    name: 'time to sync p99',
    group: 'time to sync',
    unit: '1',
    gathering: 'tail',
    floor: 0,
    of: ({ syncMs }) => syncMs,
    mayStayOpen: true,
    words: 'the slowest of a hundred pushes, in multiples of what its volume usually takes',
  },
  {
    name: 'slower pushes',
    group: 'time to sync',
    unit: '1',
    gathering: 'slower',
    floor: 0.04,
    of: ({ syncMs }) => syncMs,
    words: 'pushes that took a tenth longer than the same push with the other side',
  },
  {
    name: 'CPU',
    group: 'CPU',
    unit: 'ms',
    gathering: 'each',
    floor: 0.1,
    of: ({ workMs }) => [workMs],
    words: 'CPU of agent and server for the pushes of a volume, by the model of exact counts',
  },
  {
    name: 'memory peak',
    group: 'memory',
    unit: 'B',
    gathering: 'each',
    floor: 1024,
    of: ({ peakBytes }) => [peakBytes],
    words: 'the most that the agent of a volume holds at once for a segment, its cache included',
  },
  {
    name: 'retries',
    group: 'retries',
    unit: '1',
    gathering: 'total',
    floor: 0.2,
    of: ({ retries }) => [retries],
    words: 'connections that pushes needed beyond their first',
  },
];

export const fleetBasis: Basis = { unit: 'volume', metrics: canaryMetrics };

/** Of real directories: packages and processes. There is no connection that could be lost. */
const directoryMetrics: readonly CanaryMetric[] = [
  {
    name: 'package bytes',
    group: 'bytes',
    unit: 'B',
    gathering: 'each',
    floor: 1024,
    of: ({ wireBytes }) => [wireBytes],
    isExact: true,
    words: 'bytes of the packages',
  },
  {
    name: 'time to sync p50',
    group: 'time to sync',
    unit: 'ms',
    gathering: 'each',
    floor: 10,
    of: ({ syncMs }) => [middleOf(syncMs)],
    words: 'diff, transfer and apply of a step, by the model of the link',
  },
  {
    name: 'slower steps',
    group: 'time to sync',
    unit: '1',
    gathering: 'slower',
    floor: 0.04,
    of: ({ syncMs }) => syncMs,
    words: 'steps that took a tenth longer than the same step with the other side',
  },
  {
    name: 'diff CPU',
    group: 'CPU',
    unit: 'ms',
    gathering: 'each',
    floor: 10,
    of: ({ workMs }) => [workMs],
    words: 'CPU of the processes that make the packages, beyond what Node takes to start',
  },
  {
    name: 'apply CPU',
    group: 'CPU',
    unit: 'ms',
    gathering: 'each',
    floor: 10,
    of: ({ applyMs }) => [applyMs ?? NaN],
    words: 'CPU of the processes that apply them, beyond what Node takes to start',
  },
  {
    name: 'memory peak',
    group: 'memory',
    unit: 'B',
    gathering: 'each',
    floor: 1024 * 1024,
    of: ({ peakBytes }) => [peakBytes],
    words: 'resident set of the largest of these processes',
  },
];

export function directoryBasis(unit: 'directory' | 'step'): Basis {
  return { unit, metrics: directoryMetrics };
}

/** NaN of none. */
export function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
