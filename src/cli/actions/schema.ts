/** `snapdelta schema`: the published shapes of result files, made from the very schemas that check them. */
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { resultJsonSchema, resultSchemaNames } from '../../harness/report/schemas.js';
import type { Outcome } from '../command.js';
import type { Input } from '../input.js';

export function runSchema(input: Input): Outcome {
  const [given] = input.positionals('NAME');
  if (given === undefined) {
    return { document: { schemas: resultSchemaNames }, text: resultSchemaNames.join('\n'), kind: 'answer' };
  }
  const name = resultSchemaNames.find((known) => known === given || shortName(known) === given);
  const document = name === undefined ? undefined : resultJsonSchema(name);
  if (document === undefined) {
    throw new UsageError(`unknown schema '${given}'`, {
      hint: suggestion(given, resultSchemaNames.map(shortName)),
    });
  }
  return { document, text: JSON.stringify(document, null, 2), kind: 'answer' };
}

/** `snapdelta/lab-results/1` is `lab-results` for short. */
function shortName(name: string): string {
  return name.split('/')[1] ?? name;
}
