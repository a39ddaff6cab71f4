/**
 * Cases of match search: where pieces of a base lie in a target.
 *
 * - `similar`: the base with an edit about every 4 KiB, in turn an overwrite, a removal or an insertion of 1 to 64 bytes;
 * - `unrelated`: other random bytes, so that nothing matches and every position has to be looked at.
 *
 * Indexes are built before the clock starts, but for the case that measures building one.
 */
import { present } from '../../../base/errors.js';
import { Random } from '../../../base/prng.js';
import type { LinearMemory } from '../../../kernels/abi.js';
import type { Window } from '../../../kernels/arena.js';
import { chunkedContents } from './content.js';
import type { CaseDefinition, Setting } from './definition.js';

const seed = 0x5ea2c4;
const editSpacing = 4096;
const editBytesMax = 64;

export const searchedNames = ['similar', 'unrelated'] as const;

/** The target of a search; its base is the content `random`. */
export function searchTarget<Instance extends LinearMemory>(
  setting: Setting<Instance>,
  name: string,
): Window {
  if (name !== 'similar') return setting.data('other random');
  return setting.window('similar', setting.bytes, (window) =>
    edit(setting.contents.bytes('random', setting.bytes), window.u8()),
  );
}

function edit(base: Uint8Array, target: Uint8Array): void {
  const random = new Random(seed);
  let from = 0;
  let to = 0;
  for (let turn = 0; to < target.length; turn++) {
    // Removals and insertions cancel out on average; where the base ends early, fresh bytes fill up.
    const kept = target.subarray(to, to + random.between(1, 2 * editSpacing));
    random.fill(kept.subarray(Math.max(0, base.length - from)));
    kept.set(base.subarray(from, from + kept.length));
    from += kept.length;
    to += kept.length;
    const length = random.between(1, editBytesMax);
    if (turn % 3 !== 2) from += length;
    if (turn % 3 === 1) continue;
    const fresh = target.subarray(to, to + length);
    random.fill(fresh);
    to += fresh.length;
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

/** One anchor in 128 bytes, two slots for each. */
const anchorSpacingBits = 7;

function anchorTableBits(bytes: number): number {
  return Math.max(3, Math.ceil(Math.log2(bytes)) - anchorSpacingBits + 1);
}

/** A table for `base`, and what empties it and fills it with the anchors. */
function anchorIndexer(
  setting: Setting,
  base: Window,
): { readonly table: Window; readonly fill: () => void } {
  const { functions } = setting.instance;
  const { bytes } = setting;
  const tableBits = anchorTableBits(bytes);
  const table = setting.arena.reserve(9 * 2 ** tableBits);
  const recordsMax = Math.ceil(bytes / 2 ** (anchorSpacingBits - 2));
  const records = setting.output(recordsMax * 12);
  const fill = (): void => {
    table.u8().fill(0xff);
    const count = functions.anchorCollect(
      base.pointer,
      bytes,
      bytes,
      anchorSpacingBits,
      0,
      records.pointer,
      recordsMax,
    );
    functions.anchorInsert(records.pointer, count, 0, 0, table.pointer, tableBits);
  };
  return { table, fill };
}

const anchorIndex: CaseDefinition = {
  kernel: 'anchor index',
  data: chunkedContents,
  prepare: (setting, name) => {
    const content = present(
      chunkedContents.find((known) => known === name),
      name,
    );
    return { pass: anchorIndexer(setting, setting.data(content)).fill };
  },
};

const anchorSearch: CaseDefinition = {
  kernel: 'anchor search',
  data: searchedNames,
  prepare: (setting, name) => {
    const { functions } = setting.instance;
    const { bytes } = setting;
    const base = setting.data('random');
    const target = searchTarget(setting, name);
    const { table, fill } = anchorIndexer(setting, base);
    fill();
    const matchBytesMin = 32;
    const matchesMax = Math.ceil(bytes / matchBytesMin);
    const matches = setting.output(matchesMax * 12);
    const work = setting.window('anchor work', 8);
    return {
      pass: () =>
        functions.anchorSearch(
          base.pointer,
          bytes,
          0,
          0,
          target.pointer,
          bytes,
          0,
          anchorSpacingBits,
          0,
          table.pointer,
          anchorTableBits(bytes),
          matchBytesMin,
          matches.pointer,
          matchesMax,
          work.pointer,
        ),
    };
  },
};

export const searchCases: readonly CaseDefinition[] = [rollingSearch, anchorIndex, anchorSearch];
