/** Tables of `bench kernels`: every row, and every target with what was reached. */
import { formatBytes, formatNumber } from '../../base/units.js';
import { targetStatuses, type TargetResult } from '../tuning/kernel-targets.js';
import type { KernelRow } from './kernel-results.js';
import type { Cell, Column, Table } from './tables.js';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

/** Columns of figures that no row has are left out. */
export function kernelsTable(rows: readonly KernelRow[]): Table {
  const isCounted = rows.some(({ wasmInstructionsPerByte }) => wasmInstructionsPerByte !== null);
  const isSized = rows.some(({ encodedShare }) => encodedShare !== null);
  return {
    title: 'Kernels',
    columns: [
      left('kernel'),
      left('implementation'),
      right('block'),
      left('data'),
      right('GB/s'),
      right('lowest'),
      right('highest'),
      ...(isCounted ? [right('instructions/byte')] : []),
      ...(isSized ? [right('encoded, compressed')] : []),
    ],
    rows: rows.map((row) => {
      const { median, low, high } = row.gigabytesPerSecond;
      return [
        row.kernel,
        row.implementation,
        { text: formatBytes(row.blockBytes), value: row.blockBytes },
        row.data,
        ...[median, low, high].map((value): Cell => ({ text: speed(value), value })),
        ...(isCounted ? [orBlank(row.wasmInstructionsPerByte, formatNumber)] : []),
        ...(isSized ? [orBlank(row.encodedShare, (share) => `${formatNumber(share * 100)} %`)] : []),
      ];
    }),
  };
}

/** `target | measured [range] | met`, one line for each. */
export function targetsTable(targets: readonly TargetResult[]): Table {
  return {
    title: 'Targets',
    columns: [left('target'), right('at least, at most'), right('measured'), left('range'), left('result')],
    rows: targets.map((target) => [
      targetWords(target),
      limitWords(target),
      orBlank(target.measured?.median ?? null, (value) => figureWords(target, value)),
      rangeWords(target),
      target.status,
    ]),
  };
}

/** `xxh3-128 of random, 4 KiB: speed against hash-wasm`. */
export function targetWords({ kernel, data, blockBytes, figure, peer }: TargetResult): string {
  const place = `${kernel} of ${data}, ${formatBytes(blockBytes)}`;
  if (figure === 'instructions') return `${place}: instructions a byte`;
  return `${place}: ${figure === 'size' ? 'compressed size' : figure} against ${peer ?? ''}`;
}

export function limitWords(target: TargetResult): string {
  return `${target.figure === 'speed' ? '>=' : '<='} ${figureWords(target, target.limit)}`;
}

/** A limit of instructions or of size may be missed by little: three places show it. */
function figureWords({ figure }: TargetResult, value: number): string {
  if (figure === 'instructions') return formatFixed(value, 3);
  return `${formatFixed(value, figure === 'size' ? 3 : 2)}x`;
}

function formatFixed(value: number, places: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(places);
}

/** Exact figures have none. */
function rangeWords(target: TargetResult): string {
  const { measured } = target;
  if (measured === null || measured.low === measured.high) return '';
  return `${figureWords(target, measured.low)} to ${figureWords(target, measured.high)}`;
}

/** What encoded sizes are of, for those who read them beside speeds. */
const sizeWords =
  'Encoded sizes of our deltas are after compression at level 3, as a package holds them; their speed is without it. The speed and size of zstd ' +
  'are both of its whole work.';

/** Undefined where no row has a size. */
export function sizeNote(rows: readonly KernelRow[]): string | undefined {
  return rows.some(({ encodedShare }) => encodedShare !== null) ? sizeWords : undefined;
}

/** How many of the targets that could be judged are met, and why the others could not be. */
export function targetsSummary(targets: readonly TargetResult[]): string {
  const countOf = (wanted: TargetResult['status']): number =>
    targets.filter(({ status }) => status === wanted).length;
  const met = countOf('met');
  const judged = met + countOf('missed');
  const open = targets.length - judged;
  const reasons = targetStatuses
    .filter((status) => status !== 'met' && status !== 'missed' && countOf(status) > 0)
    .map((status) => `${countOf(status)} ${status}`);
  const unjudged = open === 0 ? '' : `, ${open} could not be judged (${reasons.join(', ')})`;
  return `${met} of ${judged} targets met${unjudged}`;
}

function orBlank(value: number | null, format: (value: number) => string): Cell {
  return value === null ? '' : { text: format(value), value };
}

function speed(gigabytesPerSecond: number): string {
  return gigabytesPerSecond < 0.1 ? gigabytesPerSecond.toFixed(4) : gigabytesPerSecond.toFixed(2);
}
