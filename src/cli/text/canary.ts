/** A rollout, told: the verdict, why, then what it rests on. */
import picocolors from 'picocolors';
import type { AuditRecord } from '../../replication/audit/record.js';
import type { AuditVerdict } from '../../replication/audit/verify.js';
import { textTable } from '../../base/text-table.js';
import type { CanaryResults } from '../../harness/report/canary/results.js';
import {
  canaryGatesTable,
  canaryMetricsTable,
  canaryStagesTable,
} from '../../harness/report/canary/tables.js';
import { canaryHeadline, canaryReasons, trialsSentence } from '../../harness/report/canary/words.js';
import { renderTable, type TerminalStyle } from '../../harness/report/terminal.js';

export function canaryText(results: CanaryResults, style: TerminalStyle): string {
  const { bold, red, yellow, green, cyan } = picocolors.createColors(style.colours);
  const colour = {
    running: cyan,
    waiting: cyan,
    promoted: green,
    rejected: red,
    inconclusive: yellow,
    'rolled-back': yellow,
  }[results.state];
  const broken = canaryGatesTable(results);
  const gates = {
    ...broken,
    columns: broken.columns.slice(0, 3),
    rows: broken.rows.map((row) => row.slice(0, 3)),
  };
  const tables = [canaryStagesTable(results), gates, canaryMetricsTable(results)];
  return [
    bold(colour(canaryHeadline(results))),
    ...canaryReasons(results).map((reason) => `  ${reason}`),
    ...(results.trials === null ? [] : [`  this judge: ${trialsSentence(results.trials)}`]),
    ...tables.filter(({ rows }) => rows.length > 0).flatMap((table) => ['', renderTable(table, style)]),
  ].join('\n');
}

/** Every step of the log, and whether nothing of it was changed. */
export function rolloutLogText(verdict: AuditVerdict, records: readonly AuditRecord[]): string {
  const rows = records.flatMap(({ time, event }) =>
    event.kind === 'rollout'
      ? [
          [
            new Date(time.wallMs).toISOString(),
            event.step,
            event.stage,
            String(event.volumes),
            event.by,
            event.reason,
          ],
        ]
      : [],
  );
  const proof =
    verdict.state === 'intact'
      ? `audit log: ${verdict.records} records, intact`
      : `audit log: DAMAGED at record ${verdict.sequence}: ${verdict.reason}`;
  return [textTable(['when', 'step', 'stage', 'volumes', 'by', 'why'], rows), proof].join('\n');
}
