/** Document of `simulate`: what became of each seed. All is exact but the speed and the environment. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';
import { rowFigures, seedRowSchema } from '../simulate/row.js';
import type { RowFigure } from '../simulate/row.js';

export const simulationSchemaName = 'snapdelta/simulation/1';

const count = z.int().nonnegative();
const figure = z.number().nonnegative();
const summary = z.strictObject({
  sum: figure,
  low: figure,
  p10: figure,
  median: figure,
  p90: figure,
  p99: figure,
  high: figure,
});

const metricSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  unit: z.string(),
  direction: z.enum(['less', 'more']).nullable().describe('which is better; null where neither is'),
  kind: z.enum(['exact', 'sampled']),
});

/** Figures of the whole, which depend on the machine. */
export const speedFigures = [
  { name: 'wallMs', title: 'wall time', unit: 'ms', direction: 'less' },
  { name: 'cpuMs', title: 'CPU time, all threads', unit: 'ms', direction: 'less' },
  { name: 'seedsPerSecond', title: 'seeds a second', unit: '1/s', direction: 'more' },
  { name: 'simulatedToWall', title: 'simulated time over wall time', unit: '1', direction: 'more' },
] as const;

export const simulationResultsSchema = z.strictObject({
  schema: z.literal(simulationSchemaName),
  environment: environmentSchema,
  source: z
    .strictObject({ kind: z.enum(['swarm', 'scenario']), name: z.string() })
    .describe('swarm: each seed drew a scenario of its own'),
  isCalibrated: z.boolean().describe('whether a calibration of the own was given for what CPU work costs'),
  workers: z.int().positive(),
  metrics: z.array(metricSchema).describe('of `figures` and of `speed`'),
  seedCount: count,
  violationCount: count,
  digest: z.string().describe('over the digests of all seeds, in order'),
  summaries: z.strictObject(
    Object.fromEntries(rowFigures.map(({ name }) => [name, summary])) as Record<RowFigure, typeof summary>,
  ),
  speed: z.strictObject({
    wallMs: figure,
    cpuMs: figure,
    seedsPerSecond: figure,
    simulatedToWall: figure,
  }),
  determinism: z
    .strictObject({
      checkedCount: count,
      divergences: z.array(z.strictObject({ seed: count, first: z.string(), second: z.string() })),
    })
    .nullable()
    .describe('seeds that were run twice, and those whose digests differ; null where that was not asked for'),
  rows: z.array(seedRowSchema).describe('by seed'),
});
export type SimulationResults = z.infer<typeof simulationResultsSchema>;

export const simulationMetrics: SimulationResults['metrics'] = [
  ...rowFigures.map((one) => ({ ...one, kind: 'exact' as const })),
  ...speedFigures.map((one) => ({ ...one, kind: 'sampled' as const })),
];
