/** Servers as processes of their own, on loopback, each on a port that the system chooses. Whoever starts one stops it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { program } from './program.js';

export const loopback = [127, 0, 0, 1].join('.');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the program, with what it said on stderr. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Exit>;
  stdout = '';
  stderr = '';

  /** `fileBlocksMax`: no file may grow beyond so many units of 512 bytes, which fails writes as a full disk does. */
  constructor(folder: string, words: readonly string[], fileBlocksMax?: number) {
    const limit = `trap '' XFSZ; ulimit -f ${fileBlocksMax ?? 0}; exec "$0" "$@"`;
    const node = [process.execPath, program, ...words];
    const [command = '', ...rest] = fileBlocksMax === undefined ? node : ['sh', '-c', limit, ...node];
    this.child = spawn(command, rest, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (this.isRunning) this.child.kill(signal);
    return await this.ended;
  }
}

export interface Serving {
  readonly address: string;
  readonly process: Running;
}

/** Starts `serve` and resolves when it listens. Throws with what it said where it does not. */
export async function startServing(
  folder: string,
  repository: string,
  identity: string,
  options: readonly string[] = [],
  { port = 0, fileBlocksMax }: { readonly port?: number; readonly fileBlocksMax?: number } = {},
): Promise<Serving> {
  const addressFile = `${folder}/${repository}.address`;
  const words = ['serve', repository, '--identity', identity, '--address-file', addressFile];
  const running = new Running(
    folder,
    [...words, '--listen', [loopback, port].join(':'), ...options],
    fileBlocksMax,
  );
  while (!existsSync(addressFile)) {
    if (!running.isRunning) throw new Error(`the server did not start: ${running.stderr}`);
    await setTimeout(10);
  }
  return { address: readFileSync(addressFile, 'utf8').trim(), process: running };
}
