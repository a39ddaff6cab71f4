/**
 * A history of gates: a line of JSON for each run, with the candidate's figures; and where in it a metric changed.
 *
 * Exact figures change where they differ from the run before. Sampled ones change where statistics/change-points.ts says so, among runs of
 * the machine of the last one: a new machine is no change of the program.
 */
import { z } from 'zod';
import { environmentSchema } from '../../measurement/environment.js';
import { changePoints } from '../../statistics/change-points.js';
import { median } from '../../statistics/summary.js';
import { machineDifferences } from '../../verdict/machine.js';
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

export interface HistoryChange {
  readonly metric: string;
  /** The run from which on it is so, from 0. */
  readonly run: number;
  readonly at: string;
  /** Of the medians before and from then on; null where it was zero before. */
  readonly change: number | null;
}

/** The last change of each metric that the last run has, newest first. */
export function historyChanges(lines: readonly HistoryLine[]): HistoryChange[] {
  const last = lines.at(-1);
  const changes = (last?.figures ?? []).flatMap(({ metric, kind }): HistoryChange[] => {
    const points = lines.flatMap((line, run) => {
      const figure = line.figures.find((one) => one.metric === metric);
      const isComparable = kind === 'exact' || isSameMachine(line, last);
      return figure === undefined || !isComparable ? [] : [{ run, at: line.at, value: figure.value }];
    });
    const values = points.map(({ value }) => value);
    const places = kind === 'exact' ? steps(values) : changePoints(values);
    const place = places.at(-1);
    const point = place === undefined ? undefined : points[place];
    if (place === undefined || point === undefined) return [];
    const [before, after] = [values.slice(places.at(-2) ?? 0, place), values.slice(place)].map(median);
    const change = before === undefined || after === undefined || before === 0 ? null : after / before - 1;
    return [{ metric, run: point.run, at: point.at, change }];
  });
  return changes.sort((a, b) => b.run - a.run);
}

/** Places at which a value differs from the one before. */
function steps(values: readonly number[]): number[] {
  return values.flatMap((value, place) => (place > 0 && value !== values[place - 1] ? [place] : []));
}

function isSameMachine({ environment }: HistoryLine, last: HistoryLine | undefined): boolean {
  const other = last?.environment ?? null;
  return environment !== null && other !== null && machineDifferences(environment, other).length === 0;
}
