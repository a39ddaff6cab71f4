/** Exact cost: WebAssembly instructions of one pass, on instances of the metered build. */
import { assert, present } from '../../../base/errors.js';
import type { InstructionCounter } from '../../../kernels/abi.js';
import type { OwnCase } from './definition.js';

/** By kernel and data, instructions for each byte of input. */
export function instructionsPerByte(
  instance: InstructionCounter,
  cases: readonly OwnCase[],
): ReadonlyMap<string, number> {
  const count = present(instance.instructions, 'a metered instance');
  return new Map(
    cases.map((item) => {
      const executed = instructionsOf(item, count);
      assert(executed > 0, 'a pass executes instructions');
      return [countKey(item.kernel, item.data), executed / item.bytes];
    }),
  );
}

/** Of one pass; `count` reads the instance's counter. */
export function instructionsOf({ pass }: OwnCase, count: () => number): number {
  const before = count();
  pass();
  return count() - before;
}

export function countKey(kernel: string, data: string): string {
  return `${kernel}: ${data}`;
}
