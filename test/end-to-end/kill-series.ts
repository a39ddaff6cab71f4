/**
 * kill -9 at random moments, with real processes: a server and agents that push to it over TLS, either side (or both) ended without a word again and again, started anew, and asked
 * to go on. What was acknowledged must be there; what is there must be what somebody pushed.
 *
 * The seed decides contents, victims and moments as shares of what a push takes; the machine decides what a process is doing then, so that a run is not repeatable to the byte, and
 * need not be. SIGKILL leaves what was written to the system: power cuts are the simulator's.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../../src/base/prng.js';
import { Running, startServing, type Serving } from '../cli/serving.js';

export interface KillSeriesOptions {
  /** Empty, with identities in `keys`: backup.pem and laptop.pem. */
  readonly folder: string;
  readonly seed: number;
  /** Processes to kill. */
  readonly killCount: number;
  readonly imageBytes: number;
}

/** What was acknowledged, and what else happened. */
export interface KillSeriesReport {
  readonly killed: { readonly servers: number; readonly pushes: number; readonly restores: number };
  /** By dot: SHA-256 of the content. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** SHA-256 of everything that any push carried, acknowledged or not. */
  readonly attempted: ReadonlySet<string>;
  /** Acknowledged pushes that sent less than what had changed, since a push before them was killed. */
  readonly resumedCount: number;
  /** Acknowledged pushes that outlived their server. */
  readonly reconnectedCount: number;
  /** What must never happen, told. */
  readonly problems: readonly string[];
}

type Victim = 'server' | 'push' | 'both' | 'restore';

/** Segments of this size, so that a push has many moments. */
const segmentBytes = 64 * 1024;
/** Share of its blocks that a snapshot changes. */
const changedShare = 0.4;
const runBytes = 48 * 1024;
/** Some outlive the moment that was meant for them; this many attempts for each kill are enough. */
const attemptsForKillMax = 5;

export class KillSeries {
  readonly #options: KillSeriesOptions;
  readonly #random: Random;
  readonly #image: Uint8Array;
  readonly #killed = { servers: 0, pushes: 0, restores: 0 };
  readonly #acknowledged = new Map<string, string>();
  readonly #attempted = new Set<string>();
  readonly #problems: string[] = [];
  #resumedCount = 0;
  #reconnectedCount = 0;
  #serving: Serving;
  /** How long a push takes that nobody kills, as far as is known: it follows the machine's load. */
  #pushMs = 0;
  /** Whether the image at hand was pushed, and not acknowledged. */
  #isPending = false;

  private constructor(options: KillSeriesOptions, serving: Serving) {
    this.#options = options;
    this.#serving = serving;
    this.#random = new Random(options.seed);
    this.#image = new Uint8Array(options.imageBytes);
    this.#random.fork('image').fill(this.#image);
  }

  /** Runs it. The server that runs afterwards is the caller's to stop. */
  static async run(options: KillSeriesOptions): Promise<{ report: KillSeriesReport; serving: Serving }> {
    const series = new KillSeries(options, await serve(options.folder, 0));
    try {
      await series.#run();
    } catch (error) {
      await series.#serving.process.stop('SIGKILL');
      throw error;
    }
    return { report: series.#report(), serving: series.#serving };
  }

  async #run(): Promise<void> {
    const startMs = performance.now();
    await this.#finish(this.#push());
    this.#pushMs = performance.now() - startMs;
    const attemptCountMax = attemptsForKillMax * this.#options.killCount;
    for (let i = 0; i < attemptCountMax && this.#killCount < this.#options.killCount; i++) {
      const victim = this.#pick<Victim>(['server', 'server', 'push', 'push', 'push', 'both', 'restore']);
      if (victim === 'restore') await this.#killRestore();
      else await this.#killPush(victim);
    }
    await this.#finish(this.#push());
  }

