/** What runs on one thread share, since it costs milliseconds to make and holds nothing of a run: kernels and workspaces. */
import type { KernelInstance } from '../../kernels/abi.js';
import { createWasmKernels } from '../../kernels/load.js';
import { WorkspacePool } from '../../kernels/workspace-pool.js';

export interface Equipment {
  readonly kernels: KernelInstance;
  readonly workspaces: WorkspacePool;
}

export function newEquipment(): Equipment {
  return { kernels: createWasmKernels(), workspaces: new WorkspacePool() };
}
