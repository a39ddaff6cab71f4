/**
 * `bench growth`: the same kind of pair at growing sizes, diffed by whole processes of ours with one worker and more, every delta applied and
 * compared byte for byte. Time should follow a straight line, and memory should hardly follow at all.
 */
import { join } from 'node:path';
import { UsageError } from '../base/errors.js';
import { ownContestant, variantFor, type OwnChoice } from './experiment/contestant.js';
import { captureEnvironment } from './io/environment.js';
import { emptyCpuSeconds, ownProgram } from './io/own-program.js';
import { pairsOfWorkloads, requireFree, type PeerPair } from './io/peer-pairs.js';
import { preparePairs, type PairEvent } from './io/pairs.js';
import { coresToHold } from './io/cores.js';
import { ProcessMeter } from './io/process-meter.js';
import { Scratch } from './io/scratch.js';
import { ToolTrial } from './io/tool-trial.js';
import type { PeerRound } from './measurement/peer-row.js';
import { growthFits, growthSchemaName, type GrowthResults, type GrowthRow } from './report/growth-results.js';
import { peerRow } from './statistics/peer-row.js';

export interface GrowthBenchOptions {
  /** A generator or another workload that can be made in any size. */
  readonly workload: string;
  readonly workloadFile?: string;
  /** Of the first snapshot, each measured once a round. */
  readonly sizesBytes: readonly number[];
  readonly own: readonly OwnChoice[];
  readonly workers: readonly number[];
  readonly rounds: number;
  /** For each command. */
  readonly timeoutMs: number;
  /** Where scratch folders are made; by default in memory, where there is room. */
  readonly scratchPath?: string;
  readonly signal?: AbortSignal;
}

export type GrowthEvent =
  | PairEvent
  | { readonly type: 'measuring'; readonly bytes: number; readonly series: string; readonly round: number };

type OnEvent = (event: GrowthEvent) => void;

/** One of ours with a number of workers, at the size at hand. */
interface Seat {
  readonly profile: string;
  readonly workers: number;
  readonly trial: ToolTrial;
  readonly rounds: PeerRound[];
  error: string | null;
}

/** Base, target, delta and rebuilt target lie there at once. */
const filesOfASize = 4;

/** Throws UsageError, WorldError, CancelledError; a diff that fails is a row that says so. */
export async function benchGrowth(
  options: GrowthBenchOptions,
  onEvent: OnEvent = () => undefined,
): Promise<GrowthResults> {
  const environment = captureEnvironment();
  const scratch = new Scratch(options.scratchPath);
  try {
    const largestBytes = Math.max(...options.sizesBytes);
    requireFree(scratch.path, filesOfASize * largestBytes, 'the largest size', 'smaller --sizes');
    const rows: GrowthRow[] = [];
    for (const askedBytes of [...options.sizesBytes].sort((a, b) => a - b)) {
      const made = new Scratch(scratch.path);
      try {
        const pair = await pairOf(options, askedBytes, made, onEvent);
        rows.push(...(await measureSize(pair, askedBytes, options, environment.snapdelta, made, onEvent)));
      } finally {
        made.remove();
      }
    }
    const { workload, rounds } = options;
    return { schema: growthSchemaName, environment, workload, rounds, rows, fits: growthFits(rows) };
  } finally {
    scratch.remove();
  }
}

async function pairOf(
  { workload, workloadFile, signal }: GrowthBenchOptions,
  sizeBytes: number,
  scratch: Scratch,
  onEvent: OnEvent,
): Promise<PeerPair> {
  const choices = {
    workloads: [workload],
    scale: 1,
    sizeBytes,
    ...(workloadFile === undefined ? {} : { workloadFile }),
    ...(signal === undefined ? {} : { signal }),
  };
  const [pair] = pairsOfWorkloads(await preparePairs(join(scratch.path, 'workloads'), choices, onEvent));
  if (pair === undefined) throw new UsageError(`workload ${workload} gave no pair`);
  return pair;
}

async function measureSize(
  pair: PeerPair,
  askedBytes: number,
  { own, workers: counts, rounds, timeoutMs, signal }: GrowthBenchOptions,
  version: string,
  scratch: Scratch,
  onEvent: OnEvent,
): Promise<GrowthRow[]> {
  const meterFor = (count: number): ProcessMeter =>
    new ProcessMeter({ cores: coresToHold(count), timeoutMs, folder: scratch.path, signal });
  const seats = own.flatMap((choice) =>
    counts.flatMap((workers): Seat[] => {
      const contestant = ownContestant({ ...ownProgram, version, workers }, choice);
      const variant = variantFor(contestant, pair.kind);
      if (variant === undefined) return [];
      const subject = { variant, environment: {}, here: '' };
      const trial = new ToolTrial(subject, pair, meterFor(workers), scratch.newFolder('trial'));
      return [{ profile: choice.label, workers, trial, rounds: [], error: null }];
    }),
  );
  for (const seat of seats) {
    const prepared = await seat.trial.prepare();
    if (prepared.kind === 'failed') seat.error = prepared.reason;
  }
  const empty: number[] = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await emptyCpuSeconds(meterFor(1), scratch.path));
    for (const seat of round % 2 === 0 ? seats : [...seats].reverse()) {
      if (seat.error !== null) continue;
      onEvent({ type: 'measuring', bytes: askedBytes, series: seat.profile, round: round + 1 });
      const outcome = await seat.trial.round();
      if (outcome.kind === 'measured') {
        seat.rounds.push(outcome.round);
        seat.error = outcome.difference;
      } else seat.error = outcome.reason;
    }
  }
  return seats.map(({ profile, workers, rounds: seen, error }) => {
    const named = { workload: pair.name, tool: 'snapdelta', version, profile, prepareCpuSeconds: null };
    const row = peerRow({ ...named, rounds: seen, error }, empty);
    return { ...row, profile, workers, askedBytes, targetBytes: pair.targetBytes };
  });
}
