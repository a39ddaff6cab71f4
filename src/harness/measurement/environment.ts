/**
 * The environment that results were measured in. Times of two result files may be compared only when these agree; exact counts
 * may be compared always.
 */
import { z } from 'zod';

export const calibrationSchema = z
  .strictObject({
    memcpyGigabytesPerSecond: z
      .number()
      .positive()
      .describe('Buffer.copy of 16 MiB, 1e9 bytes per second, best of several'),
    sha256GigabytesPerSecond: z
      .number()
      .positive()
      .describe('node:crypto SHA-256 over 4 MiB, best of several'),
    loopMillisecondsPerMillion: z
      .number()
      .positive()
      .describe('a million dependent integer steps in JavaScript, best of several'),
  })
  .describe('what this machine did just before the run, to tell a slow program from a slow machine');
export type Calibration = z.infer<typeof calibrationSchema>;

export const environmentSchema = z.strictObject({
  measuredAt: z.iso.datetime(),
  snapdelta: z.string(),
  gitCommit: z
    .string()
    .nullable()
    .describe('of the working directory of the program; null outside a repository'),
  cpu: z.string(),
  cores: z.int().positive(),
  memoryBytes: z.int().positive(),
  platform: z.string(),
  kernel: z.string(),
  node: z.string(),
  v8: z.string(),
  calibration: calibrationSchema,
});
export type Environment = z.infer<typeof environmentSchema>;
