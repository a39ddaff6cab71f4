/** Cases of chunkers: block size is the average chunk, a quarter of it the minimum, four times as much the maximum. */
import { present } from '../../../base/errors.js';
import type { KernelFunctions } from '../../../kernels/abi.js';
import { chunkedContents } from './content.js';
import type { CaseDefinition, Setting } from './definition.js';

export interface ChunkSizes {
  readonly minBytes: number;
  readonly averageBytes: number;
  readonly maxBytes: number;
}

export function chunkSizes(averageBytes: number): ChunkSizes {
  return { minBytes: averageBytes / 4, averageBytes, maxBytes: averageBytes * 4 };
}

/** Chunks `length` bytes at `data` into `cuts`. */
type Chunk = (
  functions: KernelFunctions,
  data: number,
  length: number,
  sizes: ChunkSizes,
  cuts: number,
) => number;

function chunkerCase(kernel: string, chunk: Chunk): CaseDefinition {
  return {
    kernel,
    data: chunkedContents,
    prepare: (setting: Setting, name) => {
      const { functions } = setting.instance;
      const { bytes, blockBytes } = setting;
      const content = present(
        chunkedContents.find((known) => known === name),
        name,
      );
      const sizes = chunkSizes(blockBytes);
      const data = setting.data(content);
      const cuts = setting.output((Math.ceil(bytes / sizes.minBytes) + 1) * 4);
      return { pass: () => chunk(functions, data.pointer, bytes, sizes, cuts.pointer) };
    },
  };
}

export const chunkerCases: readonly CaseDefinition[] = [
  chunkerCase('fastcdc', (functions, data, length, { minBytes, averageBytes, maxBytes }, cuts) =>
    functions.fastcdc(data, length, 1, minBytes, averageBytes, maxBytes, 0, 0, cuts),
  ),
  chunkerCase('strided', (functions, data, length, { minBytes, averageBytes, maxBytes }, cuts) =>
    functions.strided(data, length, 1, minBytes, averageBytes, maxBytes, cuts),
  ),
];
