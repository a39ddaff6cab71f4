/**
 * `bench chunkers`: what chunkers are worth. For each average and kind of data: how much of an edited version lies in chunks that the
 * original has, too; how chunk sizes are distributed; and beside it, how fast the cuts are found. The first two are exact.
 */
import type { Clock } from '../base/clock.js';
import { throwIfCancelled } from '../base/errors.js';
import { createWasmKernels } from '../kernels/load.js';
import { createRivals } from '../kernels/rivals.js';
import { generatedData, ownData, type ChunkerData } from './io/chunker-data.js';
import { cpuClock } from './io/cpu-clock.js';
import { captureEnvironment } from './io/environment.js';
import { Scratch } from './io/scratch.js';
import { ChunkerBench } from './measurement/chunkers/bench.js';
import { dataKinds, type DataKind } from './measurement/data-kinds.js';
import { foundBytes } from './measurement/chunkers/chunked.js';
import { chunkerNames, chunkSizes, type ChunkerName, type ChunkSizes } from './measurement/chunkers/rules.js';
import { raceChunkers } from './measurement/chunkers/speed.js';
import { surveyChunks } from './statistics/chunk-survey.js';
import {
  chunkerSchemaName,
  type ChunkerResults,
  type ChunkerRow,
  type FoundAgain,
} from './report/chunker-results.js';
import { spread, type Spread } from './statistics/summary.js';

export interface ChunkerBenchOptions {
  /** By default all. */
  readonly chunkers?: readonly ChunkerName[];
  /** Powers of two from 1 KiB; by default 16 KiB and 64 KiB. */
  readonly averageBytes?: readonly number[];
  /** Built-in kinds of data; by default all, or none where `own` is given. */
  readonly kinds?: readonly DataKind[];
  /** Files, folders of snapshots, workloads. */
  readonly own?: readonly string[];
  /** Of each built-in kind and each generated workload, by default 64 MiB; of files and series at most this much is used. */
  readonly bytes?: number;
  /** By default 1. */
  readonly seed?: number;
  /** Of the speed, by default 5; 0 measures none, and the document is the same from run to run. */
  readonly rounds?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly data: string;
  }) => void;
}

/** A chunker with the sizes of one average. */
interface Entrant {
  readonly chunker: ChunkerName;
  readonly sizes: ChunkSizes;
}

const roundMs = 15;
const defaultBytes = 64 * 1024 * 1024;

/** Throws UsageError, WorldError, CancelledError. */
export async function benchChunkers(options: ChunkerBenchOptions = {}): Promise<ChunkerResults> {
  const { seed = 1, rounds = 5, own = [], chunkers = chunkerNames, signal } = options;
  const { averageBytes = [16 * 1024, 64 * 1024], kinds = own.length === 0 ? dataKinds : [] } = options;
  const entrants = averageBytes.flatMap((average) =>
    chunkers.map((chunker): Entrant => ({ chunker, sizes: chunkSizes(chunker, average) })),
  );
  const scratch = new Scratch();
  const results: Pick<ChunkerResults, 'data' | 'rows'> = { data: [], rows: [] };
  try {
    const makers = [
      ...kinds.map((kind) => [kind, () => generatedData(kind, seed, options.bytes ?? defaultBytes)] as const),
      ...own.map(
        (given) => [given, () => ownData(given, scratch.path, seed, options.bytes, signal)] as const,
      ),
    ];
    for (const [done, [name, make]] of makers.entries()) {
      options.onProgress?.({ done, total: makers.length, data: name });
      const data = await make();
      results.data.push(data.record);
      results.rows.push(...(await measure(data, entrants, rounds, options)));
    }
  } finally {
    scratch.remove();
  }
  return {
    schema: chunkerSchemaName,
    environment: rounds === 0 ? null : captureEnvironment(),
    seed,
    rounds,
    ...results,
  };
}

async function measure(
  data: ChunkerData,
  entrants: readonly Entrant[],
  rounds: number,
  { clock = cpuClock, signal }: ChunkerBenchOptions,
): Promise<ChunkerRow[]> {
  const averageBytesMin = Math.min(...entrants.map(({ sizes }) => sizes.averageBytes));
  const bench = new ChunkerBench(createWasmKernels(), createRivals(), data.versionBytesMax, averageBytesMin);
  bench.load(data.original);
  const surveys = entrants.map((entrant) => {
    const original = bench.chunk(entrant.chunker, entrant.sizes);
    return { ...entrant, original, known: new Set(original.digests), found: [] as FoundAgain[] };
  });
  for (const { name, bytes } of data.versions()) {
    await new Promise((next) => setImmediate(next));
    throwIfCancelled(signal);
    bench.load(bytes);
    for (const { chunker, sizes, known, found } of surveys) {
      const edited = bench.chunk(chunker, sizes);
      found.push({ version: name, bytes: bytes.length, foundBytes: foundBytes(known, edited) });
    }
  }
  bench.load(data.original);
  const speeds = rounds === 0 ? [] : raceAll(bench, entrants, rounds, data.original.length, clock);
  return surveys.map(({ chunker, sizes, original, found }) => ({
    chunker,
    ...sizes,
    data: data.record.name,
    chunks: surveyChunks(chunker, sizes, original),
    found,
    gigabytesPerSecond:
      speeds.find((speed) => speed.chunker === chunker && speed.averageBytes === sizes.averageBytes)
        ?.gigabytesPerSecond ?? null,
  }));
}

/** Chunkers of one average run against each other. `fixed` reads nothing, so it has no speed. */
function raceAll(
  bench: ChunkerBench,
  entrants: readonly Entrant[],
  rounds: number,
  bytes: number,
  clock: Clock,
): { readonly chunker: ChunkerName; readonly averageBytes: number; readonly gigabytesPerSecond: Spread }[] {
  const averages = [...new Set(entrants.map(({ sizes }) => sizes.averageBytes))];
  return averages.flatMap((averageBytes) => {
    const racers = entrants
      .filter(({ chunker, sizes }) => chunker !== 'fixed' && sizes.averageBytes === averageBytes)
      .map(({ chunker, sizes }) => ({ name: chunker, pass: () => bench.cut(chunker, sizes) }));
    return raceChunkers(racers, { rounds, roundMs, bytes, clock }).map(({ name, samples }) => ({
      chunker: name,
      averageBytes,
      gigabytesPerSecond: spread(samples),
    }));
  });
}
