/**
 * Counts the instructions of kernel cases, each in one pass on the metered build: no clock, no rounds. Counts are the same on every machine,
 * for any number of workers, in any order: each job has an instance of its own, and all bytes are seeded.
 */
import { assert } from '../../../base/errors.js';
import { createWasmKernels } from '../../../kernels/load.js';
import type { Lane } from '../../../engine/parallel/executor.js';
import { Contents } from './content.js';
import { instructionsOf } from './count.js';
import { ownCases } from './own.js';

/** All data of one kernel at one block size. Structured-cloneable. */
export interface CountJob {
  readonly kernel: string;
  readonly blockBytes: number;
  /** Size of the buffer that the kernel runs over. */
  readonly bytes: number;
}

export interface KernelCount {
  readonly kernel: string;
  readonly data: string;
  readonly blockBytes: number;
  /** Bytes of input in one pass. */
  readonly bytes: number;
  readonly instructions: number;
}

export class CountingLane implements Lane<CountJob, readonly KernelCount[]> {
  /** Drawing them takes longer than counting. */
  readonly #contents = new Contents();

  run({ kernel, blockBytes, bytes }: CountJob): readonly KernelCount[] {
    const instance = createWasmKernels('metered');
    const { instructions } = instance;
    assert(instructions !== undefined, 'the metered build counts');
    const contents = this.#contents;
    const isWanted = (name: string): boolean => name === kernel;
    return ownCases(instance, bytes, blockBytes, { contents, isWanted }).map((item) => ({
      kernel,
      data: item.data,
      blockBytes,
      bytes: item.bytes,
      instructions: instructionsOf(item, instructions),
    }));
  }

  close(): void {
    // Instances and contents are memory alone.
  }
}
