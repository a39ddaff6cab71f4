/**
 * Counts the instructions of kernel cases, each in one pass on the metered build: no clock, no rounds. Counts are the same on every machine,
 * for any number of workers, in any order: each job has instances of its own, and all bytes are seeded.
 */
import type { Lane } from '../../../engine/parallel/executor.js';
import { Contents } from './content.js';
import { countCases, type CaseCount } from './count.js';

/** All data of one kernel at one block size. Structured-cloneable. */
export interface CountJob {
  readonly kernel: string;
  readonly blockBytes: number;
  /** Size of the buffer that the kernel runs over. */
  readonly bytes: number;
}

export interface KernelCount extends CaseCount {
  readonly blockBytes: number;
}

export class CountingLane implements Lane<CountJob, readonly KernelCount[]> {
  /** Drawing them takes longer than counting. */
  readonly #contents = new Contents();

  run({ kernel, blockBytes, bytes }: CountJob): readonly KernelCount[] {
    const contents = this.#contents;
    const isWanted = (name: string): boolean => name === kernel;
    return countCases(bytes, blockBytes, { contents, isWanted }).map((count) => {
      const { data, instructions } = count;
      return { kernel, data, blockBytes, bytes: count.bytes, instructions };
    });
  }

  close(): void {
    // Instances and contents are memory alone.
  }
}
