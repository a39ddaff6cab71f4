/** Cases of sub-block deltas: each block of a target against the block of the base that lies opposite. */
import { present } from '../../../base/errors.js';
import type { Window } from '../../../kernels/arena.js';
import { deltaKind, type KernelInstance } from '../../../kernels/abi.js';
import { OperationWriter, type WriterWindows } from '../../../engine/delta/operation-writer.js';
import { encodedSize } from '../encoded-size.js';
import type { Contents } from './content.js';
import { Setting, type CaseDefinition } from './definition.js';
import { makePairs, pairNames, type PairName } from './pairs.js';

const recordBytes = 12;
/** As the engine: room that no block of this size can use up. */
const recordsMax = 128 * 1024;

interface PairWindows {
  readonly base: Window;
  readonly target: Window;
}

function pairWindows(setting: Setting, name: string): PairWindows {
  const { contents, bytes, blockBytes } = setting;
  const pairName = present(
    pairNames.find((known) => known === name),
    name,
  );
  const side = (of: 'base' | 'target'): Window =>
    setting.window(`${of} of ${name}`, bytes, (window) =>
      window.u8().set(makePairs(pairName, contents, bytes, blockBytes)[of]),
    );
  return { base: side('base'), target: side('target') };
}

/** Encodes block `block` into `records`, as the engine does; returns their count. */
type EncodeBlock = (block: number) => number;

function encoder(setting: Setting, { base, target }: PairWindows, records: Window): EncodeBlock {
  const { functions } = setting.instance;
  const { blockBytes, bytes } = setting;
  const tableBits = deltaTableBits(blockBytes);
  const table = setting.window('delta table', 4 << tableBits);
  return (block) => {
    const at = block * blockBytes;
    const length = Math.min(blockBytes, bytes - at);
    return functions.deltaEncode(
      base.pointer + at,
      length,
      target.pointer + at,
      length,
      0,
      table.pointer,
      tableBits,
      records.pointer,
      recordsMax,
      0,
    );
  };
}

/** Room for the operations of any block. */
function writerWindows(setting: Setting): WriterWindows {
  const { blockBytes } = setting;
  return {
    writer: setting.window('operation writer', 88),
    parts: setting.window('parts of the base', 12),
    instructions: setting.window('instructions', blockBytes),
    lengths: setting.window('lengths', 2 * blockBytes + 64),
    addresses: setting.window('addresses', 2 * blockBytes + 64),
  };
}

/** As the engine sizes it: a slot for every window of 16 base bytes, from 2^10 to 2^18 slots. */
function deltaTableBits(baseBytes: number): number {
  return Math.min(18, Math.max(10, 32 - Math.clz32(baseBytes >>> 4)));
}

const deltaEncode: CaseDefinition = {
  kernel: 'delta encode',
  data: pairNames,
  prepare: (setting, name) => {
    const { functions } = setting.instance;
    const pair = pairWindows(setting, name);
    const records = setting.window('delta records', recordsMax * recordBytes);
    const differences = setting.window('differences', setting.blockBytes);
    const literals = setting.window('literals', setting.blockBytes);
    const encode = encoder(setting, pair, records);
    return {
      pass: () => {
        for (let block = 0; block < setting.blocks; block++) {
          const at = block * setting.blockBytes;
          functions.deltaGather(
            pair.base.pointer + at,
            pair.target.pointer + at,
            records.pointer,
            encode(block),
            differences.pointer,
            literals.pointer,
          );
        }
      },
    };
  },
};

/** All blocks rebuilt, each from its own instructions, into a window as large as the target. */
const deltaApply: CaseDefinition = {
  kernel: 'delta apply',
  data: pairNames,
  prepare: (setting, name) => {
    const { functions } = setting.instance;
    const { blockBytes, bytes } = setting;
    const { base, target } = pairWindows(setting, name);
    const differences = setting.window(`differences of ${name}`, bytes);
    const literals = setting.window(`literals of ${name}`, bytes);
    const records = setting.window('delta records', recordsMax * recordBytes);
    const encode = encoder(setting, { base, target }, records);
    const blocks = Array.from({ length: setting.blocks }, (_, block) => {
      const at = block * blockBytes;
      const count = encode(block);
      const kept = setting.arena.reserve(count * recordBytes);
      kept.u32().set(records.u32(count * 3));
      functions.deltaGather(
        base.pointer + at,
        target.pointer + at,
        kept.pointer,
        count,
        differences.pointer + at,
        literals.pointer + at,
      );
      return { at, count, records: kept.pointer, length: Math.min(blockBytes, bytes - at) };
    });
    const out = setting.output(bytes);
    return {
      pass: () => {
        for (const { at, count, records: from, length } of blocks) {
          functions.deltaApply(
            base.pointer + at,
            length,
            from,
            count,
            differences.pointer + at,
            length,
            literals.pointer + at,
            length,
            out.pointer + at,
            length,
          );
        }
      },
    };
  },
};

/** The operations of each block written as those of a segment. */
const deltaWrite: CaseDefinition = {
  kernel: 'delta write',
  data: pairNames,
  prepare: (setting, name) => {
    const { instance, blockBytes } = setting;
    const records = setting.window('delta records', recordsMax * recordBytes);
    const encode = encoder(setting, pairWindows(setting, name), records);
    const windows = writerWindows(setting);
    const blocks = Array.from({ length: setting.blocks }, (_, block) => {
      const count = encode(block);
      const kept = setting.arena.reserve(count * recordBytes);
      kept.u32().set(records.u32(count * 3));
      return { at: block * blockBytes, count, kept };
    });
    return {
      pass: () => {
        for (const { at, count, kept } of blocks) {
          const writer = new OperationWriter(instance, windows, at);
          writer.setBase([{ start: at, end: at + blockBytes }]);
          writer.putRecords(kept.pointer, count);
          writer.finish();
        }
      },
    };
  },
};

export const deltaCases: readonly CaseDefinition[] = [deltaEncode, deltaApply, deltaWrite];

/** Bytes of all encoded blocks, as a package would hold them, over bytes of the blocks. */
export function encodedShare(
  instance: KernelInstance,
  name: PairName,
  contents: Contents,
  bytes: number,
  blockBytes: number,
): number {
  const setting = new Setting(instance, bytes, blockBytes, contents);
  const { base, target } = pairWindows(setting, name);
  const records = setting.window('delta records', recordsMax * recordBytes);
  const differences = setting.window('differences', blockBytes);
  const literals = setting.window('literals', blockBytes);
  const encode = encoder(setting, { base, target }, records);
  const windows = writerWindows(setting);
  let packedBytes = 0;
  for (let block = 0; block < setting.blocks; block++) {
    const at = block * blockBytes;
    const count = encode(block);
    const differenceBytes = instance.functions.deltaGather(
      base.pointer + at,
      target.pointer + at,
      records.pointer,
      count,
      differences.pointer,
      literals.pointer,
    );
    const columns = records.u32(count * 3);
    let literalBytes = 0;
    for (let i = 0; i < columns.length; i += 3) {
      if (columns[i] === deltaKind.literal) literalBytes += columns[i + 1] ?? 0;
    }
    const pair = {
      records: columns,
      differences: differences.u8(0, differenceBytes),
      literals: literals.u8(0, literalBytes),
    };
    packedBytes += encodedSize(pair, new OperationWriter(instance, windows, 0));
  }
  return packedBytes / bytes;
}
