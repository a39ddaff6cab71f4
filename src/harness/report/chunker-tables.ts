/** Tables of `bench chunkers`: a line for each chunker and average, and every measurement. */
import { formatBytes, formatNumber } from '../../base/units.js';
import { isMonotonous } from '../measurement/data-kinds.js';
import { quantileShares } from '../statistics/distribution.js';
import { geometricMean } from '../statistics/summary.js';
import type { ChunkerResults, ChunkerRow, FoundAgain } from './chunker-results.js';
import type { Cell, Column, Table } from './tables.js';

/** One chunker at one average, over several kinds of data. */
export interface ChunkerSummary {
  readonly chunker: string;
  readonly averageBytes: number;
  /** Geometric mean over data; null where no speed was measured. */
  readonly gigabytesPerSecond: number | null;
  /** Mean and least over data and versions, as shares of a version's bytes. */
  readonly foundMean: number;
  readonly foundWorst: { readonly share: number; readonly data: string; readonly version: string };
  /** Mean over data of the mean chunk. */
  readonly meanBytes: number;
  /** Of all chunks; null where every chunk has one size by rule. */
  readonly forcedShare: number | null;
}

export function foundShare({ foundBytes, bytes }: FoundAgain): number {
  return bytes === 0 ? 1 : foundBytes / bytes;
}

/** Rows of data that has content to cut by; all where there is none other. */
export function ordinaryRows(rows: readonly ChunkerRow[]): readonly ChunkerRow[] {
  const ordinary = rows.filter(({ data }) => !isMonotonous(data));
  return ordinary.length === 0 ? rows : ordinary;
}

/** In the order of the rows. */
export function summarise(rows: readonly ChunkerRow[]): ChunkerSummary[] {
  const groups = new Map<string, ChunkerRow[]>();
  for (const row of ordinaryRows(rows)) {
    const key = `${row.averageBytes} ${row.chunker}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const found = group
      .flatMap(({ data, found: versions }) =>
        versions.map((one) => ({ share: foundShare(one), data, version: one.version })),
      )
      .sort((a, b) => a.share - b.share);
    const [foundWorst] = found;
    if (first === undefined || foundWorst === undefined) return [];
    const speeds = group.flatMap(({ gigabytesPerSecond }) => gigabytesPerSecond?.median ?? []);
    const forced = group.flatMap(({ chunks }) => chunks.forced ?? []);
    const chunkCount = sum(group.map(({ chunks }) => chunks.count));
    return [
      {
        chunker: first.chunker,
        averageBytes: first.averageBytes,
        gigabytesPerSecond: speeds.length === 0 ? null : geometricMean(speeds),
        foundMean: sum(found.map(({ share }) => share)) / found.length,
        foundWorst,
        meanBytes: sum(group.map(({ chunks }) => chunks.meanBytes)) / group.length,
        forcedShare: forced.length === 0 ? null : sum(forced) / chunkCount,
      },
    ];
  });
}

/** What the terminal shows. */
export function chunkerSummaryTable({ rows }: Pick<ChunkerResults, 'rows'>): Table {
  return {
    title: 'Chunkers',
    columns: [
      left('chunker'),
      right('average'),
      right('GB/s'),
      right('found again'),
      right('worst'),
      left('where'),
      right('mean chunk'),
      right('forced cuts'),
    ],
    rows: summarise(rows).map((row): Cell[] => [
      row.chunker,
      bytes(row.averageBytes),
      speed(row.gigabytesPerSecond),
      percent(row.foundMean),
      percent(row.foundWorst.share),
      `${row.foundWorst.data}, ${row.foundWorst.version}`,
      bytes(row.meanBytes),
      row.forcedShare === null ? '' : percent(row.forcedShare),
    ]),
  };
}

/** How much of each edited version each chunker found again. */
export function foundAgainTable({ rows }: Pick<ChunkerResults, 'rows'>): Table {
  const versions = [...new Set(rows.flatMap(({ found }) => found.map(({ version }) => version)))];
  return {
    title: 'Bytes found again',
    columns: [
      left('data'),
      right('average'),
      left('chunker'),
      ...versions.map((version) => right(version)),
      right('GB/s'),
      right('lowest'),
      right('highest'),
    ],
    rows: rows.map(({ data, averageBytes, chunker, found, gigabytesPerSecond }): Cell[] => [
      data,
      bytes(averageBytes),
      chunker,
      ...versions.map((version): Cell => {
        const one = found.find((candidate) => candidate.version === version);
        return one === undefined ? '' : percent(foundShare(one));
      }),
      speed(gigabytesPerSecond?.median ?? null),
      speed(gigabytesPerSecond?.low ?? null),
      speed(gigabytesPerSecond?.high ?? null),
    ]),
  };
}

export function chunkSizeTable({ rows }: Pick<ChunkerResults, 'rows'>): Table {
  return {
    title: 'Chunk sizes',
    columns: [
      left('data'),
      right('average'),
      left('chunker'),
      right('chunks'),
      right('mean'),
      right('variation'),
      ...quantileShares.map((share) => right(`${Math.round(share * 100)} %`)),
      right('forced cuts'),
    ],
    rows: rows.map(({ data, averageBytes, chunker, chunks }): Cell[] => [
      data,
      bytes(averageBytes),
      chunker,
      { text: chunks.count.toLocaleString('en'), value: chunks.count },
      bytes(chunks.meanBytes),
      { text: chunks.variation.toFixed(2), value: chunks.variation },
      ...chunks.quantileBytes.map(bytes),
      chunks.forced === null ? '' : percent(chunks.forced / chunks.count),
    ]),
  };
}

export function chunkedDataTable({ data }: ChunkerResults): Table {
  return {
    title: 'Data',
    columns: [left('data'), right('size'), right('edits in a version'), left('what it is'), left('SHA-256')],
    rows: data.map(({ name, bytes: size, edits, summary, sha256 }): Cell[] => [
      name,
      bytes(size),
      { text: String(edits), value: edits },
      summary,
      sha256.slice(0, 16),
    ]),
  };
}

function left(title: string): Column {
  return { title, align: 'left' };
}

function right(title: string): Column {
  return { title, align: 'right' };
}

function bytes(value: number): Cell {
  return { text: formatBytes(value), value };
}

function percent(share: number): Cell {
  return { text: `${(share * 100).toFixed(1)} %`, value: share };
}

function speed(value: number | null): Cell {
  return value === null ? '' : { text: formatNumber(value), value };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
