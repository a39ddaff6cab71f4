/**
 * Files of a gate: documents to compare, rules, and named baselines.
 *
 * A baseline is kept as `.snapdelta/baselines/NAME/VERSION.json` below the working directory, versions counting from 1; earlier ones stay.
 * It holds measures and the environment they were taken in (schema `snapdelta/measures/1`).
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WorldError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { ConfigurationDocument } from '../../engine/profile/document.js';
import {
  gatedSchema,
  gatedSchemaNames,
  measureSetOf,
  measuresDocument,
  measuresDocumentSchema,
  measuresSchemaName,
} from '../report/measures/measures-of.js';
import type { MeasureSet } from '../verdict/measure.js';
import { rulesSchema, type Rule } from '../verdict/rules.js';
import { readDocument, writeResults } from './result-file.js';

const purpose = 'a gate compares';
const baselinesFolder = join('.snapdelta', 'baselines');
const baselineName = /^([A-Za-z0-9][\w.-]*?)(?:@(\d{1,6}))?$/;

/** Throws what readDocument throws. */
export function readMeasures(path: string): MeasureSet {
  return measureSetOf(readDocument(path, gatedSchema, gatedSchemaNames, purpose), path);
}

/** A file where there is one of that name, else a named baseline: `NAME`, the newest, or `NAME@VERSION`. */
export function readBaseline(given: string): MeasureSet {
  if (isFile(given) || /[/\\]|\.json$/.test(given)) return readMeasures(given);
  const [, name, asked] = baselineName.exec(given) ?? [];
  const versions = name === undefined ? [] : versionsOf(name);
  const version = asked === undefined ? versions.at(-1) : versions.find((one) => one === Number(asked));
  if (name === undefined || version === undefined) throw unknownBaseline(given, name ?? given, versions);
  const document = readDocument(
    pathOf(name, version),
    measuresDocumentSchema,
    [measuresSchemaName],
    'a baseline is kept as',
  );
  return measureSetOf(document, `${name}@${version}`);
}

function unknownBaseline(given: string, name: string, versions: readonly number[]): UsageError {
  const isKnown = versions.length > 0;
  const known = isKnown ? versions.map((one) => `${name}@${one}`) : baselineNames();
  return new UsageError(`there is no file and no baseline '${given}'`, {
    hint:
      known.length === 0
        ? 'save one: snapdelta gate --candidate FILE --save-baseline NAME'
        : suggestion(isKnown ? given : name, known),
  });
}

/** As the next version. Returns `NAME@VERSION`. Throws UsageError for a bad name, WorldError. */
export function saveBaseline(name: string, measured: MeasureSet): string {
  requireBaselineName(name);
  const version = (versionsOf(name).at(-1) ?? 0) + 1;
  writeResults(pathOf(name, version), measuresDocument(measured));
  return `${name}@${version}`;
}

/** Throws UsageError. */
export function requireBaselineName(name: string): void {
  const [, stem] = baselineName.exec(name) ?? [];
  if (stem === name) return;
  throw new UsageError(`--save-baseline: '${name}' is no name for a baseline`, {
    hint: 'write letters, digits, dots and hyphens; versions are counted by themselves',
  });
}

/** Throws UsageError that names line, column and key; WorldError. */
export function readRules(path: string): Rule[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WorldError(`cannot read ${path}`, { cause });
  }
  return new ConfigurationDocument(text, path).read(rulesSchema).rules;
}

function pathOf(name: string, version: number): string {
  return join(baselinesFolder, name, `${version}.json`);
}

function baselineNames(): string[] {
  return namesIn(baselinesFolder);
}

/** Ascending. */
function versionsOf(name: string): number[] {
  return namesIn(join(baselinesFolder, name))
    .flatMap((file) => /^(\d{1,6})\.json$/.exec(file)?.slice(1).map(Number) ?? [])
    .sort((a, b) => a - b);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
