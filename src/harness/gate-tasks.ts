/** What a gate measures: kernels, and deltas of workloads. */
import { join } from 'node:path';
import { UsageError } from '../base/errors.js';
import { suggestion } from '../base/suggest.js';
import type { Settings } from '../engine/strategy/settings.js';
import { preparePairs } from './io/pairs.js';
import type { Scratch } from './io/scratch.js';
import type { SnapshotPair } from './measurement/job.js';
import type { GateTask, KernelTask } from './measurement/gate-task.js';
import { caseDefinitions } from './measurement/kernels/own.js';

/** A buffer that a core's cache holds, and the block size that most profiles have near. */
const kernelBytes = 65_536;
const blockBytes = 16_384;

/**
 * Kernels whose passes are WebAssembly. `delta write` is TypeScript around a kernel: what its compiler makes of it differs from process to process by
 * 20 %. Diffs contain it.
 */
const kernels = caseDefinitions.filter(({ kernel }) => kernel !== 'delta write');

/** Each on the kind of data that stands for it; all by default. Throws UsageError. */
export function kernelTasks(names: readonly string[]): KernelTask[] {
  const known = [...new Set(kernels.map(({ kernel }) => kernel))];
  const hyphenated = (name: string): string => name.replaceAll(' ', '-');
  for (const name of names) {
    if (known.some((one) => hyphenated(one) === hyphenated(name))) continue;
    throw new UsageError(`unknown kernel '${name}'`, { hint: suggestion(name, known.map(hyphenated)) });
  }
  const wanted = names.map(hyphenated);
  return kernels
    .filter(({ kernel }) => names.length === 0 || wanted.includes(hyphenated(kernel)))
    .map(({ kernel, data }) => ({
      kind: 'kernel',
      kernel,
      data: data[0] ?? '',
      blockBytes,
      bytes: kernelBytes,
    }));
}

/** A strategy by name, with what is laid over its defaults. */
export interface StrategyTask {
  readonly label: string;
  readonly strategy: string;
  readonly settings: Settings;
}

/** A diff and an apply of each pair. The label stands in the names where it is the same on both sides. */
export function pipelineTasks(
  pairs: readonly SnapshotPair[],
  { label, strategy, settings }: StrategyTask,
  isNamed: boolean,
): GateTask[] {
  return pairs.flatMap(({ workload, basePath, targetPath }) =>
    (['diff', 'apply'] as const).map((kind) => ({
      kind,
      name: isNamed ? `${workload}/${label}` : workload,
      basePath,
      targetPath,
      strategy,
      settings,
    })),
  );
}

export interface WorkloadChoice {
  readonly workloads: readonly string[];
  readonly sizeBytes: number;
  readonly workloadFile?: string;
  readonly signal?: AbortSignal;
}

/** Makes the workloads below `scratch`. Throws UsageError, WorldError. */
export async function gatePairs(scratch: Scratch, choice: WorkloadChoice): Promise<SnapshotPair[]> {
  const { workloads, sizeBytes, workloadFile, signal } = choice;
  const prepared = await preparePairs(
    join(scratch.path, 'workloads'),
    {
      workloads,
      scale: 1,
      sizeBytes,
      ...(workloadFile === undefined ? {} : { workloadFile }),
      ...(signal === undefined ? {} : { signal }),
    },
    () => undefined,
  );
  return prepared.map(({ pair }) => pair);
}
