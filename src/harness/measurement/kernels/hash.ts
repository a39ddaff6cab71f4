/** Cases of kernels that digest each block. */
import type { CaseDefinition } from './definition.js';

/** All of them take data, cuts, count and an output of so many bytes a block. */
function digestCase(
  kernel: string,
  name: 'xxh3' | 'blake3' | 'crc32c' | 'rollingSums',
  digestBytes: number,
): CaseDefinition {
  return {
    kernel,
    data: ['random'],
    prepare: (setting) => {
      const { instance, blocks } = setting;
      const data = setting.data('random');
      const cuts = setting.cuts();
      const out = setting.output(blocks * digestBytes);
      return { pass: () => instance.functions[name](data.pointer, cuts.pointer, blocks, out.pointer) };
    },
  };
}

/** A pass over one block in the processor's cache takes as long as one over this many bytes. */
const cachedPassBytes = 1 << 22;

/** One block again and again, a call each: what the benchmark of xxhsum does with its 16 KiB. */
const cachedXxh3: CaseDefinition = {
  kernel: 'xxh3-128',
  data: ['one block in cache'],
  prepare: (setting) => {
    const { functions } = setting.instance;
    const { blockBytes } = setting;
    const repetitions = Math.ceil(Math.min(cachedPassBytes, setting.bytes) / blockBytes);
    const data = setting.data('random');
    const cuts = setting.cuts();
    const out = setting.output(16);
    return {
      bytes: repetitions * blockBytes,
      pass: () => {
        for (let i = 0; i < repetitions; i++) functions.xxh3(data.pointer, cuts.pointer, 1, out.pointer);
      },
    };
  },
};

export const hashCases: readonly CaseDefinition[] = [
  digestCase('xxh3-128', 'xxh3', 16),
  cachedXxh3,
  digestCase('blake3', 'blake3', 32),
  digestCase('crc32c', 'crc32c', 4),
  digestCase('rolling sums', 'rollingSums', 4),
];
