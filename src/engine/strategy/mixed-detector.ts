/**
 * `adaptive` where only a manifest of the base is known. A mixed manifest says by which rule each piece of 4 MiB was cut: the target's piece at the same offset
 * is cut alike, so that fixed blocks line up and content-defined ones recur. Pieces of fixed blocks that are mostly found nowhere are cut once more, by what
 * their own bytes say, or else by content. Other manifests have one chunker, which cuts the target, too.
 */
import { UsageError, present } from '../../base/errors.js';
import { ByteVector, Float64Vector } from '../../base/vector.js';
import {
  chunkerOfRule,
  cutRuleCount,
  cutRules,
  isFixedRule,
  piecesOf,
  spansOf,
  type Span,
} from '../chunk/mixed.js';
import { longestBlockBytes, type ChunkerSpec, type MixedSpec } from '../chunk/spec.js';
import { matchBlocks } from '../detect/blocks.js';
import { DigestIndex } from '../detect/digest-index.js';
import { judgePiece } from '../fingerprint/evidence.js';
import type { BlockListing, BlockTable } from '../fingerprint/manifest.js';
import { Stitcher } from '../fingerprint/stitch.js';
import { Layout, type Part } from '../snapshot/layout.js';
import { blockTable, matchTables } from './blocks-detector.js';
import type { Detection, DetectionInput } from './detector.js';
import type { Job, Side } from './jobs.js';
import type { EngineRun } from './run.js';

interface Scanned {
  readonly blocks: BlockTable;
  readonly leafDigests: Uint8Array;
}

/** A manifest's own cutting detects, whatever `adaptive` would choose. Throws UsageError where its digests are of another kind. */
export async function detectFromManifest(input: DetectionInput, manifest: BlockListing): Promise<Detection> {
  const { target, run } = input;
  const { chunker, fingerprint } = manifest;
  if (fingerprint !== run.hasher.fingerprint.name) {
    throw new UsageError(
      `the base's manifest has ${fingerprint} digests, the diff uses ${run.hasher.fingerprint.name}`,
      { hint: `use --set fingerprint=${fingerprint}` },
    );
  }
  const known = { baseEntryDigests: manifest.entryDigests, exchangeBytes: 0 };
  if (chunker.name !== 'mixed') {
    const { blocks, leafDigests } = await blockTable(run, 'target', target.layout, chunker);
    const extents = matchTables(input, chunker, manifest.blocks, blocks);
    return { extents, targetLeafDigests: leafDigests, ...known };
  }
  const rules = oppositeRules(run, manifest.layout, chunker, input.pairs);
  const scanned = await mixedTable(run, 'target', target.layout, { ...chunker, rules });
  const blocks = await cutAgain(input, manifest, { ...chunker, rules }, scanned.blocks);
  const extents = matchBlocks({
    base: input.base.shape,
    target,
    baseBlocks: manifest.blocks,
    targetBlocks: blocks,
    digestBytes: run.hasher.fingerprint.digestBytes,
    pairs: input.pairs,
    zeroDigests: zeroDigestsOf(run, chunker.blockBytes),
    meter: run.meter,
  });
  return { extents, targetLeafDigests: scanned.leafDigests, ...known };
}

/** The rule of each piece by its own bytes. */
export function judgedRules(run: EngineRun, side: Side, layout: Layout): Uint8Array {
  const context = run.scanContext(side);
  return run.meter.time('detect', () =>
    Uint8Array.from([...piecesOf(layout)], (piece) => judgePiece(context, piece)),
  );
}

/** The target's rules: those of the pieces opposite; where there is none, by the piece's own bytes. */
export function oppositeRules(
  run: EngineRun,
  base: Layout,
  { rules }: MixedSpec,
  pairs: Int32Array,
): Uint8Array {
  const context = run.scanContext('target');
  const { layout } = run.sides.target;
  const known = new Map([...piecesOf(base)].map(({ address }, index) => [address, rules[index]]));
  return Uint8Array.from([...piecesOf(layout)], (piece) => {
    const pair = present(pairs[piece.entry], 'pair');
    const address = pair < 0 ? -1 : base.startOf(pair) + piece.address - layout.startOf(piece.entry);
    const rule = pair < 0 || address >= base.endOf(pair) ? undefined : known.get(address);
    return rule ?? judgePiece(context, piece);
  });
}

/** The block table and leaf digests of one side: regions in parallel, each run of spans with one chunker stitched on its own. */
export async function mixedTable(
  run: EngineRun,
  side: Side,
  layout: Layout,
  { blockBytes, rules }: MixedSpec,
): Promise<Scanned> {
  return spanTable(run, side, layout, spansOf(layout, rules), blockBytes);
}

/** The blocks of spans alone: what lies between them is left out of the table. */
async function spanTable(
  run: EngineRun,
  side: Side,
  layout: Layout,
  spans: readonly Span[],
  blockBytes: number,
): Promise<Scanned> {
  const ends = new Float64Vector();
  const digests = new ByteVector();
  const leafDigests = new ByteVector();
  const stretches = [...stretchesOf(spans)];
  const jobs = stretches.flatMap((stretch) => [...stretchJobs(side, layout, stretch, blockBytes)]);
  const scans = run.run(jobs);
  for (const stretch of stretches) {
    const first = present(stretch[0], 'span');
    const last = present(stretch.at(-1), 'span');
    const end = last.address + last.length;
    const context = { ...run.scanContext(side), layout: spanLayout(stretch) };
    const stitcher = new Stitcher(context, chunkerOfRule(first.rule, blockBytes), first.address);
    for (let at = first.address; at < end;) {
      const next = await scans.next();
      if (next.done === true) break;
      stitcher.accept(next.value);
      at = next.value.region.address + next.value.region.length;
    }
    const found = stitcher.finish(end);
    for (const blockEnd of found.blocks.ends) ends.push(blockEnd);
    digests.append(found.blocks.digests);
    leafDigests.append(found.leafDigests);
  }
  await scans.return();
  return { blocks: { ends: ends.view(), digests: digests.view() }, leafDigests: leafDigests.view() };
}

