/**
 * Where a history of gates is kept, one line of JSON for each run: a file, or with `git:BRANCH` the file `gate-history.ndjson` on a branch
 * of the repository in which the program is run.
 */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataError, WorldError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import {
  gateHistorySchemaName,
  historyLine,
  historyLineSchema,
  type HistoryLine,
} from '../report/gate/history.js';
import type { GateResults } from '../report/gate/results.js';
import { commitBranchFile, readBranchFile } from './git-branch.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';

const branchPlace = /^git:(.+)$/;
const branchFileName = 'gate-history.ndjson';
/** Others may append to the branch at the same time. */
const attemptsMax = 5;

/** Appends this run, and returns all runs, this one last. Throws DataError for a damaged line (nothing is appended then), UsageError, WorldError. */
export function recordHistory(place: string, results: GateResults): HistoryLine[] {
  const line = historyLine(results, new Date().toISOString());
  const text = `${JSON.stringify(line)}\n`;
  const branch = branchPlace.exec(place)?.[1];
  if (branch === undefined) {
    const earlier = readHistory(place);
    makeFolder(dirname(place));
    orWorldError('write', place, () => appendFileSync(place, text));
    return [...earlier, line];
  }
  const message = `gate: ${line.status}, ${line.label}`;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const read = readBranchFile(process.cwd(), branch, branchFileName);
    const earlier = parseHistory(place, read.text ?? '');
    const whole = `${read.text ?? ''}${text}`;
    if (commitBranchFile(process.cwd(), branch, branchFileName, read, whole, message))
      return [...earlier, line];
  }
  throw new WorldError(`the branch '${branch}' moved ${attemptsMax} times while a line was appended`);
}

/** Empty where there is no such file or branch yet. Throws DataError, UsageError, WorldError. */
export function readHistory(place: string): HistoryLine[] {
  const branch = branchPlace.exec(place)?.[1];
  if (branch !== undefined) {
    return parseHistory(place, readBranchFile(process.cwd(), branch, branchFileName).text ?? '');
  }
  if (!existsSync(place)) return [];
  let text: string;
  try {
    text = readFileSync(place, 'utf8');
  } catch (cause) {
    throw new WorldError(`cannot read ${place}`, { cause });
  }
  return parseHistory(place, text);
}

/** A history is told by the first bytes of its first line; what cannot be read is none. */
export function isHistory(place: string): boolean {
  if (branchPlace.test(place)) return true;
  const beginning = `{"schema":"${gateHistorySchemaName}"`;
  const head = Buffer.alloc(beginning.length);
  try {
    const file = openSync(place, 'r');
    try {
      readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
  return head.toString() === beginning;
}

function parseHistory(place: string, text: string): HistoryLine[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw damaged(place, lines.length + 1, 'it ends in its midst');
  return lines.map((line, index) => {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw damaged(place, index + 1, 'it is not JSON');
    }
    const checked = historyLineSchema.safeParse(json);
    if (checked.success) return checked.data;
    const [issue] = checked.error.issues;
    throw damaged(place, index + 1, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
  });
}

function damaged(place: string, line: number, problem: string): DataError {
  return new DataError(`${place}:${line}: no line of a history of gates: ${problem}`, {
    hint: 'remove the line, or name another file',
  });
}
