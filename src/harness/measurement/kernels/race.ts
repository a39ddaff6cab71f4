/**
 * Racing: entrants that are compared with each other run in interleaved rounds, a lap each, so that a machine that changes its speed
 * does so to all of them. Every round begins with another entrant, every second one goes backwards. Two entrants' ratio is taken round
 * by round.
 */
import { Bench } from 'tinybench';
import type { Clock } from '../../../base/clock.js';
import type { OwnCase } from './definition.js';
import { kernelTargets } from './targets.js';

export interface Entrant {
  readonly kernel: string;
  readonly implementation: string;
  readonly data: string;
  /** Runs for a while; 1e9 bytes of input per second of CPU time. */
  readonly lap: () => number;
}

/** Speeds of each entrant, one for each round. */
export function race(entrants: readonly Entrant[], rounds: number): number[][] {
  const speeds = entrants.map((): number[] => []);
  const numbered = [...entrants.entries()];
  for (let round = 0; round < rounds; round++) {
    const start = round % numbered.length;
    const order = [...numbered.slice(start), ...numbered.slice(0, start)];
    if (round % 2 === 1) order.reverse();
    for (const [index, { lap }] of order) speeds[index]?.push(lap());
  }
  return speeds;
}

/** A case's laps: passes for `lapMs` by the clock, timed by tinybench; before the first one, half as long to warm up. */
export function lapsOf({ kernel, bytes, pass }: OwnCase, lapMs: number, clock: Clock): () => number {
  let isWarm = false;
  return () => {
    const bench = new Bench({
      time: lapMs,
      iterations: 1,
      now: () => clock.nowMs(),
      warmup: !isWarm,
      warmupTime: lapMs / 2,
      warmupIterations: 2,
    });
    isWarm = true;
    bench.add(kernel, pass);
    const [task] = bench.runSync();
    if (task?.result.state === 'errored') throw task.result.error;
    return task?.result.state === 'completed' ? bytes / 1e6 / task.result.latency.mean : NaN;
  };
}

/** Those that do the same work on the same data, or are set against each other by a target, belong to one race. */
export function racesOf<T extends Omit<Entrant, 'lap'>>(entrants: readonly T[]): T[][] {
  const nodeOf = (kernel: string, data: string): string => `${kernel}: ${data}`;
  const parents = new Map<string, string>();
  const rootOf = (node: string): string => {
    const parent = parents.get(node) ?? node;
    return parent === node ? node : rootOf(parent);
  };
  for (const target of kernelTargets) {
    if (target.kind !== 'speed') continue;
    const { kernel, peer } = target;
    for (const data of target.data) {
      parents.set(rootOf(nodeOf(kernel, data)), rootOf(nodeOf(peer.kernel, peer.data ?? data)));
    }
  }
  const races = new Map<string, T[]>();
  for (const entrant of entrants) {
    const root = rootOf(nodeOf(entrant.kernel, entrant.data));
    races.set(root, [...(races.get(root) ?? []), entrant]);
  }
  return [...races.values()];
}