/** Neighbouring spans of one rule: they are scanned and stitched together. */
function* stretchesOf(spans: readonly Span[]): Generator<Span[]> {
  let stretch: Span[] = [];
  for (const span of spans) {
    const last = stretch.at(-1);
    if (last !== undefined && (last.rule !== span.rule || last.address + last.length !== span.address)) {
      yield stretch;
      stretch = [];
    }
    stretch.push(span);
  }
  if (stretch.length > 0) yield stretch;
}

/** What lies before the stretch counts as one entry: addresses stay those of the snapshot. */
function spanLayout(stretch: readonly Span[]): Layout {
  const before = present(stretch[0], 'span').address;
  return new Layout([before, ...stretch.map(({ length }) => length)].map((sizeBytes) => ({ sizeBytes })));
}

function* stretchJobs(
  side: Side,
  layout: Layout,
  stretch: readonly Span[],
  blockBytes: number,
): Generator<Job<'scan'>> {
  const { address, rule } = present(stretch[0], 'span');
  const chunker = chunkerOfRule(rule, blockBytes);
  const own = new Layout(stretch.map(({ length }) => ({ sizeBytes: length })));
  const firstLeaf = layout.leafAt(address);
  for (const region of own.regions()) {
    const end = address + own.endOf(own.entryAt(region.address + region.length - 1));
    const shifted = { ...region, address: address + region.address, firstLeaf: firstLeaf + region.firstLeaf };
    yield { type: 'scan', side, region: shifted, chunker, end };
  }
}

/** The target's table in which spans of fixed blocks that the base mostly lacks are cut otherwise, where that finds more. */
async function cutAgain(
  { target, run }: DetectionInput,
  manifest: BlockListing,
  { blockBytes, rules }: MixedSpec,
  blocks: BlockTable,
): Promise<BlockTable> {
  const width = run.hasher.fingerprint.digestBytes;
  const zeros = zeroDigestsOf(run, blockBytes);
  const known = new KnownBlocks([manifest.blocks.digests, ...[...zeros.values()]], width);
  const pieces = [...piecesOf(target.layout)];
  const found = known.bytesIn(blocks, pieces);
  const context = run.scanContext('target');
  const others = Int8Array.from(pieces, (piece, index) => {
    const rule = present(rules[index], 'rule');
    if (!isFixedRule(rule) || 2 * present(found[index], 'found') >= piece.length) return -1;
    const own = judgePiece(context, piece);
    return own === rule ? cutRules.plain : own;
  });
  const spans = spansOf(target.layout, others);
  if (spans.length === 0) return blocks;
  const again = await spanTable(run, 'target', target.layout, spans, blockBytes);
  const before = known.bytesIn(blocks, spans);
  const after = known.bytesIn(again.blocks, spans);
  const better = spans.filter((_, index) => present(after[index], 'found') > present(before[index], 'found'));
  return replaced(blocks, again.blocks, better, width);
}

/** `blocks`, in which those of `spans` are taken from `others`. Both have cuts where spans begin and end. */
function replaced(blocks: BlockTable, others: BlockTable, spans: readonly Part[], width: number): BlockTable {
  const ends = new Float64Vector();
  const digests = new ByteVector();
  const take = (table: BlockTable, from: number, to: number): void => {
    const first = firstBehind(table.ends, from);
    const next = firstBehind(table.ends, to);
    for (let i = first; i < next; i++) ends.push(present(table.ends[i], 'block end'));
    digests.append(table.digests.subarray(first * width, next * width));
  };
  let at = 0;
  for (const { address, length } of spans) {
    take(blocks, at, address);
    take(others, address, address + length);
    at = address + length;
  }
  take(blocks, at, Infinity);
  return { ends: ends.view(), digests: digests.view() };
}

/** The first index whose end lies behind `address`. */
function firstBehind(ends: Float64Array, address: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (present(ends[middle], 'block end') <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

class KnownBlocks {
  readonly #index: DigestIndex;
  readonly #width: number;

  constructor(parts: readonly Uint8Array[], width: number) {
    const all = Buffer.concat(parts);
    this.#index = new DigestIndex(all, width);
    this.#width = width;
    for (let block = 0; block * width < all.length; block++) this.#index.insert(block);
  }

  /** How many bytes of each part, which are ascending, lie in known blocks that end in it. */
  bytesIn({ ends, digests }: BlockTable, parts: readonly Part[]): Float64Array {
    return Float64Array.from(parts, ({ address, length }) => {
      let bytes = 0;
      let block = firstBehind(ends, address);
      for (let at = address; block < ends.length && at < address + length; block++) {
        const end = present(ends[block], 'block end');
        if (this.#index.find(digests, block * this.#width) >= 0) bytes += end - at;
        at = end;
      }
      return bytes;
    });
  }
}

function zeroDigestsOf(run: EngineRun, blockBytes: number): Map<number, Uint8Array> {
  const chunkers = Array.from({ length: cutRuleCount }, (_, rule): ChunkerSpec =>
    chunkerOfRule(rule, blockBytes),
  );
  return new Map(chunkers.map(longestBlockBytes).map((length) => [length, run.hasher.digestOfZeros(length)]));
}
