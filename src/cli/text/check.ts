/** Where a snapshot differs from its manifest, told. */
import { formatBytes } from '../../base/units.js';
import type { VerifyOutcome } from '../../engine/verify/verify.js';
import { textTable } from '../../base/text-table.js';
import { counted, cutOff } from './words.js';

type Differs = Extract<VerifyOutcome, { readonly state: 'differs' }>;

export function checkText(snapshot: string, { isContentEqual, entries, blocks, counts }: Differs): string {
  const { entriesMissing, entriesExtra, entriesAltered } = counts;
  const blockCount = counts.blocksAltered + counts.blocksMoved + counts.blocksMissing + counts.blocksExtra;
  const entryCount = entriesMissing + entriesExtra + entriesAltered;
  const scope = isContentEqual ? 'only modes or times differ' : `${counted(blockCount, 'block')} differ`;
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
    `${snapshot}: differs from the manifest in ${counted(entryCount, 'entry')}; ${scope}`,
    ...(entryRows.length === 0
      ? []
      : [
          '',
          textTable(['entry', 'in', 'path'], entryRows),
          ...cutOff(entryCount, entryRows.length, 'entry'),
        ]),
    ...(blockRows.length === 0
      ? []
      : [
          '',
          textTable(['block', 'offset', 'length', 'path'], blockRows),
          ...cutOff(blockCount, blockRows.length, 'block'),
        ]),
  ].join('\n');
}
