/** Tables of one pipeline row: where the time went, and what was counted. */
import { formatBytes, formatDuration, formatNumber } from '../../base/units.js';
import type { Row } from '../measurement/row.js';
import { spread } from '../statistics/summary.js';
import { bytesSent } from '../statistics/values.js';
import type { PipelineResults } from './pipeline-results.js';
import type { Cell, Table } from './tables.js';

/** One line for each workload: what it cost as a whole. */
export function pipelineTable({ rows, configuration }: PipelineResults): Table {
  return {
    title: configuration.id,
    columns: [
      { title: 'workload', align: 'left' },
      ...['sent', 'diff', 'diff CPU', 'apply', 'apply CPU', 'peak memory'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    rows: rows.map((row) => [
      row.workload,
      { text: formatBytes(bytesSent(row)), value: bytesSent(row) },
      range(row.samples.diffWallMs, formatDuration),
      range(row.samples.diffCpuMs, formatDuration),
      range(row.samples.applyWallMs, formatDuration),
      range(row.samples.applyCpuMs, formatDuration),
      range(row.samples.diffPeakBytes, formatBytes),
    ]),
  };
}

/** Stages in the order of the pipeline, with their share of what all stages took. */
export function stageTable(row: Row, phase: 'diff' | 'apply'): Table {
  const stages = Object.entries(row.stageMs[phase]).map(([stage, samples]) => ({
    stage,
    samples: spread(samples),
  }));
  const total = stages.reduce((sum, { samples }) => sum + samples.median, 0);
  return {
    title: `${row.workload}: stages of ${phase}`,
    columns: [
      { title: `${phase} stage`, align: 'left' },
      { title: 'median', align: 'right' },
      { title: 'lowest', align: 'right' },
      { title: 'highest', align: 'right' },
      { title: 'share', align: 'right' },
    ],
    rows: stages.map(({ stage, samples: { median, low, high } }): Cell[] => [
      stage,
      ...[median, low, high].map((value) => ({ text: formatDuration(value), value })),
      { text: total === 0 ? '' : `${formatNumber((median / total) * 100)} %`, value: median },
    ]),
  };
}

/** Exact counts; the same on every machine. */
export function countTable(row: Row): Table {
  const named = (phase: 'diff' | 'apply'): Cell[][] =>
    Object.entries(row.counts[phase]).map(([name, value]) => [
      phase,
      name,
      { text: value.toLocaleString('en'), value },
    ]);
  const covered = Object.entries(row.operationBytes).map(([kind, value]): Cell[] => [
    'package',
    `bytes by ${kind}`,
    { text: value.toLocaleString('en'), value },
  ]);
  return {
    title: `${row.workload}: counts`,
    columns: [
      { title: 'of', align: 'left' },
      { title: 'count', align: 'left' },
      { title: 'exactly', align: 'right' },
    ],
    rows: [...named('diff'), ...named('apply'), ...covered],
  };
}

/** WebAssembly instructions by stage; without rows where the metered kernels did not run. */
export function instructionTable(row: Row): Table {
  const of = (phase: 'diff' | 'apply'): Cell[][] => {
    const counted = row.instructions?.[phase];
    if (counted === undefined) return [];
    const named = [
      ...Object.entries(counted.stages),
      ['outside of stages', counted.other] as const,
      ['once in each thread', counted.eachLane] as const,
    ];
    const total = named.reduce((sum, [, value]) => sum + value, 0);
    return [...named, ['together', total] as const].map(([name, value]) => [
      phase,
      name,
      { text: value.toLocaleString('en'), value },
    ]);
  };
  return {
    title: `${row.workload}: executed WebAssembly instructions`,
    columns: [
      { title: 'of', align: 'left' },
      { title: 'stage', align: 'left' },
      { title: 'exactly', align: 'right' },
    ],
    rows: [...of('diff'), ...of('apply')],
  };
}

function range(samples: readonly number[], format: (value: number) => string): Cell {
  const { median, low, high } = spread(samples);
  return {
    text: low === high ? format(median) : `${format(median)} (${format(low)} .. ${format(high)})`,
    value: median,
  };
}