  get #killCount(): number {
    const { servers, pushes, restores } = this.#killed;
    return servers + pushes + restores;
  }

  /** A push, and somebody's end in the midst of it. */
  async #killPush(victim: Exclude<Victim, 'restore'>): Promise<void> {
    // A push that was killed is mostly tried again, as people do, and sometimes never.
    const pushing = this.#push(this.#isPending && this.#random.float() < 0.7);
    await this.#moment(pushing);
    if (victim !== 'push' && (await killed(this.#serving.process))) this.#killed.servers++;
    if (victim !== 'server' && (await killed(pushing))) this.#killed.pushes++;
    if (victim !== 'push') this.#serving = await serve(this.#options.folder, portOf(this.#serving));
    await this.#finish(pushing);
  }

  /** A restore is killed: its target is there whole, or not at all. */
  async #killRestore(): Promise<void> {
    const { folder } = this.#options;
    const target = join(folder, 'restored.img');
    const { address } = this.#serving;
    const words = ['restore', 'disk', '--from', address, '-o', target, '--identity', 'keys/laptop.pem'];
    const restoring = new Running(folder, words);
    await this.#moment(restoring);
    if (await killed(restoring)) this.#killed.restores++;
    const { code, signal } = await restoring.ended;
    if (signal === null && code !== 0) this.#problems.push(`a restore failed: ${restoring.stderr}`);
    if (existsSync(target) && !this.#attempted.has(sha256(readFileSync(target))))
      this.#problems.push('a restore that was killed left what nobody pushed');
    for (const name of readdirSync(folder)) {
      if (name.includes('restored.img')) rmSync(join(folder, name));
    }
  }

  /** Starts a push of the same image again, or of a changed one. */
  #push(isAgain = false): Running {
    const { folder } = this.#options;
    const path = join(folder, 'disk.img');
    if (!isAgain) {
      if (this.#attempted.size > 0) this.#change();
      writeFileSync(path, this.#image);
    }
    this.#attempted.add(sha256(this.#image));
    this.#isPending = true;
    return new Running(folder, [
      ...['push', path, '--to', this.#serving.address, '--volume', 'disk', '--identity', 'keys/laptop.pem'],
      ...['--attempts', '1000', '--json'],
    ]);
  }

  /** Waits for a push to end, and keeps what it said. */
  async #finish(pushing: Running): Promise<void> {
    const { code, signal } = await pushing.ended;
    if (signal === 'SIGKILL' && pushing.stdout === '') return;
    if (code !== 0 && signal === null) {
      this.#problems.push(`a push failed with ${code}: ${pushing.stderr}`);
      return;
    }
    const said = JSON.parse(pushing.stdout) as {
      dot: string;
      blocks: { changed: number; sent: number };
      attempts: number;
    };
    const content = sha256(this.#image);
    const known = this.#acknowledged.get(said.dot);
    if (known !== undefined && known !== content) this.#problems.push(`${said.dot} names two snapshots`);
    this.#acknowledged.set(said.dot, content);
    this.#isPending = false;
    if (said.blocks.sent < said.blocks.changed) this.#resumedCount++;
    if (said.attempts > 1) this.#reconnectedCount++;
  }

  /** Waits until a share of what a push takes, or until the process has ended. */
  async #moment(running: Running): Promise<void> {
    const startMs = performance.now();
    const share = 0.2 + 0.85 * this.#random.float();
    await Promise.race([setTimeout(share * this.#pushMs), running.ended]);
    this.#pushMs = running.isRunning ? 1.05 * this.#pushMs : performance.now() - startMs;
  }

  #change(): void {
    const runCount = Math.ceil((changedShare * this.#image.length) / runBytes);
    for (let i = 0; i < runCount; i++) {
      const at = this.#random.below(this.#image.length - runBytes);
      this.#random.fork(`run ${this.#attempted.size} ${i}`).fill(this.#image.subarray(at, at + runBytes));
    }
  }

  #pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.#random.below(choices.length)] ?? choices[0];
  }

  #report(): KillSeriesReport {
    return {
      killed: this.#killed,
      acknowledged: this.#acknowledged,
      attempted: this.#attempted,
      resumedCount: this.#resumedCount,
      reconnectedCount: this.#reconnectedCount,
      problems: this.#problems,
    };
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** On the port that it had, so that agents find it again. Upkeep as often as it may, so that collections come between. */
async function serve(folder: string, port: number): Promise<Serving> {
  rmSync(join(folder, 'repository.address'), { force: true });
  const options = ['--segment', String(segmentBytes), '--upkeep', '1s'];
  return await startServing(folder, 'repository', 'keys/backup.pem', options, { port });
}

function portOf({ address }: Serving): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** Kills; whether it was running until then. */
async function killed(running: Running): Promise<boolean> {
  if (!running.isRunning) return false;
  return (await running.stop('SIGKILL')).signal === 'SIGKILL';
}
