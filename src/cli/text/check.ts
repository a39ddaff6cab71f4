/** Where a snapshot differs from its manifest, told. */
import { formatBytes } from '../../base/units.js';
import type { VerifyOutcome } from '../../engine/verify/verify.js';
import { table } from './table.js';

type Differs = Extract<VerifyOutcome, { readonly state: 'differs' }>;

export function checkText(snapshot: string, { isContentEqual, entries, blocks, counts }: Differs): string {
  const { entriesMissing, entriesExtra, entriesAltered } = counts;
  const blockCount = counts.blocksAltered + counts.blocksMoved + counts.blocksMissing + counts.blocksExtra;
  const entryCount = entriesMissing + entriesExtra + entriesAltered;
  const scope = isContentEqual ? 'only modes or times differ' : `${blockCount} blocks differ`;
  const entryRows = entries.map((finding) => [
    finding.kind,
    finding.kind === 'altered' ? finding.properties.join(', ') : '',
    finding.path === '' ? snapshot : finding.path,
  ]);
  const blockRows = blocks.map(({ kind, path, offset, length }) => [
    kind,
    String(offset),
    formatBytes(length),
    path === '' ? snapshot : path,
  ]);
  return [
    `${snapshot}: differs from the manifest in ${entryCount} of its entries; ${scope}`,
    ...(entryRows.length === 0
      ? []
      : ['', table(['entry', 'in', 'path'], entryRows), ...cut(entryCount, entryRows)]),
    ...(blockRows.length === 0
      ? []
      : ['', table(['block', 'offset', 'length', 'path'], blockRows), ...cut(blockCount, blockRows)]),
  ].join('\n');
}

function cut(count: number, rows: readonly unknown[]): string[] {
  return rows.length < count ? [`... and ${count - rows.length} more`] : [];
}
