/**
 * The anchor index over a whole base (docs/anchors.md): where the base has the places that its own bytes choose. Built in one pass over the base, one
 * region a job, and then read by every lane to find what moved.
 *
 * Memory is bounded whatever the base's size: 9 bytes a slot. While the base is small the table has two slots for an anchor; once the largest
 * table has one slot for an anchor, anchors are thinned by sampling, and only what is longer is found.
 */
import { assert, present } from '../../base/errors.js';
import { hashCuts, readTarget, type ScanContext } from '../fingerprint/scan.js';
import type { Region } from '../snapshot/layout.js';
import { anchorRecordWords } from './anchor-slots.js';

/** How anchors are chosen, on both sides alike. */
export interface AnchorChoice {
  /** Of independent bytes one place in 2^spacingBits is an anchor. */
  readonly spacingBits: number;
  /** Of the anchors one in 2^sampleBits is kept. */
  readonly sampleBits: number;
}

export interface BaseIndexPlan extends AnchorChoice {
  /** The table has 2^tableBits slots. */
  readonly tableBits: number;
}

/** A filled table. Structured-cloneable: the table itself is shared. */
export interface BaseIndex extends BaseIndexPlan {
  readonly table: SharedArrayBuffer;
}

export type IndexEffort = 'fast' | 'thorough' | 'maximum';

/**
 * At 256 MiB: a million anchors in 19 MiB, or four million in 38 MiB or 75 MiB; a smaller base may have as many, and closer. In the smaller table four anchors
 * share three slots, and the whole process stays within 256 MiB. On pages of a database an anchor
 * every 256 bytes gave deltas 1 % larger than one every 64, since pages are read whole around an anchor (delta/candidates.ts); on a release of
 * packed sources 6 %.
 */
const efforts = {
  fast: { spacingBitsMin: 6, spacingBitsMax: 8, anchorBits: 20, tableBitsMax: 22 },
  thorough: { spacingBitsMin: 5, spacingBitsMax: 6, anchorBits: 22, tableBitsMax: 22 },
  maximum: { spacingBitsMin: 5, spacingBitsMax: 6, anchorBits: 22, tableBitsMax: 23 },
} as const;

const tableBitsMin = 8;
const sampleBitsMax = 14;

export function planBaseIndex(baseBytes: number, effort: IndexEffort): BaseIndexPlan {
  const { spacingBitsMin, spacingBitsMax, anchorBits, tableBitsMax } = efforts[effort];
  const baseBits = Math.ceil(Math.log2(Math.max(1, baseBytes)));
  const spacingBits = Math.min(spacingBitsMax, Math.max(spacingBitsMin, baseBits - anchorBits));
  const neededBits = baseBits - spacingBits;
  return {
    spacingBits,
    tableBits: Math.min(tableBitsMax, Math.max(tableBitsMin, neededBits + 1)),
    sampleBits: Math.min(sampleBitsMax, Math.max(0, neededBits - tableBitsMax)),
  };
}

/** Anchors of one base region: records of three u32 {offset in the region, hash low, hash high}. */
export interface RegionAnchors {
  readonly region: Region;
  readonly anchors: Uint32Array;
  readonly leafDigests: Uint8Array;
}

/** What is read, hashed and searched before the next piece: with what the kernels write it stays in a cache of 1 MiB. */
const pieceBytes = 256 * 1024;
/** Bytes behind a piece with which no anchor at its end is missed. */
const anchorReachBytes = 31;
/**
 * Periodic data may have an anchor at every place: a stretch gives at most this many times what independent bytes would, so that the records of a
 * region, at a spacing of 32 some 6 MiB, fit the window of literals.
 */
const stretchBytes = 32 * 1024;
const crowdedMax = 4;

/** Anchors and leaf digests of one region, in one read. The context's layout and reader are those of the base. */
export function indexRegion(context: ScanContext, choice: AnchorChoice, region: Region): RegionAnchors {
  const { layout, fingerprint, meter } = context;
  const cuts = layout.leafCuts(region.firstLeaf, region.leafCount);
  const leafDigests = new Uint8Array(region.leafCount * fingerprint.digestBytes);
  const anchors = new AnchorColumn(context.workspace.window('literals').u32());
  let start = 0;
  for (let leaf = 0; leaf < cuts.length;) {
    let next = leaf + 1;
    while (next < cuts.length && present(cuts[next], 'cut') - start <= pieceBytes) next++;
    const end = present(cuts[next - 1], 'cut');
    const reach = Math.min(anchorReachBytes, layout.totalBytes - (region.address + end));
    readTarget(context, region.address + start, end - start + reach);
    const ends = cuts.subarray(leaf, next).map((cut) => cut - start);
    leafDigests.set(hashCuts(context, 'target', ends), leaf * fingerprint.digestBytes);
    meter.time('detect', () => collect(context, choice, end - start, reach, start, anchors));
    start = end;
    leaf = next;
  }
  meter.count('bytesSearched', region.length);
  return { region, anchors: anchors.finish(), leafDigests };
}

/** Appends the anchors of the first `length` bytes of the window `target`, behind which lie `reach` more. */
function collect(
  { workspace }: ScanContext,
  { spacingBits, sampleBits }: AnchorChoice,
  length: number,
  reach: number,
  offset: number,
  anchors: AnchorColumn,
): void {
  const data = workspace.window('target').pointer;
  const records = workspace.window('records');
  const capacity = (stretchBytes >> spacingBits) * crowdedMax;
  const { functions } = workspace.kernels;
  for (let at = 0; at < length; at += stretchBytes) {
    const starts = Math.min(stretchBytes, length - at);
    const bytes = Math.min(starts + anchorReachBytes, length + reach - at);
    const count = functions.anchorCollect(
      data + at,
      bytes,
      starts,
      spacingBits,
      sampleBits,
      records.pointer,
      capacity,
    );
    anchors.append(records.u32(count * anchorRecordWords), offset + at);
  }
}

/** Records as they come, their offsets moved to where their piece lies; of equal neighbours, as constant data has them, the first. */
class AnchorColumn {
  readonly #words: Uint32Array;
  #length = 0;

  /** `scratch` holds all records of a region. */
  constructor(scratch: Uint32Array) {
    this.#words = scratch;
  }

  append(records: Uint32Array, offset: number): void {
    const words = this.#words;
    let at = this.#length;
    assert(at + records.length <= words.length, 'the anchors of a region fit its scratch');
    for (let i = 0; i < records.length; i += anchorRecordWords) {
      const low = records[i + 1] ?? 0;
      const high = records[i + 2] ?? 0;
      if (at > 0 && words[at - 2] === low && words[at - 1] === high) continue;
      words[at] = (records[i] ?? 0) + offset;
      words[at + 1] = low;
      words[at + 2] = high;
      at += anchorRecordWords;
    }
    this.#length = at;
  }

  finish(): Uint32Array {
    return this.#words.slice(0, this.#length);
  }
}
