/** Rows and document of `bench kernels`. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';

export const kernelSchemaName = 'snapdelta/bench-kernels/1';

export const kernelRowSchema = z.strictObject({
  kernel: z.string(),
  implementation: z.string().describe('wasm, twin, or the name of a peer'),
  blockBytes: z.int().positive(),
  data: z.string().describe('what the bytes are'),
  gigabytesPerSecond: z
    .strictObject({ median: z.number(), low: z.number(), high: z.number() })
    .describe('1e9 bytes of input per second; median and range over interleaved rounds'),
  wasmInstructionsPerByte: z
    .number()
    .nullable()
    .describe('executed WebAssembly instructions, exact; null where not counted'),
});
export type KernelRow = z.infer<typeof kernelRowSchema>;

export const kernelResultsSchema = z.strictObject({
  schema: z.literal(kernelSchemaName),
  environment: environmentSchema,
  bytes: z.int().positive().describe('size of the buffer that every kernel runs over'),
  rounds: z.int().positive(),
  absent: z.array(z.string()).describe('peers that are not installed'),
  rows: z.array(kernelRowSchema),
});
export type KernelResults = z.infer<typeof kernelResultsSchema>;
