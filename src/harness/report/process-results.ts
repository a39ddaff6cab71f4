/** Document of `bench pipeline --processes`: what the program costs as a process, in CPU time. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';
import { spread } from '../statistics/summary.js';

export const processSchemaName = 'snapdelta/bench-processes/1';

const spreadSchema = z.strictObject({ median: z.number(), low: z.number(), high: z.number() });
const cost = (what: string): z.ZodType<number> =>
  z.number().nonnegative().describe(`${what}, in ms of CPU time`);

const roundSchema = z.strictObject({
  emptyMs: cost('`node -e 0`'),
  versionMs: cost('`snapdelta --version`'),
  readMs: cost('both files read by readSync, 1 MiB a call, inside a process that runs already'),
  diffMs: cost('`snapdelta diff --strategy compare` of both files'),
});

const ratioSchema = z.strictObject({
  name: z.enum(['unchanged pair', 'start']),
  of: z.string().describe('what is divided by what'),
  measured: spreadSchema.describe('median and range of the ratios of all rounds'),
  limit: z.number().positive().describe('at most'),
  status: z.enum(['met', 'missed']),
});

export const processResultsSchema = z.strictObject({
  schema: z.literal(processSchemaName),
  environment: environmentSchema,
  bytes: z.int().positive().describe('size of each of the two files, which are equal'),
  rounds: z.array(roundSchema).describe('one after the other, every second one backwards'),
  ratios: z.array(ratioSchema),
});
export type ProcessResults = z.infer<typeof processResultsSchema>;
export type ProcessRound = z.infer<typeof roundSchema>;
type ProcessRatio = z.infer<typeof ratioSchema>;

/** Limits: an unchanged pair within 6 times reading it, a start within 1.5 times Node's own. */
export function processRatios(rounds: readonly ProcessRound[]): ProcessRatio[] {
  const ratio = (
    name: ProcessRatio['name'],
    of: string,
    limit: number,
    ratioOf: (round: ProcessRound) => number,
  ): ProcessRatio => {
    const measured = spread(rounds.map(ratioOf));
    return { name, of, measured, limit, status: measured.median <= limit ? 'met' : 'missed' };
  };
  return [
    ratio(
      'unchanged pair',
      '(diff --strategy compare - node -e 0) / reading both files',
      6,
      ({ diffMs, emptyMs, readMs }) => (diffMs - emptyMs) / readMs,
    ),
    ratio('start', '--version / node -e 0', 1.5, ({ versionMs, emptyMs }) => versionMs / emptyMs),
  ];
}
