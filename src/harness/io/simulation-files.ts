/**
 * The files of simulations: scenarios and fixtures (YAML or JSON), calibrations, traces. What is wrong with a document is told with file, line, column and key.
 */
import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { DataError, UsageError } from '../../base/errors.js';
import { ConfigurationDocument } from '../../engine/profile/document.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { readCalibration } from '../../simulator/process/calibration.js';
import type { Calibration } from '../../simulator/process/calibration.js';
import { wrongName } from '../../simulator/scenario/read.js';
import { scenarioSchemaName } from '../../simulator/scenario/scenario.js';
import type { Scenario } from '../../simulator/scenario/scenario.js';
import { scenarioSchema } from '../../simulator/scenario/schema.js';
import { isTrace, readTrace } from '../../simulator/trace/format.js';
import type { ReadTrace } from '../../simulator/trace/format.js';
import { fixtureSchema, fixtureSchemaName, runSchema, runSchemaName } from '../simulate/fixture.js';
import type { Fixture, RunDescription } from '../simulate/fixture.js';

/** A scenario whose every fault is written out: far more than anybody writes by hand. */
const documentBytesMax = 16 * 2 ** 20;
/** A trace is some 8 bytes an event, and is read into memory. */
const traceBytesMax = 2 ** 30;

/** Throws UsageError, WorldError. */
export function readScenarioFile(path: string): Scenario {
  return readDocument(path, scenarioSchemaName, scenarioSchema, (read) => read);
}

/** Throws UsageError, WorldError. */
export function readCalibrationFile(path: string): Calibration {
  const text = readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is not JSON`, { cause, hint: 'write it as workloads/calibration.json' });
  }
  try {
    return readCalibration(json);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${path}: ${error.message}`, { cause: error });
  }
}

/** What `replay` can run again. */
export type Replayable =
  | { readonly kind: 'trace'; readonly trace: ReadTrace; readonly run: RunDescription }
  | { readonly kind: 'fixture'; readonly fixture: Fixture };

/** Throws UsageError for a document that is wrong, DataError for a damaged trace, WorldError. */
export function readReplayable(path: string): Replayable {
  const bytes = readBytes(path, traceBytesMax);
  if (!isTrace(bytes)) {
    // Bytes that are no text are no document with a mistake in line 1.
    if (bytes.subarray(0, 4096).includes(0))
      throw new DataError(`${path} is neither a trace nor a fixture`, { hint: whatReplayTakes });
    const fixture = readDocument(path, fixtureSchemaName, fixtureSchema, ({ scenario }) => scenario);
    return { kind: 'fixture', fixture };
  }
  try {
    const trace = readTrace(bytes);
    return { kind: 'trace', trace, run: runOf(trace) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${path}: ${error.message}`, { ...hintOf(error), cause: error });
  }
}

const whatReplayTakes =
  "give what 'snapdelta simulate --trace FILE' or 'snapdelta simulate --minimise=FILE' wrote";

function hintOf({ hint }: DataError): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

function runOf({ run }: ReadTrace): RunDescription {
  if (run === undefined)
    throw new DataError('the trace does not say what run it is of', { hint: whatReplayTakes });
  let json: unknown;
  try {
    json = JSON.parse(run);
  } catch (cause) {
    throw new DataError('trace: its run is not JSON', { cause });
  }
  const read = runSchema.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new DataError(`trace: its run: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is damaged'}`, {
      hint: `this version of snapdelta reads '${runSchemaName}'`,
    });
  }
  const misplaced = wrongName(read.data.scenario);
  if (misplaced !== undefined)
    throw new DataError(`trace: its run: scenario.${misplaced.path.join('.')}: ${misplaced.problem}`);
  return read.data;
}

/** JSON that is right is read as JSON, which takes a hundredth of the time; all else as YAML, which knows lines and columns. */
function readDocument<Schema extends z.ZodType>(
  path: string,
  schemaName: string,
  schema: Schema,
  scenarioOf: (read: z.output<Schema>) => Scenario,
): z.output<Schema> {
  const text = readText(path);
  const quick = schema.safeParse(orUndefined(text));
  if (quick.success && wrongName(scenarioOf(quick.data)) === undefined) return quick.data;
  const document = new ConfigurationDocument(text, path, documentBytesMax);
  const found = document.at('schema');
  if (typeof found === 'string' && found !== schemaName && Object.hasOwn(otherReaders, found))
    throw document.errorAt(['schema'], `expected ${schemaName}, not ${found}`, otherReaders[found]);
  const read = document.read(schema);
  const scenario = scenarioOf(read);
  const misplaced = wrongName(scenario);
  if (misplaced === undefined) return read;
  const parent = scenario === read ? [] : ['scenario'];
  throw document.errorAt([...parent, ...misplaced.path], misplaced.problem);
}

/** Documents of simulations, and who reads them. */
const otherReaders: Readonly<Record<string, string>> = {
  [scenarioSchemaName]: "a scenario is run by 'snapdelta simulate --scenario FILE'",
  [fixtureSchemaName]: "a fixture is run again by 'snapdelta replay FILE'",
};

function orUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path, documentBytesMax));
}

function readBytes(path: string, bytesMax: number): Uint8Array {
  return orWorldError('read', path, () => {
    if (statSync(path).size > bytesMax)
      throw new UsageError(`${path}: larger than ${bytesMax / 2 ** 20} MiB, not a file of a simulation`);
    return readFileSync(path);
  });
}
