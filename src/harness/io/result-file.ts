/** Result files: written whole, and checked against their schema when they are read. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { DataError, UsageError, WorldError } from '../../base/errors.js';
import { resultSchemaNames } from '../report/schemas.js';
import { replaceFile } from './output-file.js';

/** Makes the folder when it is missing. Throws WorldError. */
export function writeResults(path: string, results: object): void {
  replaceFile(path, `${JSON.stringify(results)}\n`);
}

/** Reads and checks a result file of one of the schemas named, of which a report is drawn. Throws WorldError (unreadable), UsageError (another kind of file), DataError (damaged). */
export function readResults<S extends z.ZodType>(
  path: string,
  schema: S,
  ...schemaNames: readonly string[]
): z.output<S> {
  return readDocument(path, schema, schemaNames, 'a report is drawn of');
}

/** As readResults; `purpose` is what the command does with such files, as the beginning of a sentence that their names end. */
export function readDocument<S extends z.ZodType>(
  path: string,
  schema: S,
  schemaNames: readonly string[],
  purpose: string,
): z.output<S> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WorldError(`cannot read ${path}`, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`${path} is not JSON`, { cause, hint: 'give a results.json that snapdelta wrote' });
  }
  const found = json !== null && typeof json === 'object' && 'schema' in json ? json.schema : undefined;
  if (typeof found !== 'string' || !schemaNames.includes(found)) {
    if (typeof found === 'string' && resultSchemaNames.includes(found)) {
      throw new UsageError(`${path} holds '${found}'; ${purpose} '${schemaNames.join("' or '")}' only`, {
        hint: `read it as JSON: snapdelta schema ${found} says what is in it`,
      });
    }
    const named = typeof found === 'string' ? `'${found}'` : 'no schema';
    throw new UsageError(`${path} has ${named}, not '${schemaNames.join("' or '")}'`, {
      hint: 'give a results.json that this version of snapdelta wrote',
    });
  }
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new DataError(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is damaged'}`);
}
