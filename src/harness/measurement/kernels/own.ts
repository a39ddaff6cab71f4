/**
 * All cases of our own kernels and of the rivals that we built. A new kernel's case is a `CaseDefinition` in one of the files beside this
 * one, and stands in its list there; everything else (timing, exact counting, names on the command line) follows from these lists.
 */
import type { KernelInstance } from '../../../kernels/abi.js';
import type { RivalInstance } from '../../../kernels/rivals.js';
import { byteCases } from './bytes.js';
import { chunkerCases, rivalChunkerCases } from './chunk.js';
import { makeCases, type CaseChoices, type CaseDefinition, type OwnCase } from './definition.js';
import { deltaCases } from './delta.js';
import { hashCases } from './hash.js';
import { rivalSearchCases } from './search-rivals.js';
import { searchCases } from './search.js';

export const caseDefinitions: readonly CaseDefinition[] = [
  ...byteCases,
  ...hashCases,
  ...chunkerCases,
  ...searchCases,
  ...deltaCases,
];

export const rivalDefinitions: readonly CaseDefinition<RivalInstance>[] = [
  ...rivalChunkerCases,
  ...rivalSearchCases,
];

/** Kernels that are built here, in their order: those that have instructions to count. */
export const builtKernelNames: readonly string[] = [
  ...new Set([...caseDefinitions, ...rivalDefinitions].map(({ kernel }) => kernel)),
];

/** Cases over `bytes` bytes in blocks of `blockBytes` (a power of two from 1 KiB), all on one instance, in the order of the lists. */
export function ownCases(
  instance: KernelInstance,
  bytes: number,
  blockBytes: number,
  choices: CaseChoices = {},
): OwnCase[] {
  return makeCases(caseDefinitions, instance, bytes, blockBytes, choices);
}

/** As ownCases, of the kernels that are built only to be compared with. */
export function rivalCases(
  instance: RivalInstance,
  bytes: number,
  blockBytes: number,
  choices: CaseChoices = {},
): OwnCase[] {
  return makeCases(rivalDefinitions, instance, bytes, blockBytes, choices);
}
