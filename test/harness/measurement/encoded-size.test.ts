/** What `bench kernels` calls the encoded size is the size of streams from which the target can be rebuilt, and exactly that. */
import { describe, expect, it } from 'vitest';
import { OperationWriter } from '../../../src/engine/delta/operation-writer.js';
import { readOperations } from '../../../src/engine/delta/operation-reader.js';
import type { StreamName } from '../../../src/engine/package/model.js';
import { unpackStream } from '../../../src/engine/package/unpack.js';
import { encodedSize, packPair, type EncodedPair } from '../../../src/harness/measurement/encoded-size.js';
import { Contents } from '../../../src/harness/measurement/kernels/content.js';
import { encodedShare } from '../../../src/harness/measurement/kernels/delta.js';
import { makePairs, pairNames } from '../../../src/harness/measurement/kernels/pairs.js';
import { deltaKind } from '../../../src/kernels/abi.js';
import { Arena } from '../../../src/kernels/arena.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { Workspace } from '../../../src/kernels/workspace.js';

const { literal, copy, add } = deltaKind;
const KiB = 1024;
const workspace = new Workspace(createWasmKernels());

const newWriter = (): OperationWriter => OperationWriter.of(workspace, 0);

/** As the kernels encode the pair. */
function encode(base: Uint8Array, target: Uint8Array): EncodedPair {
  const arena = new Arena(createWasmKernels());
  const { functions } = arena.instance;
  const tableBits = 12;
  const recordsMax = 4096;
  const [baseWindow, targetWindow] = [arena.reserve(base.length), arena.reserve(target.length)];
  const [differences, literals] = [arena.reserve(target.length), arena.reserve(target.length)];
  const [table, records] = [arena.reserve(4 << tableBits), arena.reserve(recordsMax * 12)];
  baseWindow.u8().set(base);
  targetWindow.u8().set(target);
  const [from, to] = [baseWindow.pointer, targetWindow.pointer];
  const count = functions.deltaEncode(
    from,
    base.length,
    to,
    target.length,
    0,
    table.pointer,
    tableBits,
    records.pointer,
    recordsMax,
    0,
  );
  const differenceBytes = functions.deltaGather(
    from,
    to,
    records.pointer,
    count,
    differences.pointer,
    literals.pointer,
  );
  const columns = records.u32(count * 3).slice();
  const lengths = [...columns].filter((_length, i) => i % 3 === 1 && columns[i - 1] === literal);
  const literalBytes = lengths.reduce((sum, length) => sum + length, 0);
  return {
    records: columns,
    differences: differences.u8(0, differenceBytes).slice(),
    literals: literals.u8(0, literalBytes).slice(),
  };
}

/** The plain reading of docs/formats/package-v1.md. */
function rebuild(base: Uint8Array, targetBytes: number, pair: EncodedPair): Uint8Array {
  const streams = packPair(pair, newWriter());
  const raw = (name: StreamName): Uint8Array => unpackStream(streams[name]);
  const [rawDifferences, rawLiterals] = [raw('differences'), raw('literals')];
  const operations = {
    instructions: raw('instructions'),
    lengths: raw('lengths'),
    addresses: raw('addresses'),
  };
  const target = new Uint8Array(targetBytes);
  let [at, difference, fresh] = [0, 0, 0];
  const bounds = { targetAddress: 0, targetBytes, baseBytes: base.length };
  for (const operation of readOperations(operations, bounds)) {
    for (let i = 0; i < operation.length; i++, at++) {
      if (operation.kind === 'literal') target[at] = rawLiterals[fresh++] ?? NaN;
      else if (operation.kind === 'copy') target[at] = base[operation.baseAddress + i] ?? NaN;
      else if (operation.kind === 'add') {
        target[at] = (base[operation.baseAddress + i] ?? NaN) + (rawDifferences[difference++] ?? NaN);
      } else throw new Error(`a pair has no ${operation.kind}`);
    }
  }
  expect([difference, fresh]).toEqual([rawDifferences.length, rawLiterals.length]);
  return target;
}

describe('an encoded pair', () => {
  it.each(pairNames)('of %s gives the target back', (name) => {
    const { base, target } = makePairs(name, new Contents(), 64 * KiB, 64 * KiB);
    const pair = encode(base, target);
    expect(pair.records.length).toBeGreaterThan(3);
    expect(Buffer.compare(rebuild(base, target.length, pair), target)).toBe(0);
  });

  it('of one changed byte has two instructions, two lengths and the byte', () => {
    const pair: EncodedPair = {
      records: Uint32Array.of(copy, 1000, 0, literal, 1, 0, copy, 3095, 1001),
      differences: Uint8Array.of(),
      literals: Uint8Array.of(0xab),
    };
    const streams = packPair(pair, newWriter());
    expect(Object.values(streams).map(({ codec }) => codec)).toEqual(Array(5).fill('stored'));
    // A copy, and one after a byte; 1,000 and 3,095 in two bytes each.
    expect(Object.values(streams).map(({ packed }) => [...packed])).toEqual([
      [0x00, 0x01],
      [0xe8, 0x07, 0x97, 0x18],
      [],
      [],
      [0xab],
    ]);
    expect(encodedSize(pair, newWriter())).toBe(7);
  });

  it('has its differences compressed: a thousand equal ones take a few bytes, not a thousand', () => {
    const base = new Contents().bytes('random', 1000);
    const target = base.map((byte) => byte + 7);
    const pair: EncodedPair = {
      records: Uint32Array.of(add, 1000, 0),
      differences: new Uint8Array(1000).fill(7),
      literals: Uint8Array.of(),
    };
    expect(Buffer.compare(rebuild(base, 1000, pair), target)).toBe(0);
    const { instructions, lengths, addresses, differences } = packPair(pair, newWriter());
    const sizes = [instructions, lengths, addresses, differences].map(({ rawBytes }) => rawBytes);
    expect(sizes).toEqual([1, 2, 0, 1000]);
    expect(differences.codec).toBe('deflate');
    expect(encodedSize(pair, newWriter())).toBe(3 + differences.packed.length);
    expect(encodedSize(pair, newWriter())).toBeLessThan(32);
  });
});

describe('the share of a buffer', () => {
  it('is the sum over its blocks, each a pair of its own', () => {
    const blockBytes = 16 * KiB;
    // The last block is short.
    const bytes = 2 * blockBytes + 5000;
    const contents = new Contents();
    const { base, target } = makePairs('overwrites', contents, bytes, blockBytes);
    let sum = 0;
    for (let at = 0; at < bytes; at += blockBytes) {
      sum += encodedSize(
        encode(base.subarray(at, at + blockBytes), target.subarray(at, at + blockBytes)),
        newWriter(),
      );
    }
    const share = encodedShare(createWasmKernels(), 'overwrites', contents, bytes, blockBytes);
    expect(share * bytes).toBeCloseTo(sum, 6);
  });
});
