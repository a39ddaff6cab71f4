/** What `inspect` tells: as a document for scripts, as tables for people. */
import { formatBytes, formatNumber } from '../../base/units.js';
import { operationNames } from '../../engine/apply/inspect.js';
import type { PackageReport, SegmentRow } from '../../engine/apply/inspect.js';
import type { SnapshotId } from '../../engine/fingerprint/identity.js';
import { packingNames } from '../../engine/package/codecs.js';
import { streamNames, type StreamName } from '../../engine/package/model.js';
import { hex } from './hex.js';
import { textFacts, textTable } from '../../base/text-table.js';
import { isoTime } from './time.js';
import { counted, cutOff } from './words.js';

/** Rows of a table unless all are asked for: one screen. */
const rowsMax = 20;

export function reportDocument(path: string, report: PackageReport): object {
  const { header, packageBytes, packageId, root, ...rest } = report;
  const identity = (id: SnapshotId) => ({ ...id, content: hex(id.content), metadata: hex(id.metadata) });
  return {
    delta: path,
    bytes: packageBytes,
    id: hex(packageId),
    root: hex(root),
    header: { ...header, base: identity(header.base), target: identity(header.target) },
    ...rest,
  };
}

/** `all` shows every row. */
export function reportText(path: string, report: PackageReport, all: boolean): string {
  const limit = all ? Infinity : rowsMax;
  const parts = [textFacts(headerFacts(path, report))];
  const changes = report.header.form === 'tree' ? changeRows(report) : [];
  if (changes.length > 0) {
    const shown = changes.slice(0, limit);
    parts.push(
      [
        textTable(['entry', 'kind', 'size', 'path'], shown),
        ...cutOff(changes.length, shown.length, 'entry'),
      ].join('\n'),
    );
  }
  if (report.segments.length > 0) {
    const shown = report.segments.slice(0, limit).map(segmentRow);
    const head = [
      'segment',
      'address',
      'target',
      'packed',
      'operations',
      'differences',
      'literals',
      'needs',
      'decided by',
    ];
    parts.push(
      [textTable(head, shown), ...cutOff(report.segments.length, shown.length, 'segment')].join('\n'),
      streamTable(report),
      codecTable(report),
      operationTable(report),
    );
  }
  return parts.join('\n\n');
}

function headerFacts(path: string, report: PackageReport): [string, string][] {
  const { header, structure, segments, packageBytes, root, signatures } = report;
  const { base, target } = header;
  const { totalBytes } = target;
  const share =
    totalBytes === 0 ? '' : `, ${formatNumber((packageBytes / totalBytes) * 100)} % of the target`;
  const versions = Object.entries(header.versions).map(([writer, count]) => `${writer}=${count}`);
  const parameters = Object.entries(header.parameters).map(([key, value]) => `${key}=${value}`);
  const side = (id: SnapshotId) =>
    `${formatBytes(id.totalBytes)}, ${counted(id.entryCount, 'entry')}, ${hex(id.content)}`;
  return [
    ['package', `${path}, ${formatBytes(packageBytes)}${share}`],
    ['volume', `${header.volume} (${header.form})`],
    ['time', isoTime(header.timeMicros)],
    ['versions', versions.length === 0 ? 'none' : versions.join(' ')],
    ['strategy', `${header.strategy} ${parameters.join(' ')}`],
    ['base', side(base)],
    ['target', side(target)],
    [
      'structure',
      `${counted(structure.changed.length, 'entry')} changed, ${structure.removed.length} removed`,
    ],
    ['segments', String(segments.length)],
    ['root', hex(root)],
    [
      'signed',
      signatures.length === 0
        ? 'no'
        : signatures.map(({ keyId, state }) => `by ${keyId} (${state})`).join(', '),
    ],
  ];
}

function changeRows({ structure }: PackageReport): string[][] {
  return [
    ...structure.removed.map((path) => ['removed', '', '', path]),
    ...structure.changed.map(({ entry, renamedFrom }) => [
      renamedFrom === undefined ? 'changed' : 'renamed',
      entry.kind,
      entry.kind === 'file' ? formatBytes(entry.sizeBytes) : '',
      renamedFrom === undefined ? entry.path : `${renamedFrom} -> ${entry.path}`,
    ]),
  ];
}

function segmentRow({
  index,
  targetAddress,
  targetBytes,
  dependencies,
  streams,
  decisions,
}: SegmentRow): string[] {
  const packedBytes = streamNames.reduce((sum, name) => sum + streams[name].packedBytes, 0);
  const needs = dependencies.slice(0, 4).join(' ');
  return [
    String(index),
    String(targetAddress),
    formatBytes(targetBytes),
    formatBytes(packedBytes),
    packing([streams.instructions, streams.lengths, streams.addresses]),
    packing([streams.differences]),
    packing([streams.literals]),
    dependencies.length === 0 ? '-' : dependencies.length > 4 ? `${needs} ...` : needs,
    decisions === undefined
      ? '-'
      : `${decisions.reason}, ${formatNumber(decisions.literalMillibits / 1000)} bit/byte`,
  ];
}

/** Codecs and raw bytes of streams that are told as one. */
function packing(streams: readonly SegmentRow['streams'][StreamName][]): string {
  const used = streams.filter(({ rawBytes }) => rawBytes > 0);
  if (used.length === 0) return '-';
  const codecs = new Set(used.map(({ codec }) => codec));
  return `${[...codecs].join(', ')} of ${formatBytes(used.reduce((sum, { rawBytes }) => sum + rawBytes, 0))}`;
}

/** What the streams of all segments take, each sort. */
function streamTable({ totals }: PackageReport): string {
  const rows = streamNames
    .map((name) => ({ name, ...totals.byStream[name] }))
    .filter(({ rawBytes }) => rawBytes > 0)
    .map(({ name, rawBytes, packedBytes }) => [name, formatBytes(rawBytes), formatBytes(packedBytes)]);
  return textTable(['stream', 'before', 'packed'], rows);
}

function codecTable({ totals }: PackageReport): string {
  const rows = packingNames
    .map((codec) => ({ codec, ...totals.byCodec[codec] }))
    .filter(({ streams }) => streams > 0)
    .map(({ codec, streams, rawBytes, packedBytes }) => [
      codec,
      String(streams),
      formatBytes(rawBytes),
      formatBytes(packedBytes),
    ]);
  return textTable(['codec', 'streams', 'before', 'packed'], rows);
}

function operationTable({ totals }: PackageReport): string {
  const rows = operationNames
    .map((name) => ({ name, ...totals.byOperation[name] }))
    .filter(({ count }) => count > 0)
    .map(({ name, count, targetBytes }) => [name, String(count), formatBytes(targetBytes)]);
  return textTable(['operation', 'count', 'rebuilds'], rows);
}
