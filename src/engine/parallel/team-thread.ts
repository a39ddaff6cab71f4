/**
 * A team's thread: has the list of jobs that the calling thread keeps, does those that it claims first, and sends home what came of them. It
 * ends when it is terminated.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { assert, toPlainFailure, type PlainFailure } from '../../base/errors.js';
import { claimNext, type Listed } from './claims.js';
import type { Lane } from './executor.js';

/** What a thread sends home: errors do not survive the crossing as themselves. */
export type Outcome<Result> =
  { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly failure: PlainFailure };

export interface ThreadData {
  readonly setup: unknown;
  readonly claims: Int32Array;
}

/** Serves for as long as the thread lives. `newLane` is called with the team's setup when the first job is due. */
export function serveTeam<Job, Result>(newLane: (setup: unknown) => Lane<Job, Result>): void {
  const { setup, claims } = workerData as ThreadData;
  const port = parentPort;
  assert(port !== null, 'a team has threads');
  const list: Listed<Job>[] = [];
  let lane: Lane<Job, Result> | undefined;
  let isWorking = false;

  const send = ({ number, job }: Listed<Job>): void => {
    try {
      lane ??= newLane(setup);
      port.postMessage({ number, outcome: { ok: true, result: lane.run(job) } });
    } catch (error) {
      port.postMessage({ number, outcome: { ok: false, failure: toPlainFailure(error) } });
    }
  };
  const work = async (): Promise<void> => {
    isWorking = true;
    for (let next = claimNext(claims, list); next !== undefined; next = claimNext(claims, list)) {
      send(next);
      // The list grows meanwhile, and native memory that was collected is given back.
      await new Promise((resolve) => setImmediate(resolve));
    }
    isWorking = false;
  };
  port.on('message', (listed: Listed<Job>[]) => {
    list.push(...listed);
    if (!isWorking) void work();
  });
  port.postMessage(null);
}
