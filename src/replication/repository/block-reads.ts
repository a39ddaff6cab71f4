/**
 * Reading blocks: many at once, one read for what lies together in a pack, and none returned whose bytes do not have its id.
 *
 * A pack may be removed after its blocks were copied elsewhere while a read of it is under way; then the index knows the new place, and the read is done
 * again there. What stays unreadable is remembered as damaged until a read or a new copy shows otherwise.
 */
import { DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import { sameDigest } from '../../engine/detect/digest-index.js';
import type { BlockPacks } from './block-packs.js';
import { readBytesMax, readGapBytesMax } from './limits.js';
import { packKey } from './objects.js';
import { unpackBlock } from './pack.js';
import type { BlockIds, BlockOutcome, BlockPlace } from './repository.js';

/** A block that is wanted: its index in the request, its digest there, and where it lay when that was asked. */
interface Wanted {
  readonly index: number;
  readonly digests: Uint8Array;
  /** Of the digest, in `digests`. */
  readonly at: number;
  readonly pack: number;
  readonly offset: number;
  readonly packedBytes: number;
  readonly rawBytes: number;
  readonly codec: number;
}

/** Wanted blocks of one pack that are read at once: object bytes [from, to). */
interface Run {
  readonly pack: number;
  readonly from: number;
  to: number;
  readonly blocks: Wanted[];
}

/** Collections that may move a block while one request is under way. */
const lookUpsMax = 4;

const missing: BlockOutcome = { state: 'missing' };

/** One outcome for each id, in order. Throws WorldError. */
export async function readBlocks(packs: BlockPacks, ids: BlockIds): Promise<BlockOutcome[]> {
  const { digests, count, isKnown } = packs.hashing.column(ids);
  const outcomes = new Array<BlockOutcome>(count).fill(missing);
  let left = Array.from({ length: count }, (_, index) => index).filter(isKnown);
  for (let lookUp = 0; left.length > 0; lookUp++) {
    const wanted = left.flatMap((index) => {
      const found = whereIs(packs, digests, index);
      if (found === undefined) outcomes[index] = missing;
      return found === undefined ? [] : [found];
    });
    left = [];
    for (const run of runsOf(wanted)) {
      const results = await readRun(packs, run);
      run.blocks.forEach((block, i) => {
        const outcome = results[i] ?? missing;
        if (outcome.state !== 'whole' && entryAt(packs, block) < 0 && lookUp < lookUpsMax)
          left.push(block.index);
        else outcomes[block.index] = settle(packs, block, outcome);
      });
    }
  }
  return outcomes;
}

/** Where readBlocks would look. */
export function placesOf(packs: BlockPacks, ids: BlockIds): (BlockPlace | undefined)[] {
  const { digests, count, isKnown } = packs.hashing.column(ids);
  return Array.from({ length: count }, (_, index) => {
    const found = isKnown(index) ? whereIs(packs, digests, index) : undefined;
    return found && { key: packKey(found.pack), offset: found.offset };
  });
}

function whereIs(packs: BlockPacks, digests: Uint8Array, index: number): Wanted | undefined {
  const at = index * packs.hashing.width;
  const entry = packs.index.find(digests, at);
  if (entry < 0) return undefined;
  return {
    index,
    digests,
    at,
    pack: packs.index.packOf(entry),
    offset: packs.index.offsetOf(entry),
    packedBytes: packs.index.packedBytesOf(entry),
    rawBytes: packs.index.rawBytesOf(entry),
    codec: packs.index.codecOf(entry),
  };
}

/** The entry of a block that still lies where it was looked for, or -1. */
function entryAt(packs: BlockPacks, { digests, at, pack }: Wanted): number {
  const entry = packs.index.find(digests, at);
  return entry >= 0 && packs.index.packOf(entry) === pack ? entry : -1;
}

/** Remembers what the read has shown, if it is still about the present copy. */
function settle(packs: BlockPacks, block: Wanted, outcome: BlockOutcome): BlockOutcome {
  const entry = entryAt(packs, block);
  if (entry >= 0) packs.index.setDamaged(entry, outcome.state !== 'whole');
  return outcome;
}

/** By pack and offset; neighbours together. */
function runsOf(wanted: readonly Wanted[]): Run[] {
  const sorted = [...wanted].sort((a, b) => a.pack - b.pack || a.offset - b.offset);
  const runs: Run[] = [];
  for (const block of sorted) {
    const end = block.offset + block.packedBytes;
    const last = runs.at(-1);
    if (
      last?.pack === block.pack &&
      block.offset - last.to <= readGapBytesMax &&
      end - last.from <= readBytesMax
    ) {
      last.to = Math.max(last.to, end);
      last.blocks.push(block);
    } else {
      runs.push({ pack: block.pack, from: block.offset, to: end, blocks: [block] });
    }
  }
  return runs;
}

async function readRun(packs: BlockPacks, { pack, from, to, blocks }: Run): Promise<BlockOutcome[]> {
  const key = packKey(pack);
  const bytes = await packs.store.get(key, { offset: from, length: to - from });
  if (bytes === undefined) return blocks.map(() => ({ state: 'damaged', reason: `${key} is not there` }));
  const outcomes = blocks.map(({ offset, packedBytes, rawBytes, codec }): BlockOutcome => {
    const packed = bytes.subarray(offset - from, offset - from + packedBytes);
    try {
      return { state: 'whole', bytes: unpackBlock(codec, packed, rawBytes) };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return { state: 'damaged', reason: `${key} at byte ${offset}: ${error.message}` };
    }
  });
  await accountFor(packs, blocks);
  return verified(packs, key, blocks, outcomes);
}

/** Replaces those whose bytes do not have the id. */
function verified(
  packs: BlockPacks,
  key: string,
  blocks: readonly Wanted[],
  outcomes: readonly BlockOutcome[],
): BlockOutcome[] {
  const empty = new Uint8Array(0);
  const { width } = packs.hashing;
  const digests = packs.hashing.digests(outcomes.map((one) => (one.state === 'whole' ? one.bytes : empty)));
  return outcomes.map((outcome, i) => {
    const block = blocks[i];
    if (block === undefined || outcome.state !== 'whole' || isPlanted('read-block-unchecked')) return outcome;
    if (sameDigest(digests, i * width, block.digests, block.at, width)) return outcome;
    const id = packs.hashing.idOf(block.digests.subarray(block.at, block.at + width));
    return { state: 'damaged', reason: `${key} at byte ${block.offset}: the bytes are not those of ${id}` };
  });
}

async function accountFor(packs: BlockPacks, blocks: readonly Wanted[]): Promise<void> {
  if (packs.account === undefined) return;
  let raw = 0;
  let unpacked = 0;
  for (const { rawBytes, codec } of blocks) {
    raw += rawBytes;
    if (codec !== 0) unpacked += rawBytes;
  }
  if (unpacked > 0) await packs.account('decompress', unpacked);
  await packs.account('hash', raw);
}
