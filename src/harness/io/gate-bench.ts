/** Tasks of a gate made ready in this process: passes that are timed, and passes on the metered kernels that are counted. */
import { assert, present } from '../../base/errors.js';
import { Meter, type InstructionReading } from '../../base/meter.js';
import { apply } from '../../engine/apply/apply.js';
import { diff, type DiffSummary } from '../../engine/diff.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { buildManifest } from '../../engine/manifest.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { memoryTarget } from '../../engine/snapshot/target-memory.js';
import { resolveStrategy } from '../../engine/strategy/settings.js';
import { isCutting, type Strategy } from '../../engine/strategy/strategy.js';
import { createWasmKernels, type KernelBuild } from '../../kernels/load.js';
import type { Count, GateTask, KernelTask, Lap, PipelineTask } from '../measurement/gate-task.js';
import { Contents } from '../measurement/kernels/content.js';
import { countCases } from '../measurement/kernels/count.js';
import { ownCases } from '../measurement/kernels/own.js';
import { cpuClock, realClock } from './clock.js';

interface ReadyTask {
  /** Undefined where it ends before it returns. */
  readonly pass: () => Promise<void> | undefined;
  readonly allocates: boolean;
  readonly count: () => Promise<readonly Count[]>;
}

export class GateBench {
  readonly #tasks: readonly (ReadyTask | undefined)[];

  private constructor(tasks: readonly (ReadyTask | undefined)[]) {
    this.#tasks = tasks;
  }

  /** Runs each task once. */
  static async open(tasks: readonly GateTask[]): Promise<GateBench> {
    const contents = new Contents();
    const ready: (ReadyTask | undefined)[] = [];
    for (const task of tasks) {
      const made = task.kind === 'kernel' ? kernelTask(task, contents) : await pipelineTask(task);
      await made?.pass();
      ready.push(made);
    }
    return new GateBench(ready);
  }

  /** Places of tasks that this build does not know. */
  get absent(): number[] {
    return this.#tasks.flatMap((task, place) => (task === undefined ? [place] : []));
  }

  /** So many passes in a row, all of them together. */
  async lap(place: number, passes: number): Promise<Lap> {
    const { pass, allocates } = present(this.#tasks[place], 'task');
    // What earlier laps have left is not charged to this one.
    if (allocates) globalThis.gc?.();
    const [cpu, wall] = [cpuClock.nowMs(), realClock.nowMs()];
    for (let done = 0; done < passes; done++) {
      const running = pass();
      if (running !== undefined) await running;
    }
    return { cpuMs: cpuClock.nowMs() - cpu, wallMs: realClock.nowMs() - wall };
  }

  count(place: number): Promise<readonly Count[]> {
    return present(this.#tasks[place], 'task').count();
  }
}

function kernelTask(
  { kernel, data, blockBytes, bytes }: KernelTask,
  contents: Contents,
): ReadyTask | undefined {
  const isWanted = (name: string, content: string): boolean => name === kernel && content === data;
  const [made] = ownCases(createWasmKernels(), bytes, blockBytes, { contents, isWanted });
  if (made === undefined) return undefined;
  return {
    allocates: false,
    pass: () => {
      made.pass();
      return undefined;
    },
    count: () => {
      const [counted] = countCases(bytes, blockBytes, { contents, isWanted });
      return Promise.resolve([
        { name: 'instructions', unit: '1', value: present(counted, 'count').instructions },
      ]);
    },
  };
}

async function pipelineTask(task: PipelineTask): Promise<ReadyTask> {
  const strategy = resolveStrategy(task.strategy, task.settings);
  const base = openSnapshot(task.basePath);
  const target = openSnapshot(task.targetPath);
  const known = await knownBase(base, strategy);
  const made = await packageOf(known, target, strategy, 'plain');
  const isDiff = task.kind === 'diff';
  return {
    allocates: true,
    pass: async () => {
      if (isDiff) await packageOf(known, target, strategy, 'plain');
      else await rebuilt(base, made.frames, 'plain');
    },
    count: async () => {
      const counted = await packageOf(known, target, strategy, 'metered');
      if (isDiff) return diffCounts(counted.summary);
      return [instructions(await rebuilt(base, counted.frames, 'metered'))];
    },
  };
}

/** As in the laboratory: who detects by digests alone has the base's manifest, made beforehand. */
async function knownBase(base: Snapshot, strategy: Strategy): Promise<Snapshot | Manifest> {
  if (strategy.subBlock || !isCutting(strategy)) return base;
  return (await buildManifest(base, { strategy, workers: 1, clock: realClock })).manifest;
}

async function packageOf(
  base: Snapshot | Manifest,
  target: Snapshot,
  strategy: Strategy,
  kernels: KernelBuild,
): Promise<{ readonly frames: readonly Uint8Array[]; readonly summary: DiffSummary }> {
  const run = diff(base, target, { strategy, workers: 1, kernels, clock: realClock });
  const frames: Uint8Array[] = [];
  for await (const frame of run) frames.push(frame.slice());
  return { frames, summary: run.summary };
}

async function rebuilt(
  base: Snapshot,
  frames: readonly Uint8Array[],
  build: KernelBuild,
): Promise<InstructionReading | undefined> {
  const kernels = createWasmKernels(build);
  const meter = new Meter(realClock, kernels.instructions);
  const { reading } = await apply(base, frames, memoryTarget(), { kernels, meter });
  return reading.instructions;
}

function diffCounts({
  packageBytes,
  exchangeBytes,
  exchangeTrips,
  segmentCount,
  reading,
}: DiffSummary): Count[] {
  return [
    { name: 'packageBytes', unit: 'B', value: packageBytes },
    { name: 'exchangeBytes', unit: 'B', value: exchangeBytes },
    { name: 'exchangeTrips', unit: '1', value: exchangeTrips },
    { name: 'segments', unit: '1', value: segmentCount },
    instructions(reading.instructions),
  ];
}

function instructions(reading: InstructionReading | undefined): Count {
  assert(reading !== undefined, 'metered kernels count');
  const stages = Object.values(reading.stages).reduce((sum, value) => sum + value, 0);
  return { name: 'instructions', unit: '1', value: stages + reading.other + reading.eachLane };
}
