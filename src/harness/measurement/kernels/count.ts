/** Exact cost: WebAssembly instructions of one pass of each case, our own and rivals', on instances of the metered build. */
import { assert, present } from '../../../base/errors.js';
import type { InstructionCounter } from '../../../kernels/abi.js';
import { createWasmKernels } from '../../../kernels/load.js';
import { createRivals } from '../../../kernels/rivals.js';
import type { CaseChoices, OwnCase } from './definition.js';
import { ownCases, rivalCases } from './own.js';

export interface CaseCount {
  readonly kernel: string;
  readonly data: string;
  /** Bytes of input in one pass. */
  readonly bytes: number;
  readonly instructions: number;
}

/** Over `bytes` bytes in blocks of `blockBytes`, a power of two from 1 KiB; in the order of the lists, rivals last. */
export function countCases(bytes: number, blockBytes: number, choices: CaseChoices): CaseCount[] {
  const own = createWasmKernels('metered');
  const rivals = createRivals('metered');
  return [
    ...ownCases(own, bytes, blockBytes, choices).map((item) => counted(own, item)),
    ...rivalCases(rivals, bytes, blockBytes, choices).map((item) => counted(rivals, item)),
  ];
}

function counted(instance: InstructionCounter, { kernel, data, bytes, pass }: OwnCase): CaseCount {
  const count = present(instance.instructions, 'a metered instance');
  const before = count();
  pass();
  const instructions = count() - before;
  assert(instructions > 0, 'a pass executes instructions');
  return { kernel, data, bytes, instructions };
}
