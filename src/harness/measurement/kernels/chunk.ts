/** Cases of chunkers: block size is the average chunk, a quarter of it the minimum, four times as much the maximum. */
import { present } from '../../../base/errors.js';
import type { KernelInstance, LinearMemory } from '../../../kernels/abi.js';
import type { RivalFunctions, RivalInstance } from '../../../kernels/rivals.js';
import { chunkedContents } from './content.js';
import type { CaseDefinition } from './definition.js';

export interface ChunkSizes {
  readonly minBytes: number;
  readonly averageBytes: number;
  readonly maxBytes: number;
}

export function chunkSizes(averageBytes: number): ChunkSizes {
  return { minBytes: averageBytes / 4, averageBytes, maxBytes: averageBytes * 4 };
}

/** Chunks `length` bytes at `data` into `cuts`; returns the cut count. */
type Chunk<Instance> = (
  instance: Instance,
  data: number,
  length: number,
  sizes: ChunkSizes,
  cuts: number,
) => number;

function chunkerCase<Instance extends LinearMemory>(
  kernel: string,
  chunk: Chunk<Instance>,
): CaseDefinition<Instance> {
  return {
    kernel,
    data: chunkedContents,
    prepare: (setting, name) => {
      const { instance, bytes, blockBytes } = setting;
      const content = present(
        chunkedContents.find((known) => known === name),
        name,
      );
      const sizes = chunkSizes(blockBytes);
      const data = setting.data(content);
      const cuts = setting.output(cutsMax(bytes, sizes) * 4);
      return { pass: () => chunk(instance, data.pointer, bytes, sizes, cuts.pointer) };
    },
  };
}

/** SeqCDC looks for a cut from 256 bytes before the average on. */
function cutsMax(bytes: number, { minBytes, averageBytes }: ChunkSizes): number {
  return Math.ceil(bytes / Math.min(minBytes, averageBytes - 256)) + 1;
}

export const chunkerCases: readonly CaseDefinition[] = [
  chunkerCase(
    'fastcdc',
    ({ functions }: KernelInstance, data, length, { minBytes, averageBytes, maxBytes }, cuts) =>
      functions.fastcdc(data, length, 1, minBytes, averageBytes, maxBytes, 0, 0, cuts),
  ),
  chunkerCase(
    'strided',
    ({ functions }: KernelInstance, data, length, { minBytes, averageBytes, maxBytes }, cuts) =>
      functions.strided(data, length, 1, minBytes, averageBytes, maxBytes, cuts),
  ),
];

function rivalCase(
  name: keyof Pick<RivalFunctions, 'ram' | 'vram' | 'seqcdc'>,
): CaseDefinition<RivalInstance> {
  return chunkerCase(name, ({ functions }, data, length, { minBytes, averageBytes, maxBytes }, cuts) =>
    functions[name](data, length, 1, minBytes, averageBytes, maxBytes, cuts),
  );
}

export const rivalChunkerCases: readonly CaseDefinition<RivalInstance>[] = [
  rivalCase('ram'),
  rivalCase('vram'),
  rivalCase('seqcdc'),
];
