/** Rows and document of `bench kernels`. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';
import { targetResultSchema } from '../tuning/kernel-targets.js';

export const kernelSchemaName = 'snapdelta/bench-kernels/2';

export const kernelRowSchema = z.strictObject({
  kernel: z.string(),
  implementation: z.string().describe('wasm, twin, or the name of a peer'),
  blockBytes: z.int().positive(),
  data: z.string().describe('what the bytes are'),
  gigabytesPerSecond: z
    .strictObject({ median: z.number(), low: z.number(), high: z.number() })
    .describe('1e9 bytes of input per second of CPU time; median and range over interleaved rounds'),
  speeds: z
    .array(z.number())
    .exactOptional()
    .describe('the same for each round, in order; documents of earlier versions lack it'),
  wasmInstructionsPerByte: z
    .number()
    .nullable()
    .describe('executed WebAssembly instructions, exact; null where not counted'),
  encodedShare: z
    .number()
    .nullable()
    .describe(
      'of a delta encoder: encoded bytes over bytes of the target, ours compressed as a package holds them; else null',
    ),
});
export type KernelRow = z.infer<typeof kernelRowSchema>;

export const kernelResultsSchema = z.strictObject({
  schema: z.literal(kernelSchemaName),
  environment: environmentSchema,
  bytes: z.int().positive().describe('size of the buffer that kernels run over'),
  rounds: z.int().positive(),
  absent: z.array(z.string()).describe('libraries and programs that are not installed'),
  rows: z.array(kernelRowSchema),
  targets: z
    .array(targetResultSchema)
    .describe('what was to be reached, and what was: ratios are taken round by round'),
});
export type KernelResults = z.infer<typeof kernelResultsSchema>;
