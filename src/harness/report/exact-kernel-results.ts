/** Document of `bench kernels --exact`. It holds nothing of the machine: two of them from the same sources are the same bytes. */
import { z } from 'zod';

export const exactKernelSchemaName = 'snapdelta/exact-kernels/1';

const count = z.int().nonnegative();

const exactKernelRowSchema = z.strictObject({
  kernel: z.string(),
  data: z.string().describe('what the bytes are'),
  blockBytes: z.int().positive(),
  bytes: z.int().positive().describe('bytes of input in the pass'),
  instructions: count.describe('executed WebAssembly instructions of one pass, exact'),
  instructionsPerByte: z.number().nonnegative().describe('instructions / bytes, rounded to four places'),
});

export const exactKernelResultsSchema = z.strictObject({
  schema: z.literal(exactKernelSchemaName),
  rows: z.array(exactKernelRowSchema),
});
export type ExactKernelResults = z.infer<typeof exactKernelResultsSchema>;
