/** Tables of the report as data: headings and cells, numbers beside their text so that they can be sorted. */
import { formatBytes, formatDuration, formatNumber } from '../../base/units.js';
import { bytesSent, sampledMedian } from '../statistics/values.js';
import type { LabResults } from './lab-results.js';
import { formatBitRate, formatPercent, metricWords } from './words.js';
import { exclusionWords } from './explain.js';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Text, or text with the number that it stands for. */
export type Cell = string | { readonly text: string; readonly value: number };

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });
const bytes = (value: number): Cell => ({ text: formatBytes(value), value });
const ms = (value: number): Cell => ({ text: formatDuration(value), value });

export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** Every measurement: one line for each configuration and workload. */
export function measurementsTable(results: LabResults): Table {
  return {
    title: 'Measurements',
    columns: [
      left('workload'),
      left('configuration'),
      right('sent'),
      right('of target'),
      right('diff'),
      right('diff CPU'),
      right('apply'),
      right('apply CPU'),
      right('peak memory'),
      right('literal'),
    ],
    rows: results.rows.map((row) => {
      const size = results.workloads.find(({ name }) => name === row.workload)?.targetBytes ?? 0;
      const sent = bytesSent(row);
      const share = size === 0 ? 0 : sent / size;
      return [
        row.workload,
        row.configuration,
        bytes(sent),
        { text: `${formatNumber(share * 100)} %`, value: share },
        ms(sampledMedian(row, 'diffWallMs')),
        ms(sampledMedian(row, 'diffCpuMs')),
        ms(sampledMedian(row, 'applyWallMs')),
        ms(sampledMedian(row, 'applyCpuMs')),
        bytes(sampledMedian(row, 'diffPeakBytes')),
        bytes(row.operationBytes.literal),
      ];
    }),
  };
}

/** Scores of the eligible configurations of one profile, and why the others are not. */
export function rankingTable(results: LabResults, profileName: string): Table {
  const profile = results.profiles.find(({ name }) => name === profileName);
  const verdict = results.verdicts.find(({ profile: name }) => name === profileName);
  const objectives = profile?.objectives ?? [];
  const own = (id: string): string => (id === profile?.configuration ? `${id} (own)` : id);
  const bitsPerSecond = profile?.link.bitsPerSecond ?? 1;
  return {
    title: `${profileName}: ranking`,
    columns: [
      right('place'),
      left('configuration'),
      right('score'),
      ...objectives.map(({ metric, weight }) =>
        right(`${metricWords[metric].title} (${formatPercent(weight)})`),
      ),
      right(`mean time to sync at ${formatBitRate(bitsPerSecond)}`),
      left('why not'),
    ],
    rows: [
      ...(verdict?.ranking ?? []).map(
        ({ configuration, score, objectives: parts, meanSync }, index): Cell[] => [
          { text: String(index + 1), value: index + 1 },
          own(configuration),
          { text: score.toFixed(2), value: score },
          ...parts.map(({ ratio }): Cell => ({ text: `${ratio.toFixed(2)}x`, value: ratio })),
          ms(meanSync.fixedMs + (8000 * meanSync.bytes) / bitsPerSecond),
          '',
        ],
      ),
      ...(verdict?.excluded ?? []).map(({ configuration, reasons }): Cell[] => [
        { text: '-', value: Infinity },
        own(configuration),
        ...Array.from({ length: objectives.length + 2 }, (): Cell => ({ text: '', value: Infinity })),
        reasons.map(exclusionWords).join('; '),
      ]),
    ],
  };
}

export function workloadsTable(results: LabResults): Table {
  return {
    title: 'Workloads',
    columns: [left('workload'), right('base'), right('target'), right('truly changed'), left('what it is')],
    rows: results.workloads.map(({ name, baseBytes, targetBytes, changedBytes, summary }) => [
      name,
      bytes(baseBytes),
      bytes(targetBytes),
      changedBytes === null ? { text: 'unknown', value: -1 } : bytes(changedBytes),
      summary,
    ]),
  };
}

/** Sums over all workloads: what the terminal shows. */
export function configurationsTable(results: LabResults): Table {
  return {
    title: 'All workloads together',
    columns: [
      left('configuration'),
      right('sent'),
      right('diff'),
      right('diff CPU'),
      right('apply'),
      right('peak memory'),
      left('wins for'),
    ],
    rows: results.configurations
      .map(({ id }) => ({ id, rows: results.rows.filter(({ configuration }) => configuration === id) }))
      .filter(({ rows }) => rows.length > 0)
      .map(({ id, rows }) => ({ id, rows, sent: rows.reduce((sum, row) => sum + bytesSent(row), 0) }))
      .sort((a, b) => a.sent - b.sent)
      .map(({ id, rows, sent }) => [
        id,
        bytes(sent),
        ms(rows.reduce((sum, row) => sum + sampledMedian(row, 'diffWallMs'), 0)),
        ms(rows.reduce((sum, row) => sum + sampledMedian(row, 'diffCpuMs'), 0)),
        ms(rows.reduce((sum, row) => sum + sampledMedian(row, 'applyWallMs'), 0)),
        bytes(Math.max(...rows.map((row) => sampledMedian(row, 'diffPeakBytes')))),
        results.verdicts
          .filter(({ winner }) => winner === id)
          .map(({ profile }) => profile)
          .join(', '),
      ]),
  };
}

export function environmentTable({
  environment,
  options,
}: Pick<LabResults, 'environment' | 'options'>): Table {
  const more: [string, string][] = [
    ['rounds', String(options.rounds)],
    ['configurations at once', String(options.jobs)],
  ];
  return machineTable(environment, more);
}

/** The machine and the program, and what else a run has to say of itself. */
export function machineTable(
  environment: LabResults['environment'],
  more: readonly [string, string][],
): Table {
  const { calibration } = environment;
  const rows: [string, string][] = [
    ['measured', environment.measuredAt],
    [
      'snapdelta',
      `${environment.snapdelta}${environment.gitCommit === null ? '' : ` (${environment.gitCommit})`}`,
    ],
    ['CPU', `${environment.cpu}, ${environment.cores} cores`],
    ['memory', formatBytes(environment.memoryBytes)],
    ['system', `${environment.platform}, kernel ${environment.kernel}`],
    ['Node', `${environment.node}, V8 ${environment.v8}`],
    ['memcpy', `${calibration.memcpyGigabytesPerSecond.toFixed(1)} GB/s`],
    ['SHA-256', `${calibration.sha256GigabytesPerSecond.toFixed(2)} GB/s`],
    ['a million integer steps', formatDuration(calibration.loopMillisecondsPerMillion)],
    ...more,
  ];
  return { title: 'Environment', columns: [left('what'), left('value')], rows };
}
