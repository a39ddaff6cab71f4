/**
 * One contestant on one pair: prepared once, then, round by round, a delta is made, its bytes are counted, the target is rebuilt from
 * it and compared byte for byte. Each round starts from a copy of what was prepared, at the same path, so that no round profits from
 * the one before.
 *
 * Every tool has the same environment, made here: PATH, and HOME, TMPDIR and the XDG folders inside the scratch folder. So no tool reads
 * the configuration of the user, nor their caches, agents, proxies or credentials.
 */
import { cpSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  filledIn,
  type ByteRule,
  type Placeholders,
  type Step,
  type ToolVariant,
} from '../experiment/peer-tool.js';
import type { PeerRound, ProcessUsage } from '../measurement/peer-row.js';
import { firstDifference } from './compare-trees.js';
import { lastBytes, type ProcessMeter } from './process-meter.js';

export interface TrialSubject {
  readonly variant: ToolVariant;
  readonly environment: Readonly<Record<string, string>>;
  readonly here: string;
}

export interface TrialPair {
  /** Absolute, with links resolved. */
  readonly basePath: string;
  readonly targetPath: string;
}

export type RoundOutcome =
  /** `difference`: the first byte or name that is wrong, where the target was not rebuilt. */
  | { readonly kind: 'measured'; readonly round: PeerRound; readonly difference: string | null }
  | { readonly kind: 'failed'; readonly reason: string };

type Ran =
  | { readonly kind: 'ran'; readonly usage: ProcessUsage }
  | { readonly kind: 'failed'; readonly reason: string };

/** A printed size is looked for in this much of the end of what was printed. */
const printedBytesMax = 1 << 20;

export class ToolTrial {
  readonly #subject: TrialSubject;
  readonly #pair: TrialPair;
  readonly #meter: ProcessMeter;
  readonly #folder: string;
  readonly #values: Placeholders;
  readonly #environment: Readonly<Record<string, string>>;

  /** `folder` is the trial's own, and there. */
  constructor(
    subject: TrialSubject,
    { basePath, targetPath }: TrialPair,
    meter: ProcessMeter,
    folder: string,
  ) {
    this.#subject = subject;
    this.#pair = { basePath, targetPath };
    this.#meter = meter;
    this.#folder = folder;
    const scratch = join(folder, 'now');
    this.#values = {
      base: basePath,
      target: targetPath,
      delta: join(scratch, 'delta'),
      output: join(scratch, 'output'),
      scratch,
      here: subject.here,
    };
    const home = join(scratch, 'home');
    this.#environment = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      LC_ALL: 'C',
      TZ: 'UTC',
      HOME: home,
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_CONFIG_HOME: join(home, '.config'),
      TMPDIR: join(scratch, 'tmp'),
      ...Object.fromEntries(
        Object.entries(subject.environment).map(([name, value]) => [name, filledIn(value, this.#values)]),
      ),
    };
  }

  /** Throws CancelledError. */
  async prepare(): Promise<Ran> {
    const { scratch } = this.#values;
    for (const name of ['home', 'tmp']) mkdirSync(join(scratch, name), { recursive: true });
    const ran = await this.#run(this.#subject.variant.prepare);
    renameSync(scratch, this.#pristinePath);
    return ran;
  }

  /** After `prepare`. Throws CancelledError. */
  async round(): Promise<RoundOutcome> {
    const { variant } = this.#subject;
    const { scratch } = this.#values;
    try {
      cpSync(this.#pristinePath, scratch, {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
      const before = sizeBefore(variant.bytes, this.#values);
      const diff = await this.#run(variant.diff);
      if (diff.kind === 'failed') return diff;
      const deltaBytes = this.#bytesOf(variant.bytes, before);
      if (typeof deltaBytes === 'string') return { kind: 'failed', reason: deltaBytes };
      const apply = variant.apply.length === 0 ? null : await this.#run(variant.apply);
      if (apply?.kind === 'failed') return { kind: 'failed', reason: `rebuilding: ${apply.reason}` };
      const difference = this.#difference();
      const round = { deltaBytes, diff: diff.usage, apply: apply?.usage ?? null, exact: difference === null };
      return { kind: 'measured', round, difference };
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #pristinePath(): string {
    return join(this.#folder, 'pristine');
  }

  get #printedPath(): string {
    return join(this.#folder, 'printed');
  }

  async #run(steps: readonly Step[]): Promise<Ran> {
    const total = { cpuSeconds: 0, wallSeconds: 0, peakRssBytes: 0 };
    for (const { run, stdout = this.#printedPath, folder = '{scratch}', codes = [0] } of steps) {
      const outcome = await this.#meter.run({
        run: run.map((word) => filledIn(word, this.#values)),
        folder: filledIn(folder, this.#values),
        environment: this.#environment,
        stdoutPath: filledIn(stdout, this.#values),
        codes,
      });
      if (outcome.kind === 'failed') return outcome;
      total.cpuSeconds += outcome.usage.cpuSeconds;
      total.wallSeconds += outcome.usage.wallSeconds;
      total.peakRssBytes = Math.max(total.peakRssBytes, outcome.usage.peakRssBytes);
    }
    return { kind: 'ran', usage: total };
  }

  /** A count, or why there is none. */
  #bytesOf(rule: ByteRule, before: number): number | string {
    if (rule.kind === 'printed') {
      const printed = lastBytes(this.#printedPath, printedBytesMax).toString();
      return printedBytes(printed, rule.patterns);
    }
    const path = filledIn(rule.path, this.#values);
    const after = sizeOf(path);
    if (after === undefined) return `the diff left nothing at ${rule.path}`;
    return Math.max(0, after - before);
  }

  #difference(): string | null {
    const output = filledIn(this.#subject.variant.output, this.#values);
    if (lstatSync(output, { throwIfNoEntry: false }) === undefined) return 'nothing was rebuilt';
    return firstDifference(this.#pair.targetPath, output, 'content') ?? null;
  }
}

function sizeBefore(rule: ByteRule, values: Placeholders): number {
  return rule.kind === 'growth' ? (sizeOf(filledIn(rule.path, values)) ?? 0) : 0;
}

/** Bytes of a file, or of all files below a folder; undefined where there is nothing. */
export function sizeOf(path: string): number | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return stats?.size;
  return readdirSync(path).reduce((sum, name) => sum + (sizeOf(join(path, name)) ?? 0), 0);
}

/** The sum of what the patterns find, or which of them finds nothing. */
export function printedBytes(printed: string, patterns: readonly RegExp[]): number | string {
  let sum = 0;
  for (const pattern of patterns) {
    const found = pattern.exec(printed)?.[1]?.replaceAll(',', '');
    if (found === undefined || !/^\d+$/.test(found)) return `what the diff printed has no ${pattern.source}`;
    sum += Number(found);
  }
  return sum;
}
