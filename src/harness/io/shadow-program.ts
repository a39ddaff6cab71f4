/**
 * A built program, told what to do as a user tells it: each command is a process of its own, held to a core and metered. So a side may be another version, and what is compared is what users
 * get: reading, start and all. Nothing is inherited from this process's environment.
 *
 * Law: what the program does wrong is an outcome; where it was told what it does not take, or the world failed, a diff and an apply throw.
 */
import { join } from 'node:path';
import { UsageError, WorldError, exitCodes } from '../../base/errors.js';
import type { ProgramPlan } from '../canary/directories.js';
import type { ProcessUsage } from '../measurement/peer-row.js';
import type { ProcessMeter } from './process-meter.js';
import { ServedFolder } from './served-folder.js';

/** Its usage, or why it failed. */
export type Ran =
  | { readonly usage: ProcessUsage }
  | { readonly failure: string; /** Where it ended of its own accord. */ readonly code?: number };

export class ShadowProgram {
  readonly label: string;
  readonly #path: string;
  readonly #plan: ProgramPlan;
  readonly #meter: ProcessMeter;
  readonly #folder: string;
  readonly #keyPath: string;

  /** `path`: the file that Node runs. `folder` takes what it prints; `keyPath` is a key pair for profiles that demand signatures. */
  constructor(path: string, plan: ProgramPlan, meter: ProcessMeter, folder: string, keyPath: string) {
    this.label = plan.label;
    this.#path = path;
    this.#plan = plan;
    this.#meter = meter;
    this.#folder = folder;
    this.#keyPath = keyPath;
  }

  /** Throws UsageError for options that this program does not take, WorldError where the world failed, CancelledError. */
  async diff(basePath: string, targetPath: string, packagePath: string, workers: number): Promise<Ran> {
    const { options, isSigned } = this.#plan;
    const signing = isSigned ? ['--sign-key', this.#keyPath] : [];
    const words = [...options, ...signing, '--workers', String(workers), '--quiet'];
    return this.#requireWorld(await this.run('diff', basePath, targetPath, '-o', packagePath, ...words));
  }

  /** Throws as diff does. */
  async apply(basePath: string, packagePath: string, targetPath: string): Promise<Ran> {
    const trusting = this.#plan.isSigned ? ['--trust', `${this.#keyPath}.pub`] : [];
    return this.#requireWorld(
      await this.run('apply', basePath, packagePath, '-o', targetPath, ...trusting, '--quiet'),
    );
  }

  /** Throws CancelledError, WorldError where it cannot be started. */
  async run(...words: readonly string[]): Promise<Ran> {
    const outcome = await this.#meter.run({
      run: [process.execPath, this.#path, ...words],
      folder: this.#folder,
      environment: {},
      stdoutPath: join(this.#folder, 'printed'),
      codes: [exitCodes.ok],
    });
    if (outcome.kind === 'ended') return { usage: outcome.usage };
    const { code, reason, isUnstarted } = outcome;
    if (isUnstarted === true) throw new WorldError(reason);
    return { failure: `${words[0] ?? ''}: ${reason}`, ...(code === undefined ? {} : { code }) };
  }

  /** Serves a folder on loopback until it is stopped. Throws WorldError where it does not begin to, CancelledError. */
  serve(repositoryPath: string, identityPath: string, signal?: AbortSignal): Promise<ServedFolder> {
    return ServedFolder.start(
      [process.execPath, this.#path, 'serve', repositoryPath, '--identity', identityPath, '--quiet'],
      { folder: this.#folder, ...(signal === undefined ? {} : { signal }) },
    );
  }

  #requireWorld(ran: Ran): Ran {
    if (!('failure' in ran)) return ran;
    const message = `${this.label}: ${ran.failure}`;
    if (ran.code === exitCodes.usage) throw new UsageError(message);
    if (ran.code === exitCodes.world) throw new WorldError(message);
    return ran;
  }
}
