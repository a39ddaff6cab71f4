/**
 * What a gate measures of a build or a configuration: tasks, and the messages between the process that judges and those that measure. A
 * measuring process is that of the build which is measured, so the messages carry a version.
 */
import type { Settings } from '../../engine/strategy/settings.js';
import type { PlainFailure } from '../../base/errors.js';

/** Counts up whenever a message changes its meaning. */
export const gateProtocol = 1;

export interface KernelTask {
  readonly kind: 'kernel';
  readonly kernel: string;
  readonly data: string;
  readonly blockBytes: number;
  /** Size of the buffer that a pass goes over. */
  readonly bytes: number;
}

export interface PipelineTask {
  readonly kind: 'diff' | 'apply';
  /** Of what is measured: the workload, and the strategy where it is the same on both sides. */
  readonly name: string;
  readonly basePath: string;
  readonly targetPath: string;
  readonly strategy: string;
  /** Laid over the defaults of the build. */
  readonly settings: Settings;
}

export type GateTask = KernelTask | PipelineTask;

export type GateRequest =
  | { readonly type: 'open'; readonly tasks: readonly GateTask[] }
  | { readonly type: 'lap'; readonly task: number; readonly passes: number }
  | { readonly type: 'count'; readonly task: number };

export interface Lap {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** An exact figure of a task; less is better. */
export interface Count {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

export type GateAnswer =
  | { readonly type: 'opened'; readonly protocol: number; readonly absent: readonly number[] }
  | ({ readonly type: 'lap' } & Lap)
  | { readonly type: 'counted'; readonly counts: readonly Count[] }
  | { readonly type: 'failure'; readonly failure: PlainFailure };
