/**
 * Cases of match search: where pieces of a base lie in a target.
 *
 * - `similar`: the base with an insert of 1 to 32 bytes about every 64 KiB and as many overwrites;
 * - `unrelated`: other random bytes, so that nothing matches and every position has to be looked at.
 */
import { Random } from '../../../base/prng.js';
import type { Window } from '../../../kernels/arena.js';
import type { CaseDefinition, Setting } from './definition.js';

const seed = 0x5ea2c4;
const editSpacing = 32 * 1024;
const editBytesMax = 32;

export const searchedNames = ['similar', 'unrelated'] as const;

/** The target of a search; its base is the content `random`. */
export function searchTarget(setting: Setting, name: string): Window {
  if (name !== 'similar') return setting.data('other random');
  return setting.window('similar', setting.bytes, (window) =>
    edit(setting.contents.bytes('random', setting.bytes), window.u8()),
  );
}

function edit(base: Uint8Array, target: Uint8Array): void {
  const random = new Random(seed);
  let from = 0;
  let to = 0;
  let isInsert = true;
  while (to < target.length) {
    const kept = Math.min(random.between(1, 2 * editSpacing), target.length - to);
    target.set(base.subarray(from, from + kept), to);
    const fresh = target.subarray(to + kept, to + kept + random.between(1, editBytesMax));
    random.fill(fresh);
    from += isInsert ? kept : kept + fresh.length;
    to += kept + fresh.length;
    isInsert = !isInsert;
  }
}

/** rsync's search. Only whole blocks of the base are indexed. */
const rollingSearch: CaseDefinition = {
  kernel: 'rolling search',
  data: searchedNames,
  prepare: (setting, name) => {
    const { functions } = setting.instance;
    const { bytes, blockBytes } = setting;
    const count = Math.floor(bytes / blockBytes);
    const base = setting.data('random');
    const target = searchTarget(setting, name);
    const cuts = setting.cuts();
    const tableBits = Math.min(22, Math.max(8, 33 - Math.clz32(count)));
    const digests = setting.window('block digests', count * 16, (window) =>
      functions.xxh3(base.pointer, cuts.pointer, count, window.pointer),
    );
    const sums = setting.window('block sums', count * 4, (window) =>
      functions.rollingSums(base.pointer, cuts.pointer, count, window.pointer),
    );
    const next = setting.window('block chains', count * 4);
    const heads = setting.window('block table', 4 << tableBits, (window) =>
      functions.rollingIndex(sums.pointer, count, window.pointer, tableBits, next.pointer),
    );
    const pairs = setting.output((count + 1) * 8);
    const probes = setting.window('probes', 4);
    return {
      pass: () =>
        functions.rollingSearch(
          target.pointer,
          bytes,
          bytes,
          blockBytes,
          sums.pointer,
          digests.pointer,
          count,
          heads.pointer,
          tableBits,
          next.pointer,
          pairs.pointer,
          probes.pointer,
        ),
    };
  },
};

export const searchCases: readonly CaseDefinition[] = [rollingSearch];
