/**
 * `bench peers`: other programs and ours on the same pairs of snapshots, each as the processes that a user starts, interleaved round by
 * round, every delta applied and compared byte for byte. A tool that fails is a row that says so, and the run goes on.
 */
import { join } from 'node:path';
import { UsageError } from '../base/errors.js';
import { suggestion } from '../base/suggest.js';
import { formatBytes } from '../base/units.js';
import {
  contestantsOf,
  ownContestant,
  variantFor,
  type Contestant,
  type OwnChoice,
} from './experiment/contestant.js';
import type { InputKind, PeerTool, ToolVariant } from './experiment/peer-tool.js';
import { captureEnvironment } from './io/environment.js';
import { emptyCpuSeconds, ownProgram } from './io/own-program.js';
import { pairOfPaths, pairsOfWorkloads, requireRoom, type PeerPair } from './io/peer-pairs.js';
import { builtInTools, missingPrograms, readTool, versionOf } from './io/peer-tools.js';
import { coresToHold } from './io/cores.js';
import { ProcessMeter } from './io/process-meter.js';
import { preparePairs, type PairChoices, type PairEvent } from './io/pairs.js';
import { Scratch } from './io/scratch.js';
import { ToolTrial } from './io/tool-trial.js';
import type { PeerRound, PeerRow } from './measurement/peer-row.js';
import { peerSchemaName, type PeerResults } from './report/peer-results.js';
import { peerRow } from './statistics/peer-row.js';
import { judgePeers, withFront } from './tuning/peer-verdict.js';

export interface PeerBenchOptions extends Omit<PairChoices, 'scale'> {
  /** Two snapshots of the user's, before the workloads. */
  readonly given?: { readonly basePath: string; readonly targetPath: string };
  /** Whether workloads run at all; not where only `given` is wanted. */
  readonly hasWorkloads: boolean;
  /** Names of tools or of their variants; by default all. */
  readonly tools?: readonly string[];
  /** Descriptions of the user's tools. */
  readonly toolFiles?: readonly string[];
  readonly own: readonly OwnChoice[];
  /** Of ours, and the cores that everybody has; by default 1. */
  readonly workers?: number;
  /** By default 3. */
  readonly rounds?: number;
  /** For each command. */
  readonly timeoutMs: number;
  /** Whether variants run that take minutes. */
  readonly isSlow?: boolean;
  /** Where scratch folders are made; by default in memory, where there is room. */
  readonly scratchPath?: string;
}

export type PeerEvent =
  | PairEvent
  | {
      readonly type: 'measuring';
      readonly workload: string;
      readonly tool: string;
      /** 0 while it is prepared. */
      readonly round: number;
      readonly rounds: number;
    };

type OnEvent = (event: PeerEvent) => void;

/** A contestant on the pair at hand. */
interface Seat {
  readonly contestant: Contestant;
  readonly trial: ToolTrial;
  readonly rounds: PeerRound[];
  prepareCpuSeconds: number | null;
  error: string | null;
}

/** Throws UsageError, WorldError, CancelledError; what tools do wrong is in the rows. */
export async function benchPeers(
  options: PeerBenchOptions,
  onEvent: OnEvent = () => undefined,
): Promise<PeerResults> {
  const { workers = 1, rounds = 3, timeoutMs, signal } = options;
  const environment = captureEnvironment();
  const absent: PeerResults['absent'] = [];
  const peers = chosenPeers(options, absent);
  const own = options.own.map((choice) =>
    ownContestant({ ...ownProgram, version: environment.snapdelta, workers }, choice),
  );
  const contestants: readonly Contestant[] = [...peers, ...own];
  const scratch = new Scratch(options.scratchPath);
  try {
    const cores = coresToHold(workers);
    const meter = new ProcessMeter({ cores, timeoutMs, folder: scratch.path, signal });
    const pairs = await pairsOf(options, scratch, onEvent);
    const results: Pick<PeerResults, 'workloads' | 'leftOut' | 'rows'> = {
      workloads: [],
      leftOut: [],
      rows: [],
    };
    for (const pair of pairs) {
      const seats = seated(pair, contestants, options, results.leftOut, meter, scratch);
      try {
        requireRoom(
          scratch.path,
          pair,
          seats.filter(({ contestant }) => isPrepared(contestant, pair.kind)).length,
        );
        const empty = await race(pair, seats, rounds, meter, scratch, onEvent);
        results.rows.push(...rowsOf(pair, seats, empty));
        const { name, summary, options: named, kind, baseBytes, targetBytes, isEqual } = pair;
        results.workloads.push({
          name,
          summary,
          options: [...named],
          kind,
          baseBytes,
          targetBytes,
          isEqual,
          emptyCpuSeconds: empty,
        });
      } finally {
        for (const { trial } of seats) trial.remove();
      }
    }
    return {
      schema: peerSchemaName,
      environment,
      rounds,
      workers,
      cores,
      sizeBytes: options.sizeBytes ?? null,
      timeoutSeconds: timeoutMs / 1000,
      tools: contestants.map(described),
      absent,
      ...results,
      verdicts: results.workloads.flatMap((workload) => judgePeers(workload, results.rows)),
    };
  } finally {
    scratch.remove();
  }
}

