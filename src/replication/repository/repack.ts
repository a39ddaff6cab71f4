/**
 * Packing anew: what is left of packs that are mostly dead, and small packs once there are many. Order: the new pack is durable, the index leads there, the old
 * packs go. A block that is found damaged stays where it is, and its pack with it.
 */
import type { BlockPacks } from './block-packs.js';
import { readBlocks } from './block-reads.js';
import { packBlocksMax, repackBytes, smallPackBytes, smallPacksMin } from './limits.js';
import type { PackedBlock } from './pack.js';

/** Packs whose live blocks go into one new pack. */
interface Group {
  readonly packs: number[];
  bytes: number;
  blocks: number;
  /** Whether one of them is mostly dead. */
  hasDead: boolean;
}

/** `entriesOf` are the entries of packs that have live ones. Returns the bytes written; tells of each pack removed. */
export async function packAnew(
  packs: BlockPacks,
  entriesOf: ReadonlyMap<number, readonly number[]>,
  onRemoved: (bytes: number) => void,
): Promise<number> {
  let written = 0;
  for (const group of groupsOf(packs, entriesOf)) {
    written += await move(packs, group, entriesOf, onRemoved);
  }
  return written;
}

function groupsOf(packs: BlockPacks, entriesOf: ReadonlyMap<number, readonly number[]>): Group[] {
  const small = [...entriesOf.keys()].filter((pack) => (packs.sizeOf(pack) ?? 0) < smallPackBytes);
  const isCrowded = small.length >= smallPacksMin;
  const groups: Group[] = [];
  for (const [pack, entries] of entriesOf) {
    const size = packs.sizeOf(pack) ?? 0;
    const live = entries.filter((entry) => packs.isIn(entry, pack) && packs.index.isMarked(entry));
    if (live.some((entry) => packs.index.isDamaged(entry))) continue;
    const bytes = live.reduce((sum, entry) => sum + packs.index.packedBytesOf(entry), 0);
    const isMostlyDead = bytes * 2 < size - headBytesOf(packs, entries.length);
    if (!isMostlyDead && !(isCrowded && size < smallPackBytes)) continue;
    const last = groups.at(-1);
    if (
      last !== undefined &&
      last.bytes + bytes <= repackBytes &&
      last.blocks + live.length <= packBlocksMax
    ) {
      last.packs.push(pack);
      last.bytes += bytes;
      last.blocks += live.length;
      last.hasDead ||= isMostlyDead;
    } else {
      groups.push({ packs: [pack], bytes, blocks: live.length, hasDead: isMostlyDead });
    }
  }
  // A small pack alone would only be written again.
  return groups.filter((group) => group.hasDead || group.packs.length > 1);
}

/** Of a pack whose blocks are all in the index; what others have superseded counts as dead. */
function headBytesOf(packs: BlockPacks, blocks: number): number {
  return blocks * (packs.hashing.width + 7) + 64;
}

async function move(
  packs: BlockPacks,
  group: Group,
  entriesOf: ReadonlyMap<number, readonly number[]>,
  onRemoved: (bytes: number) => void,
): Promise<number> {
  // Forgotten before anything is awaited: whoever asks from now on is told that they are missing.
  const digests: Uint8Array[] = [];
  for (const pack of group.packs) {
    for (const entry of entriesOf.get(pack) ?? []) {
      if (!packs.isIn(entry, pack)) continue;
      if (packs.index.isMarked(entry)) digests.push(packs.index.digestOf(entry).slice());
      else packs.index.remove(entry);
    }
  }
  const written = await copy(packs, digests, new Set(group.packs));
  for (const pack of group.packs) {
    const bytes = packs.sizeOf(pack);
    const isLeft = (entriesOf.get(pack) ?? []).some((entry) => packs.isIn(entry, pack));
    if (bytes === undefined || isLeft) continue;
    await packs.drop(pack);
    onRemoved(bytes);
  }
  return written;
}

/** Into one new pack, those that are whole and still lie in the old ones. */
async function copy(
  packs: BlockPacks,
  digests: readonly Uint8Array[],
  old: ReadonlySet<number>,
): Promise<number> {
  const outcomes = await readBlocks(packs, Buffer.concat(digests));
  const moved: Uint8Array[] = [];
  const blocks: PackedBlock[] = [];
  digests.forEach((digest, i) => {
    const outcome = outcomes[i];
    const entry = packs.index.find(digest, 0);
    if (outcome?.state !== 'whole' || entry < 0 || !old.has(packs.index.packOf(entry))) return;
    moved.push(digest);
    blocks.push(packs.packed(outcome.bytes));
  });
  return blocks.length === 0 ? 0 : packs.addPacked(moved, blocks);
}
