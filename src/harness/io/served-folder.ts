/** A `serve` process of some built program on loopback, on a port that the system chooses: what agents of another version are let at. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfCancelled, WorldError } from '../../base/errors.js';

export const loopback = [127, 0, 0, 1].join('.');
const startMsMax = 20_000;
const stopMsMax = 10_000;
const lookEachMs = 20;

export class ServedFolder {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.address = address;
    this.#child = child;
  }

  /** `command` lacks where it listens. Throws WorldError where it ends, or does not listen within 20 s; CancelledError. */
  static async start(
    [program = '', ...words]: readonly string[],
    { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal },
  ): Promise<ServedFolder> {
    const addressPath = join(folder, 'address');
    rmSync(addressPath, { force: true });
    const listening = ['--listen', `${loopback}:0`, '--address-file', addressPath];
    const child = spawn(program, [...words, ...listening], {
      cwd: folder,
      env: {},
      stdio: ['ignore', 'ignore', 'pipe'],
      // Leads a group, which ends as a whole: the program may be a script around another one.
      detached: true,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4096)));
    // It then has no number.
    child.once('error', () => undefined);
    const kill = (): void => {
      endGroup(child, 'SIGKILL');
    };
    process.once('exit', kill);
    child.once('close', () => process.off('exit', kill));
    const served = new ServedFolder('', child);
    for (let waitedMs = 0; !existsSync(addressPath); waitedMs += lookEachMs) {
      if (signal?.aborted === true) await served.stop();
      throwIfCancelled(signal);
      if (child.pid === undefined || hasEnded(child) || waitedMs >= startMsMax) {
        await served.stop();
        throw new WorldError(`a server does not begin to listen: ${said.trim().split('\n').at(-1) ?? ''}`);
      }
      await sleep(lookEachMs);
    }
    return new ServedFolder(readFileSync(addressPath, 'utf8').trim(), child);
  }

  /** Resolves when every process of it has ended. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.pid === undefined || child.stderr?.closed === true) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    endGroup(child, 'SIGTERM');
    const timer = setTimeout(() => endGroup(child, 'SIGKILL'), stopMsMax);
    await ended;
    clearTimeout(timer);
  }
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended.
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
