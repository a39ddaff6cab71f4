/**
 * The shape of a profile document. Keys are those of Profile, so the unit stands in the key's name; a value may be written with a
 * unit, and then the unit must fit. Every key outside `strategy` is required: a profile has no hidden defaults. A limit that does not
 * apply says `unlimited`.
 */
import { z } from 'zod';
import { UsageError } from '../../base/errors.js';
import { parseBitRate, parseBytes, parseDuration } from '../../base/units.js';
import { strategyNames } from '../strategy/strategy.js';
import { objectiveMetrics } from './profile.js';

/** A number from 0, or text that `parse` understands. */
function quantity(parse: (text: string, what: string) => number) {
  return z.unknown().transform((value, context): number => {
    const problem = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (typeof value === 'number') {
      return Number.isFinite(value) && value >= 0 ? value : problem(`expected a number from 0, not ${value}`);
    }
    if (typeof value !== 'string') return problem(`expected a quantity, not ${JSON.stringify(value)}`);
    try {
      return parse(value, 'value');
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const message = error.message.replace('value: ', '');
      return problem(error.hint === undefined ? message : `${message}; ${error.hint}`);
    }
  });
}

/** As `quantity`, or the word `unlimited`, which becomes undefined. */
function limit(parse: (text: string, what: string) => number) {
  const bounded = quantity(parse);
  return z.unknown().transform((value, context): number | undefined => {
    if (value === 'unlimited') return undefined;
    const result = bounded.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.addIssue({ code: 'custom', message: issue.message });
    return z.NEVER;
  });
}

function parseCount(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`${what}: '${text}' is not a whole number`);
  return Number(text);
}

const weight = z
  .number()
  .refine((value) => value >= 0 && value <= 1, { message: 'expected a weight from 0 to 1', abort: true });

export const profileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and hyphens'),
  summary: z.string().min(1, 'expected a sentence'),
  strategy: z
    .object({ name: z.enum(strategyNames) })
    .catchall(
      z.union([z.string(), z.number(), z.boolean()], { message: 'expected text, a number, true or false' }),
    ),
  objectives: z
    .strictObject(
      Object.fromEntries(objectiveMetrics.map((metric) => [metric, weight])) as Record<
        (typeof objectiveMetrics)[number],
        typeof weight
      >,
    )
    .refine((weights) => Math.abs(Object.values(weights).reduce((sum, share) => sum + share, 0) - 1) < 1e-9, {
      message: 'the weights must sum to 1',
    }),
  link: z.strictObject({
    bitsPerSecond: quantity(parseBitRate).refine((rate) => rate > 0, {
      message: 'expected a bandwidth above 0',
    }),
    roundTripMs: quantity(parseDuration),
  }),
  limits: z.strictObject({
    workersMax: limit(parseCount).refine(
      (count) => count === undefined || (Number.isInteger(count) && count > 0),
      {
        message: 'expected a whole number from 1',
      },
    ),
    peakMemoryBytesMax: limit(parseBytes),
    cpuMsPerMiBMax: limit(parseDuration),
    exchangeBytesPerMiBMax: limit(parseBytes),
    idSpaceBytesMax: quantity(parseBytes).optional(),
  }),
  features: z.strictObject({
    collisionResistantIds: z.boolean(),
    signatures: z.enum(['off', 'required']),
    decisions: z.boolean(),
    baseContentAtHand: z.boolean(),
    portableBytes: z.boolean(),
  }),
});
