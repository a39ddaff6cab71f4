/** What the laboratory found, on one screen: bytes by workload and strategy, and a verdict for each profile. */
import { join } from 'node:path';
import { formatBytes } from '../../base/units.js';
import { strategyNames } from '../../engine/strategy/strategy.js';
import { bytesSent } from '../../harness/statistics/values.js';
import { explain } from '../../harness/report/explain.js';
import type { LabResults } from '../../harness/report/lab-results.js';
import { textTable } from '../../base/text-table.js';

export function labText(results: LabResults, outPath: string): string {
  return [
    'Bytes sent, the best configuration of each strategy:',
    '',
    bytesTable(results),
    '',
    'Every delta was applied and compared byte for byte.',
    ...results.verdicts.flatMap((verdict) => {
      const profile = results.profiles.find(({ name }) => name === verdict.profile);
      if (profile === undefined) return [];
      const { headline, reasons, own } = explain(verdict, profile);
      return ['', `${profile.name}: ${headline}`, ...[...reasons, own].map((reason) => `  ${reason}`)];
    }),
    '',
    `Figures: ${join(outPath, 'results.json')}`,
  ].join('\n');
}

function bytesTable({ workloads, configurations, rows }: LabResults): string {
  const familyOf = new Map(configurations.map(({ id, family }) => [id, family]));
  const cells = workloads.map(({ name, targetBytes, changedBytes }) => {
    const own = rows.filter(({ workload }) => workload === name);
    const best = strategyNames.map((family) => {
      const sent = own.filter(({ configuration }) => familyOf.get(configuration) === family).map(bytesSent);
      return sent.length === 0 ? '-' : formatBytes(Math.min(...sent));
    });
    return [name, formatBytes(targetBytes), changedBytes === null ? '-' : formatBytes(changedBytes), ...best];
  });
  return textTable(['workload', 'size', 'changed', ...strategyNames], cells);
}
