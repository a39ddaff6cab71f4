/**
 * Workspaces that are lent to runs one after another, for those who make many small ones: an instance of the kernels with its windows takes some 10 ms to
 * make and to collect, a run over 256 KiB less than one.
 *
 * Law: a run's results do not depend on what earlier ones left in memory. No window is cleared: whoever uses one writes before it reads, as
 * in a run of several regions. Nobody ever waits: where all workspaces are lent, one more is made.
 */
import type { KernelInstance } from './abi.js';
import { createWasmKernels, type KernelBuild } from './load.js';
import { Workspace, workspaceMemoryBytes } from './workspace.js';

/** Idle ones that are kept: a run borrows one or two, and few runs are under way at once on one thread. */
const idleMax = 4;

/** A workspace whose memory has grown beyond this is not kept: windows need 55 MiB, the largest frame of a package 64, and memory never shrinks. */
const idleBytesMax = 128 * 2 ** 20;

export interface BorrowedWorkspace {
  readonly workspace: Workspace;
  /** Ends the use of it and of windows reserved in its arena. A second call does nothing. */
  giveBack(): void;
}

interface Idle {
  readonly workspace: Workspace;
  /** The arena's top behind the workspace's own windows. */
  readonly mark: number;
}

export class WorkspacePool {
  readonly build: KernelBuild;
  readonly #create: () => KernelInstance;
  readonly #idle: Idle[] = [];

  constructor(build: KernelBuild = 'plain', create = () => createWasmKernels(build, workspaceMemoryBytes)) {
    this.build = build;
    this.#create = create;
  }

  /** Throws WorldError when there is no memory for one more. */
  borrow(): BorrowedWorkspace {
    const lent = this.#idle.pop() ?? this.#make();
    let isLent = true;
    const giveBack = (): void => {
      if (!isLent) return;
      isLent = false;
      this.#take(lent);
    };
    return { workspace: lent.workspace, giveBack };
  }

  #make(): Idle {
    const workspace = new Workspace(this.#create());
    return { workspace, mark: workspace.arena.mark() };
  }

  #take(lent: Idle): void {
    const { arena, kernels } = lent.workspace;
    if (this.#idle.length === idleMax || kernels.memory.buffer.byteLength > idleBytesMax) return;
    arena.release(lent.mark);
    this.#idle.push(lent);
  }
}

/** A workspace for one use alone, in an instance of its own. */
export function ownWorkspace(instance: KernelInstance): BorrowedWorkspace {
  return { workspace: new Workspace(instance), giveBack: () => undefined };
}
