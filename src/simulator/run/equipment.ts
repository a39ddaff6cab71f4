/** What runs on one thread share, since it costs milliseconds to make and holds nothing of a run: kernels, workspaces, the place that versions are restored into. */
import type { KernelInstance } from '../../kernels/abi.js';
import { createWasmKernels } from '../../kernels/load.js';
import { WorkspacePool } from '../../kernels/workspace-pool.js';
import { Restored } from '../invariants/restore.js';

export interface Equipment {
  readonly kernels: KernelInstance;
  readonly workspaces: WorkspacePool;
  readonly restoring: Restored;
}

export function newEquipment(): Equipment {
  return { kernels: createWasmKernels(), workspaces: new WorkspacePool(), restoring: new Restored() };
}
