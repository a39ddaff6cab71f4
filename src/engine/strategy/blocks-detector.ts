/** Strategies that cut blocks: both sides become block tables (or the base's comes from its manifest), and the tables are matched. */
import { UsageError, assert, unreachable } from '../../base/errors.js';
import { walkMerkle, type ExchangeCost } from '../detect/merkle-exchange.js';
import { matchBlocks } from '../detect/blocks.js';
import type { ExtentColumns } from '../detect/extents.js';
import { chunkerProblem, longestBlockBytes, type ChunkerSpec, type Cutting } from '../chunk/spec.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { contentDigests, snapshotId } from '../fingerprint/identity.js';
import type { BlockTable, CutBlocks, ListedBlocks } from '../fingerprint/manifest.js';
import { Stitcher } from '../fingerprint/stitch.js';
import { manifestBytes } from '../package/manifest-file.js';
import type { Layout } from '../snapshot/layout.js';
import type { Base, Detection, DetectionInput } from './detector.js';
import type { Job, Side } from './jobs.js';
import type { EngineRun } from './run.js';
import type { CuttingStrategy, ExchangeName, StrategyName } from './strategy.js';

/** Throws UsageError for sizes that no chunker cuts: a strategy may have been made by hand. */
export function chunkerOf(strategy: CuttingStrategy): ChunkerSpec {
  const spec = specOf(strategy);
  const problem = chunkerProblem(spec);
  if (problem !== undefined) throw new UsageError(`strategy ${strategy.name}: ${problem}`);
  return spec;
}

function specOf(strategy: CuttingStrategy): ChunkerSpec {
  if (strategy.name === 'fixed') return { name: strategy.name, blockBytes: strategy.blockBytes };
  const { name, minBytes, averageBytes, maxBytes } = strategy;
  return { name, minBytes, averageBytes, maxBytes };
}

export async function detectBlocks(input: DetectionInput<CuttingStrategy>): Promise<Detection> {
  const { target, run } = input;
  const chunker = chunkerOf(input.strategy);
  const held = await baseListing(input, chunker);
  const scanned = await blockTable(run, 'target', target.layout, chunker);
  const own = (): ListedBlocks => ({
    form: target.form,
    entries: target.entries,
    layout: target.layout,
    entryDigests: contentDigests(run.hasher, target, scanned.leafDigests),
    blocks: scanned.blocks,
  });
  const { listing, cost } = run.meter.time('detect', () =>
    exchanged(input.strategy.exchange, held, own, run.hasher),
  );
  return {
    extents: matchTables(input, chunker, listing.blocks, scanned.blocks),
    targetLeafDigests: scanned.leafDigests,
    baseEntryDigests: listing.entryDigests,
    exchangeBytes: cost.bytes,
    exchange: cost,
  };
}

/** The extents that two tables of blocks give. */
export function matchTables(
  { base, target, run, pairs }: DetectionInput,
  chunker: ChunkerSpec,
  baseBlocks: BlockTable,
  targetBlocks: BlockTable,
): ExtentColumns {
  const { hasher, meter } = run;
  const longest = longestBlockBytes(chunker);
  return matchBlocks({
    base: base.shape,
    target,
    baseBlocks,
    targetBlocks,
    digestBytes: hasher.fingerprint.digestBytes,
    pairs,
    zeroDigests: new Map([[longest, hasher.digestOfZeros(longest)]]),
    meter,
  });
}

/** What the holder of the base knows: its manifest, made here where the base is at hand. */
async function baseListing(input: DetectionInput<CuttingStrategy>, chunker: ChunkerSpec): Promise<CutBlocks> {
  const { base, run, strategy } = input;
  if (base.kind === 'digests') {
    requireSameCutting(base, strategy, chunker);
    return { ...base.manifest, chunker };
  }
  if (strategy.subBlock && strategy.exchange !== 'kept') {
    throw new UsageError(`exchange ${strategy.exchange} is for a base that is not at hand`, {
      hint: 'give its manifest, or say --set subBlock=off',
    });
  }
  const { form, entries, layout } = base.shape;
  const { blocks, leafDigests } = await blockTable(run, 'base', layout, chunker);
  const entryDigests = contentDigests(run.hasher, base.shape, leafDigests);
  return { form, entries, layout, fingerprint: strategy.fingerprint, chunker, entryDigests, blocks };
}

/** The base's listing as it arrives at the side that has the target, and what that takes. */
function exchanged(
  exchange: ExchangeName,
  held: CutBlocks,
  own: () => ListedBlocks,
  hasher: Hasher,
): { readonly listing: ListedBlocks; readonly cost: ExchangeCost } {
  switch (exchange) {
    case 'kept':
      return { listing: held, cost: { bytes: 0, messages: 0, roundTrips: 0 } };
    case 'manifest': {
      const id = snapshotId(hasher, held, held.entryDigests);
      const bytes = manifestBytes({ id, ...held }, hasher);
      return { listing: held, cost: { bytes, messages: 2, roundTrips: 1 } };
    }
    case 'merkle':
      return walkMerkle(held, own(), hasher);
    default:
      return unreachable(exchange);
  }
}

/** Throws UsageError for a manifest that was cut otherwise than the strategy would. */
export function requireSameCutting(
  base: Base & { kind: 'digests' },
  strategy: CuttingStrategy,
  chunker: ChunkerSpec,
): void {
  const { manifest } = base;
  const same = JSON.stringify(manifest.chunker) === JSON.stringify(chunker);
  if (same && manifest.fingerprint === strategy.fingerprint) return;
  const { name, settings: sizes } = cuttingSettings(manifest.chunker);
  const settings = Object.entries({ ...sizes, fingerprint: manifest.fingerprint });
  throw new UsageError(`the base's manifest was cut otherwise than strategy ${strategy.name} would`, {
    hint: `use --strategy ${name} ${settings.map(([key, value]) => `--set ${key}=${value}`).join(' ')}`,
  });
}

/** The strategy, with its settings, that cuts so. */
export function cuttingSettings(cutting: Cutting): {
  readonly name: StrategyName;
  readonly settings: Readonly<Record<string, number>>;
} {
  if (cutting.name === 'mixed') return { name: 'adaptive', settings: { blockBytes: cutting.blockBytes } };
  const { name, ...settings } = cutting;
  return { name, settings };
}

/** The block table and leaf digests of one side: regions in parallel, seams in sequence. */
export async function blockTable(
  run: EngineRun,
  side: Side,
  layout: Layout,
  chunker: ChunkerSpec,
): Promise<{ blocks: BlockTable; leafDigests: Uint8Array }> {
  const stitcher = new Stitcher(run.scanContext(side), chunker);
  for await (const scan of run.run(scanJobs(side, layout, chunker))) stitcher.accept(scan);
  const table = stitcher.finish();
  assert(table.leafDigests.length > 0 || layout.leafCount === 0, 'every leaf was hashed');
  return table;
}

function* scanJobs(side: Side, layout: Layout, chunker: ChunkerSpec): Generator<Job<'scan'>> {
  for (const region of layout.regions()) yield { type: 'scan', side, region, chunker };
}
