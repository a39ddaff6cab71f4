/** The file of a history of gates: one line of JSON for each run, appended. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataError, WorldError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { historyLine, historyLineSchema, type HistoryLine } from '../report/gate/history.js';
import type { GateResults } from '../report/gate/results.js';
import { makeFolder } from './output-file.js';

/** Appends this run, and returns all runs, this one last. Throws DataError for a damaged line (nothing is appended then), WorldError. */
export function recordHistory(path: string, results: GateResults): HistoryLine[] {
  const earlier = readHistory(path);
  const line = historyLine(results, new Date().toISOString());
  makeFolder(dirname(path));
  orWorldError('write', path, () => appendFileSync(path, `${JSON.stringify(line)}\n`));
  return [...earlier, line];
}

/** Empty where there is no such file yet. Throws DataError, WorldError. */
export function readHistory(path: string): HistoryLine[] {
  if (!existsSync(path)) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WorldError(`cannot read ${path}`, { cause });
  }
  const lines = text.split('\n');
  if (lines.pop() !== '') throw damaged(path, lines.length + 1, 'it ends in its midst');
  return lines.map((line, place) => {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw damaged(path, place + 1, 'it is not JSON');
    }
    const checked = historyLineSchema.safeParse(json);
    if (checked.success) return checked.data;
    const [issue] = checked.error.issues;
    throw damaged(path, place + 1, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
  });
}

function damaged(path: string, line: number, problem: string): DataError {
  return new DataError(`${path}:${line}: no line of a history of gates: ${problem}`, {
    hint: 'remove the line, or name another file',
  });
}
