/** A measuring process (gate-worker.ts) of this build or of another one, seen from the process that judges. */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BugError, CancelledError, UsageError, WorldError, fromPlainFailure } from '../../base/errors.js';
import {
  gateProtocol,
  type Count,
  type GateAnswer,
  type GateRequest,
  type GateTask,
  type Lap,
} from '../measurement/gate-task.js';

/** From src/harness/io and dist/harness/io alike. */
export const ownRoot = fileURLToPath(new URL('../../../', import.meta.url));

const workerPath = join('dist', 'harness', 'io', 'gate-worker.js');

/**
 * Code is compiled by the compiler that optimises and in the thread that runs it, kernels when they are first called; memory is collected
 * there, too. Otherwise threads in the background would do so while the process is measured, at other times in each process.
 */
const options = ['--no-liftoff', '--single-threaded', '--expose-gc'];

/** What is measured: a build, with tasks that may differ between builds in their strategies only. */
export interface Contestant {
  readonly label: string;
  /** The folder of the build, which holds `dist`. */
  readonly root: string;
  readonly tasks: readonly GateTask[];
}

export class GateLane {
  readonly #child: ChildProcess;
  readonly #label: string;
  /** Places of tasks that the build does not know. */
  absent: readonly number[] = [];
  #settle: { resolve: (answer: GateAnswer) => void; reject: (error: Error) => void } | undefined;
  #ended: Error | undefined;

  private constructor(child: ChildProcess, label: string, signal: AbortSignal | undefined) {
    this.#child = child;
    this.#label = label;
    child.on('message', (answer: GateAnswer) => {
      const settle = this.#settle;
      this.#settle = undefined;
      if (answer.type === 'failure') settle?.reject(fromPlainFailure(answer.failure));
      else settle?.resolve(answer);
    });
    child.on('error', (cause) =>
      this.#end(new WorldError('a measuring process cannot be started', { cause })),
    );
    child.on('exit', (code, killedBy) => {
      const how = killedBy === null ? `with code ${code ?? '?'}` : `by ${killedBy}`;
      this.#end(new WorldError(`the process that measured ${label} ended ${how}`));
    });
    const stop = (): void => {
      child.kill('SIGKILL');
      this.#end(new CancelledError('cancelled', { cause: signal?.reason }));
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.once('exit', () => signal?.removeEventListener('abort', stop));
    if (signal?.aborted === true) stop();
  }

  /** Starts the process and makes its tasks ready. Throws UsageError for a build that cannot be asked, WorldError, CancelledError. */
  static async open({ label, root, tasks }: Contestant, signal?: AbortSignal): Promise<GateLane> {
    const path = join(root, workerPath);
    if (!existsSync(path)) {
      throw new UsageError(`${label} cannot be measured: it has no ${workerPath}`, {
        hint: 'compare with a later commit, or compare result files',
      });
    }
    const child = fork(path, { cwd: root, execArgv: options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const lane = new GateLane(child, label, signal);
    try {
      const answer = await lane.#ask({ type: 'open', tasks });
      if (answer.type !== 'opened') throw lane.#confused(answer);
      if (answer.protocol !== gateProtocol) {
        throw new UsageError(
          `${label} speaks version ${answer.protocol} of the gate, this build ${gateProtocol}`,
          {
            hint: 'compare with a later commit, or compare result files',
          },
        );
      }
      lane.absent = answer.absent;
      return lane;
    } catch (error) {
      lane.close();
      throw error;
    }
  }

  async lap(task: number, passes: number): Promise<Lap> {
    const answer = await this.#ask({ type: 'lap', task, passes });
    if (answer.type !== 'lap') throw this.#confused(answer);
    return answer;
  }

  async count(task: number): Promise<readonly Count[]> {
    const answer = await this.#ask({ type: 'count', task });
    if (answer.type !== 'counted') throw this.#confused(answer);
    return answer.counts;
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #ask(request: GateRequest): Promise<GateAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#settle = { resolve, reject };
      this.#child.send(request);
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#settle?.reject(this.#ended);
    this.#settle = undefined;
  }

  #confused({ type }: GateAnswer): BugError {
    return new BugError(`the process that measured ${this.#label} answered '${type}'`);
  }
}
