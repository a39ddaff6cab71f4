/** `snapdelta schema`: the published shapes of result files, made from the very schemas that check them. */
import { z } from 'zod';
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { kernelResultsSchema } from '../../harness/report/kernel-results.js';
import { labResultsSchema } from '../../harness/report/lab-results.js';
import type { Outcome } from '../command.js';
import type { Input } from '../input.js';

const schemas: Readonly<Record<string, z.ZodType>> = {
  'lab-results': labResultsSchema,
  'bench-kernels': kernelResultsSchema,
};

export function runSchema(input: Input): Outcome {
  const [name] = input.positionals('NAME');
  const names = Object.keys(schemas);
  if (name === undefined) return { document: { schemas: names }, text: names.join('\n'), kind: 'answer' };
  const schema = schemas[name];
  if (schema === undefined)
    throw new UsageError(`unknown schema '${name}'`, { hint: suggestion(name, names) });
  const document = z.toJSONSchema(schema);
  return { document, text: JSON.stringify(document, null, 2), kind: 'answer' };
}
