/**
 * All cases of our own kernels. A new kernel's case is a `CaseDefinition` in one of the files beside this one, and stands in its list
 * there; everything else (timing, exact counting, names on the command line) follows from these lists.
 */
import type { KernelInstance } from '../../../kernels/abi.js';
import { byteCases } from './bytes.js';
import { chunkerCases } from './chunk.js';
import { Contents } from './content.js';
import { Setting, type CaseDefinition, type OwnCase } from './definition.js';
import { deltaCases } from './delta.js';
import { hashCases } from './hash.js';
import { searchCases } from './search.js';

export const caseDefinitions: readonly CaseDefinition[] = [
  ...byteCases,
  ...hashCases,
  ...chunkerCases,
  ...searchCases,
  ...deltaCases,
];

export interface CaseChoices {
  /** Content drawn for other block sizes. */
  readonly contents?: Contents;
  readonly isWanted?: (kernel: string, data: string) => boolean;
}

/** Cases over `bytes` bytes in blocks of `blockBytes` (a power of two from 1 KiB), all on one instance, in the order of the lists. */
export function ownCases(
  instance: KernelInstance,
  bytes: number,
  blockBytes: number,
  { contents = new Contents(), isWanted = () => true }: CaseChoices = {},
): OwnCase[] {
  const setting = new Setting(instance, bytes, blockBytes, contents);
  return caseDefinitions.flatMap(({ kernel, data, prepare }) =>
    data
      .filter((name) => isWanted(kernel, name))
      .map((name) => ({ kernel, data: name, bytes, ...prepare(setting, name) })),
  );
}
