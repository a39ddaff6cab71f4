/**
 * What a search has tried, kept so that one that was cut short, or that gets a larger budget, does not try it again: a line of JSON for each configuration and workload.
 *
 * Law: a journal belongs to workloads of exactly these contents, to one version of the program and its prices of work; with others it is refused. A last line that was cut short is dropped. The
 * search itself follows from its seed and the figures, so with a journal it goes the way that it would have gone without.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { DataError, UsageError } from '../../base/errors.js';
import { errorCode, orWorldError } from '../../engine/snapshot/failures.js';
import { figuresSchema, type Figures } from '../tuning/figures.js';
import { replaceFile } from './output-file.js';

export const tuneJournalSchemaName = 'snapdelta/tune-journal/2';

const headSchema = z.strictObject({
  schema: z.literal(tuneJournalSchemaName),
  snapdelta: z.string(),
  gitCommit: z.string().nullable(),
  workPrices: z.string(),
  workloads: z.array(z.strictObject({ name: z.string(), base: z.string(), target: z.string() })),
});
export type JournalHead = Omit<z.infer<typeof headSchema>, 'schema'>;

const lineSchema = z.strictObject({
  key: z.string(),
  figures: figuresSchema,
  cpuMs: z.number().nonnegative().describe('sampled, of diff and apply'),
});
type Known = Omit<z.infer<typeof lineSchema>, 'key'>;

export class TuneJournal {
  readonly #path: string;
  readonly #known = new Map<string, Known>();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens or begins the journal. `restart` throws away what is there. Throws UsageError where it belongs to something else, DataError where it is damaged. */
  static open(path: string, head: JournalHead, restart: boolean): TuneJournal {
    const journal = new TuneJournal(path);
    const first = `${JSON.stringify({ schema: tuneJournalSchemaName, ...head })}\n`;
    const lines = restart ? [] : readLines(path);
    if (lines.length === 0) {
      replaceFile(path, first);
      return journal;
    }
    const [found, ...trials] = lines.map((line, i) => parsed(path, line, i));
    const known = headSchema.safeParse(found);
    if (!known.success) {
      throw new DataError(`${path}:1: not a journal of a search`, { hint: 'remove it, or give --restart' });
    }
    if (`${JSON.stringify(known.data)}\n` !== first) {
      throw new UsageError(`${path} belongs to a search over other workloads, or of another version`, {
        hint: 'choose another folder with --out, or throw it away with --restart',
      });
    }
    for (const [i, trial] of trials.entries()) {
      const line = lineSchema.safeParse(trial);
      if (!line.success)
        throw new DataError(`${path}:${i + 2}: not a trial`, { hint: 'throw it away with --restart' });
      const { key, ...known } = line.data;
      journal.#known.set(place(key, known.figures.workload), known);
    }
    // Without a line that was cut short: what is appended begins a line of its own.
    replaceFile(path, lines.map((line) => `${line}\n`).join(''));
    return journal;
  }

  find(key: string, workload: string): Figures | undefined {
    return this.#known.get(place(key, workload))?.figures;
  }

  /** What trials, by key and workload, took of the machine on which each was made. */
  cpuMsOf(trials: readonly (readonly [key: string, workload: string])[]): number {
    return trials.reduce(
      (sum, [key, workload]) => sum + (this.#known.get(place(key, workload))?.cpuMs ?? 0),
      0,
    );
  }

  append(key: string, figures: Figures, cpuMs: number): void {
    this.#known.set(place(key, figures.workload), { figures, cpuMs });
    orWorldError('write', this.#path, () =>
      appendFileSync(this.#path, `${JSON.stringify({ key, figures, cpuMs })}\n`),
    );
  }
}

/** Whole lines; none where there is no file. */
function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    return orWorldError('read', path, () => {
      throw error;
    });
  }
}

function parsed(path: string, line: string, i: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new DataError(`${path}:${i + 1}: not JSON`, { cause, hint: 'throw it away with --restart' });
  }
}

function place(key: string, workload: string): string {
  return `${key}\n${workload}`;
}