/** Tools that are wanted and installed; `absent` takes the others. Whoever gives a tool's file wants it, unless variants of it are named. */
function chosenPeers(
  { tools: wanted, toolFiles = [] }: PeerBenchOptions,
  absent: PeerResults['absent'],
): Contestant[] {
  const given = toolFiles.map(readTool);
  const known: PeerTool[] = [...builtInTools(), ...given];
  const names = known.flatMap(({ tool, variants }) => [tool, ...variants.map(({ name }) => name)]);
  const unknown = wanted?.find((name) => name !== 'none' && !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`unknown tool '${unknown}'`, {
      hint: suggestion(unknown, [...new Set(names), 'none']),
    });
  }
  return known.flatMap((tool) => {
    const isNamed = tool.variants.some(({ name }) => wanted?.includes(name) === true);
    const isWhole = (wanted?.includes(tool.tool) ?? true) || (given.includes(tool) && !isNamed);
    const variants = tool.variants.filter(({ name }) => isWhole || wanted?.includes(name) === true);
    if (variants.length === 0) return [];
    const programs = missingPrograms(tool, variants);
    if (programs.length === 0) return contestantsOf({ ...tool, variants }, versionOf(tool));
    absent.push({ tool: tool.tool, programs });
    return [];
  });
}

async function pairsOf(
  { given, hasWorkloads, ...choices }: PeerBenchOptions,
  scratch: Scratch,
  onEvent: OnEvent,
): Promise<PeerPair[]> {
  const first = given === undefined ? [] : [pairOfPaths(given.basePath, given.targetPath)];
  if (!hasWorkloads) return first;
  const prepared = await preparePairs(join(scratch.path, 'workloads'), { ...choices, scale: 1 }, onEvent);
  return [...first, ...pairsOfWorkloads(prepared)];
}

/** A seat for each contestant that takes such a pair; `leftOut` takes the others. */
function seated(
  pair: PeerPair,
  contestants: readonly Contestant[],
  { isSlow = false, tools = [] }: PeerBenchOptions,
  leftOut: PeerResults['leftOut'],
  meter: ProcessMeter,
  scratch: Scratch,
): Seat[] {
  return contestants.flatMap((contestant): Seat[] => {
    const variant = variantFor(contestant, pair.kind);
    const reason =
      variant === undefined
        ? unfit(contestant, pair.kind)
        : Math.max(pair.baseBytes, pair.targetBytes) > variant.slowAboveBytes &&
            !isSlow &&
            !tools.includes(variant.name)
          ? `slow${variant.slowAboveBytes === 0 ? '' : ` above ${formatBytes(variant.slowAboveBytes)}`}: asked for with --slow`
          : undefined;
    if (variant === undefined || reason !== undefined) {
      leftOut.push({ workload: pair.name, tool: contestant.tool, reason: reason ?? '' });
      return [];
    }
    const { environment, here } = contestant;
    const trial = new ToolTrial({ variant, environment, here }, pair, meter, scratch.newFolder('tool'));
    return [{ contestant, trial, rounds: [], prepareCpuSeconds: null, error: null }];
  });
}

function unfit({ variants }: Contestant, kind: InputKind): string {
  const [taken] = variants.map(({ inputs }) => inputs);
  if (taken === 'images') return 'takes two files of one size, in whole sectors of 512 bytes';
  return `takes no ${kind === 'directories' ? 'directories' : 'files'}`;
}

function isPrepared(contestant: Contestant, kind: InputKind): boolean {
  return (variantFor(contestant, kind)?.prepare.length ?? 0) > 0;
}

/** Prepares everybody, then runs all rounds, every second one backwards. CPU of `node -e 0` in each. */
async function race(
  { name: workload }: PeerPair,
  seats: readonly Seat[],
  rounds: number,
  meter: ProcessMeter,
  scratch: Scratch,
  onEvent: OnEvent,
): Promise<number[]> {
  const tell = ({ tool, profile }: Contestant, round: number): void => {
    onEvent({
      type: 'measuring',
      workload,
      tool: profile === null ? tool : `${tool} ${profile}`,
      round,
      rounds,
    });
  };
  for (const seat of seats) {
    tell(seat.contestant, 0);
    const prepared = await seat.trial.prepare();
    if (prepared.kind === 'failed') seat.error = `preparing: ${prepared.reason}`;
    else seat.prepareCpuSeconds = prepared.usage.cpuSeconds;
  }
  const empty: number[] = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await emptyCpuSeconds(meter, scratch.path));
    for (const seat of round % 2 === 0 ? seats : [...seats].reverse()) {
      if (seat.error !== null) continue;
      tell(seat.contestant, round + 1);
      const outcome = await seat.trial.round();
      if (outcome.kind === 'measured') {
        seat.rounds.push(outcome.round);
        seat.error = outcome.difference;
      } else seat.error = outcome.reason;
    }
  }
  return empty;
}

function rowsOf({ name }: PeerPair, seats: readonly Seat[], empty: readonly number[]): PeerRow[] {
  const rows = seats.map(({ contestant: { tool, version, profile }, rounds, prepareCpuSeconds, error }) =>
    peerRow({ workload: name, tool, version, profile, prepareCpuSeconds, rounds, error }, empty),
  );
  return withFront(rows).sort((a, b) => (a.deltaBytes ?? Infinity) - (b.deltaBytes ?? Infinity));
}

function described({ tool, profile, version, summary, variants }: Contestant): PeerResults['tools'][number] {
  const [first] = variants;
  const words = (steps: ToolVariant['diff'] = []): string[][] => steps.map(({ run }) => [...run]);
  return {
    tool,
    profile,
    version,
    summary,
    prepare: words(first?.prepare),
    diff: words(first?.diff),
    apply: words(first?.apply),
  };
}
