/** Document of `bench growth`: what a diff costs as snapshots grow. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';
import { peerRowSchema } from '../measurement/peer-row.js';
import { fittedLine } from '../statistics/line.js';

export const growthSchemaName = 'snapdelta/bench-growth/1';

const GiB = 2 ** 30;

const growthRowSchema = peerRowSchema.omit({ onFront: true }).extend({
  askedBytes: z.int().positive().describe('of the first snapshot'),
  profile: z.string(),
  workers: z.int().positive().describe('and the cores that it was held to'),
  targetBytes: z.int().nonnegative(),
});
export type GrowthRow = z.infer<typeof growthRowSchema>;

const growthFitSchema = z
  .strictObject({
    profile: z.string(),
    workers: z.int().positive(),
    fixedSeconds: z.number(),
    secondsPerGiB: z.number(),
    r2: z.number().describe('share of the variance that the straight line explains'),
    cpuSecondsPerGiB: z.number().describe('of a straight line through net CPU'),
    speedUp: z
      .number()
      .nullable()
      .describe(
        'wall time of one worker over that of these, at the largest size; null where one was not measured',
      ),
  })
  .describe('wall time = fixedSeconds + secondsPerGiB x size, by least squares');
export type GrowthFit = z.infer<typeof growthFitSchema>;

export const growthResultsSchema = z.strictObject({
  schema: z.literal(growthSchemaName),
  environment: environmentSchema,
  workload: z.string(),
  rounds: z.int().positive(),
  rows: z.array(growthRowSchema).describe('by size'),
  fits: z.array(growthFitSchema),
});
export type GrowthResults = z.infer<typeof growthResultsSchema>;

/** One for each profile and number of workers that has figures. */
export function growthFits(rows: readonly GrowthRow[]): GrowthFit[] {
  const measured = rows.flatMap(({ profile, workers, targetBytes, diffWallSeconds, netDiffCpuSeconds }) =>
    diffWallSeconds === null || netDiffCpuSeconds === null
      ? []
      : [{ profile, workers, size: targetBytes / GiB, wall: diffWallSeconds, cpu: netDiffCpuSeconds }],
  );
  const keys = new Set(measured.map(({ profile, workers }) => JSON.stringify([profile, workers])));
  return [...keys].map((key): GrowthFit => {
    const [profile, workers] = JSON.parse(key) as [string, number];
    const of = (count: number): typeof measured =>
      measured.filter((row) => row.profile === profile && row.workers === count);
    const own = of(workers);
    const wall = fittedLine(own.map(({ size, wall: y }) => ({ x: size, y })));
    const cpu = fittedLine(own.map(({ size, cpu: y }) => ({ x: size, y })));
    const largest = own.reduce((found, row) => (row.size > found.size ? row : found));
    const alone = of(1).find(({ size }) => size === largest.size);
    return {
      profile,
      workers,
      fixedSeconds: wall.fixed,
      secondsPerGiB: wall.slope,
      r2: wall.r2,
      cpuSecondsPerGiB: cpu.slope,
      speedUp: alone === undefined ? null : alone.wall / largest.wall,
    };
  });
}
