/** A history of gates: a line of JSON for each run, with the candidate's figures. history-series.ts finds the changes in it. */
import { z } from 'zod';
import { environmentSchema } from '../../measurement/environment.js';
import { directions } from '../../verdict/measure.js';
import { statuses } from '../../verdict/verdict.js';
import type { GateResults } from './results.js';

export const gateHistorySchemaName = 'snapdelta/gate-history/1';

export const historyLineSchema = z.strictObject({
  schema: z.literal(gateHistorySchemaName),
  at: z.iso.datetime().describe('when the verdict was given'),
  label: z.string().describe('the candidate'),
  environment: environmentSchema.nullable(),
  status: z.enum(statuses),
  figures: z.array(
    z.strictObject({
      metric: z.string(),
      unit: z.string(),
      direction: z.enum(directions),
      kind: z.enum(['exact', 'sampled']),
      value: z.number(),
    }),
  ),
});
export type HistoryLine = z.infer<typeof historyLineSchema>;

export function historyLine({ candidate, status, metrics }: GateResults, at: string): HistoryLine {
  return {
    schema: gateHistorySchemaName,
    at,
    label: candidate.label,
    environment: candidate.environment,
    status,
    figures: metrics.flatMap(({ metric, unit, direction, kind, candidate: value }) =>
      value === null ? [] : [{ metric, unit, direction, kind, value }],
    ),
  };
}

/** What a report is drawn of: the lines of a history, and where they are kept. */
export const gateHistoryReportSchema = z.strictObject({
  schema: z.literal('snapdelta/gate-history-report/1'),
  place: z.string(),
  lines: z.array(historyLineSchema).min(1),
});
export type GateHistoryReport = z.infer<typeof gateHistoryReportSchema>;
