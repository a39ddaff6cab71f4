/**
 * Where jobs run. `process`: each job in a fresh Node process, so that one configuration's heap and compiled code never count for
 * another's; the default. `here`: in this process, for tests and for profiling.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CancelledError, WorldError, fromPlainFailure, type PlainFailure } from '../../base/errors.js';
import type { Job, Outcome } from '../measurement/job.js';
import { runJob } from './run-job.js';

export type Isolation = 'process' | 'here';

/** What a job's process says, one message at a time. */
export type RunnerMessage =
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'failure'; readonly failure: PlainFailure }
  | { readonly type: 'done' };

/** Runs the job and hands over outcomes as they come. Throws what the job threw. */
export async function runIsolated(
  job: Job,
  isolation: Isolation,
  onOutcome: (outcome: Outcome) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (isolation === 'here') {
    for await (const outcome of runJob(job, signal)) onOutcome(outcome);
    return;
  }
  await runInProcess(job, onOutcome, signal);
}

const modulePath = fileURLToPath(new URL('./runner-process.js', import.meta.url));

function runInProcess(
  job: Job,
  onOutcome: (outcome: Outcome) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new CancelledError('cancelled', { cause: signal.reason }));
      return;
    }
    const child = fork(modulePath, {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let isDone = false;
    const stop = (): void => {
      child.kill('SIGKILL');
      reject(new CancelledError('cancelled', { cause: signal?.reason }));
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.on('message', (message: RunnerMessage) => {
      switch (message.type) {
        case 'outcome':
          onOutcome(message.outcome);
          break;
        case 'failure':
          reject(fromPlainFailure(message.failure));
          break;
        case 'done':
          isDone = true;
      }
    });
    child.on('error', (cause) => reject(new WorldError('a measuring process cannot be started', { cause })));
    child.on('exit', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      if (isDone) resolve();
      else {
        const how = killedBy === null ? `with code ${code ?? '?'}` : `by ${killedBy}`;
        reject(new WorldError(`the process that measured ${job.configuration} ended ${how}`));
      }
    });
    child.send(job);
  });
}
