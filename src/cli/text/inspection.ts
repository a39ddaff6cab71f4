/** What `inspect` tells: as a document for scripts, as tables for people. */
import type { SnapshotId } from '../../engine/fingerprint/identity.js';
import { formatBytes, formatNumber } from '../../base/units.js';
import { streamNames } from '../../engine/package/model.js';
import type { Inspection, SegmentFacts } from '../../engine/inspect.js';
import { hex } from './hex.js';
import { facts, table } from './table.js';
import { isoTime } from './time.js';

/** Rows of a table unless all are asked for: one screen. */
const rowsMax = 20;

export function inspectionDocument(path: string, inspection: Inspection) {
  const { packageBytes, header, structure, segments, footer, signatures } = inspection;
  const { volume, form, versions, timeMicros, strategy, parameters } = header;
  const identity = (id: SnapshotId) => ({ ...id, content: hex(id.content), metadata: hex(id.metadata) });
  return {
    delta: path,
    bytes: packageBytes,
    header: {
      volume,
      form,
      versions,
      timeMicros,
      strategy,
      parameters,
      base: identity(header.base),
      target: identity(header.target),
    },
    structure,
    segments: segments.map((segment) => ({ ...segment, contentDigest: hex(segment.contentDigest) })),
    codecs: codecTotals(segments),
    root: hex(footer.root),
    signatures,
  };
}

export function inspectionText(path: string, inspection: Inspection, all: boolean): string {
  const { header, segments } = inspection;
  const shownSegments = all ? segments : segments.slice(0, rowsMax);
  const changes = structureLines(inspection);
  const shownChanges = all ? changes : changes.slice(0, rowsMax);
  return [
    facts(headerFacts(path, inspection)),
    ...(header.form === 'tree' && changes.length > 0
      ? [
          '',
          table(['entry', 'kind', 'size', 'path'], shownChanges),
          ...more(changes, shownChanges, 'entries'),
        ]
      : []),
    ...(segments.length > 0
      ? [
          '',
          table(
            ['segment', 'address', 'target', 'packed', ...streamNames, 'needs', 'decided by'],
            shownSegments.map(segmentRow),
          ),
          ...more(segments, shownSegments, 'segments'),
          '',
          table(
            ['codec', 'streams', 'before', 'packed'],
            codecTotals(segments).map(({ codec, streams, rawBytes, packedBytes }) => [
              codec,
              String(streams),
              formatBytes(rawBytes),
              formatBytes(packedBytes),
            ]),
          ),
        ]
      : []),
  ].join('\n');
}

function headerFacts(path: string, inspection: Inspection): [string, string][] {
  const { packageBytes, header, structure, segments, footer } = inspection;
  const { base, target } = header;
  const share =
    target.totalBytes === 0
      ? ''
      : `, ${formatNumber((packageBytes / target.totalBytes) * 100)} % of the target`;
  const versions = Object.entries(header.versions).map(([writer, count]) => `${writer}=${count}`);
  const parameters = Object.entries(header.parameters).map(([key, value]) => `${key}=${value}`);
  const signatures = inspection.signatures.map(({ keyId, state }) => `by ${keyId} (${state})`);
  const side = (id: SnapshotId) =>
    `${formatBytes(id.totalBytes)}, ${id.entryCount} ${id.entryCount === 1 ? 'entry' : 'entries'}, ${hex(id.content)}`;
  return [
    ['package', `${path}, ${formatBytes(packageBytes)}${share}`],
    ['volume', `${header.volume} (${header.form})`],
    ['time', isoTime(header.timeMicros)],
    ['versions', versions.length === 0 ? 'none' : versions.join(' ')],
    ['strategy', `${header.strategy} ${parameters.join(' ')}`],
    ['fingerprint', target.fingerprint],
    ['base', side(base)],
    ['target', side(target)],
    ['structure', `${structure.changed.length} entries changed, ${structure.removed.length} removed`],
    ['segments', String(segments.length)],
    ['root', hex(footer.root)],
    ['signed', signatures.length === 0 ? 'no' : signatures.join(', ')],
  ];
}

function structureLines({ structure }: Inspection): string[][] {
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

function segmentRow(segment: SegmentFacts): string[] {
  const { index, targetAddress, targetBytes, dependencies, streams, decisions } = segment;
  const packed = streamNames.reduce((sum, name) => sum + streams[name].packedBytes, 0);
  return [
    String(index),
    String(targetAddress),
    formatBytes(targetBytes),
    formatBytes(packed),
    ...streamNames.map((name) => {
      const { codec, rawBytes } = streams[name];
      return rawBytes === 0 ? '-' : `${codec} of ${formatBytes(rawBytes)}`;
    }),
    dependencies.length === 0
      ? '-'
      : dependencies.slice(0, 4).join(' ') + (dependencies.length > 4 ? ' ...' : ''),
    decisions === undefined
      ? '-'
      : `${decisions.reason}, ${formatNumber(decisions.literalMillibits / 1000)} bit/byte`,
  ];
}

interface CodecTotal {
  readonly codec: string;
  readonly streams: number;
  readonly rawBytes: number;
  readonly packedBytes: number;
}

/** By codec, over all streams that are not empty. */
function codecTotals(segments: readonly SegmentFacts[]): CodecTotal[] {
  const totals = new Map<string, CodecTotal>();
  for (const { streams } of segments) {
    for (const name of streamNames) {
      const { codec, rawBytes, packedBytes } = streams[name];
      if (rawBytes === 0) continue;
      const known = totals.get(codec) ?? { codec, streams: 0, rawBytes: 0, packedBytes: 0 };
      totals.set(codec, {
        codec,
        streams: known.streams + 1,
        rawBytes: known.rawBytes + rawBytes,
        packedBytes: known.packedBytes + packedBytes,
      });
    }
  }
  return [...totals.values()].sort((a, b) => (a.codec < b.codec ? -1 : 1));
}

function more(all: readonly unknown[], shown: readonly unknown[], what: string): string[] {
  return shown.length < all.length
    ? [`... and ${all.length - shown.length} more ${what} (--all shows them)`]
    : [];
}
