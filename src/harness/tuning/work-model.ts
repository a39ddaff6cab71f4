/**
 * What a diff and an apply cost, from exact counts: so many bytes hashed, compared, searched, compressed, each at the price of its part (work-prices.ts). Milliseconds of CPU of one
 * thread of the machine that the prices were fitted on; on another all are longer or shorter, in much the same proportion.
 *
 * A search decides by these, not by measured times, so that the same search goes the same way twice. They are rough: a codec takes twice as long for one kind of bytes as for another. What is
 * recommended is measured afterwards.
 *
 * Law: work is a sum of amounts times prices; amounts follow from exact counts alone. The fit of prices (fit-prices.ts) sees the same amounts as the model.
 */
import { present } from '../../base/errors.js';
import { packingNames } from '../../engine/package/codecs.js';
import type { Strategy } from '../../engine/strategy/strategy.js';
import type { Outcome, Packing } from '../measurement/job.js';
import { levelPrice, parts, pricedLevels, type Part, type WorkPrices } from './work-prices.js';

/** What happened: the exact part of an outcome. */
export type Happened = Pick<Outcome, 'exact' | 'counts' | 'packings' | 'level'>;

/** Files and folders of both snapshots. */
export interface FileCounts {
  readonly base: number;
  readonly target: number;
}

/** By name of a price, how many of its units. */
export type Amounts = Readonly<Record<string, number>>;

export interface Work {
  /** Milliseconds of CPU. */
  readonly diffMs: number;
  readonly applyMs: number;
}

const msPerNanosecond = 1e-6;

/** Below 256 KiB `auto` takes level 9 at most (engine/package/compression.ts). */
const highLevelFromBytes = 256 * 1024;
const cheapLevelMax = 9;

export function workOf(prices: WorkPrices, strategy: Strategy, happened: Happened, files: FileCounts): Work {
  const amounts = workAmounts(strategy, happened, files);
  const sumMs = (side: 'diff' | 'apply'): number =>
    parts
      .filter((part) => part.startsWith(side))
      .reduce((sum, part) => sum + costMs(amounts[part], prices[part]), 0);
  return { diffMs: sumMs('diff'), applyMs: sumMs('apply') };
}

export function costMs(amounts: Amounts, prices: Readonly<Record<string, number>>): number {
  return Object.entries(amounts).reduce(
    (sum, [name, amount]) => sum + amount * present(prices[name], `price of ${name}`) * msPerNanosecond,
    0,
  );
}

/** How many units of each price a run took. Only names of work-prices.ts. */
export function workAmounts(
  strategy: Strategy,
  { exact: { packageBytes }, counts, packings, level }: Happened,
  files: FileCounts,
): Readonly<Record<Part, Amounts>> {
  const diff = (counter: keyof typeof counts.diff): number => counts.diff[counter] ?? 0;
  const apply = (counter: keyof typeof counts.apply): number => counts.apply[counter] ?? 0;
  const { name, fingerprint } = strategy;
  const fileCount = files.base + files.target;
  const blocks = diff('blocks') + diff('blocksCompared');
  const isCut = name === 'fixed' || name === 'fastcdc' || name === 'strided';
  const isSearched = name === 'adaptive' || name === 'rolling';
  return {
    'diff read': { byte: diff('bytesRead'), 'delta byte': diff('bytesDeltaEncoded'), file: fileCount },
    'diff hash': { [`${fingerprint} byte`]: diff('bytesHashed') },
    'diff chunk': isCut ? { [`${name} byte`]: diff('bytesChunked') } : {},
    'diff detect': {
      'compared byte': diff('bytesCompared'),
      ...(isSearched ? { [`${name} byte`]: diff('bytesSearched') } : {}),
      probe: diff('probes'),
      block: blocks,
    },
    'diff delta': { byte: diff('bytesDeltaEncoded'), operation: diff('operations') },
    'diff compress': compression(strategy, packings, level),
    'diff package': { byte: diff('bytesOut'), segment: diff('segments') },
    'diff other': {
      run: 1,
      file: fileCount,
      'read byte': diff('bytesRead'),
      block: blocks,
      'package byte': packageBytes,
    },
    'apply hash': { [`${fingerprint} byte`]: apply('bytesHashed') },
    'apply decompress': Object.fromEntries(
      packingNames.map((codec) => [
        `${codec} byte`,
        packings.reduce((sum, packing) => sum + (packing.codec === codec ? packing.rawBytes : 0), 0),
      ]),
    ),
    'apply other': {
      run: 1,
      file: files.target,
      'read byte': apply('bytesRead'),
      'written byte': apply('bytesWritten'),
      operation: apply('operations'),
      'package byte': packageBytes,
    },
  };
}

function compression(
  { compression: choice }: Strategy,
  packings: readonly Packing[],
  level: number,
): Amounts {
  const amounts: Record<string, number> = { stream: packings.length };
  const add = (name: string, amount: number): void => {
    amounts[name] = (amounts[name] ?? 0) + amount;
  };
  for (const { codec, rawBytes } of packings) {
    // What a codec that was asked for did not make shorter is stored, but was tried.
    const tried = choice.codec === 'auto' || codec !== 'stored' ? codec : choice.codec;
    if (tried === 'stored' || tried === 'lz4') add(`${tried} byte`, rawBytes);
    else if (tried === 'deflate') add(`${choice.deflate} deflate byte`, rawBytes);
    else {
      const isCapped = tried === 'zstd' && choice.codec === 'auto' && rawBytes < highLevelFromBytes;
      const used = isCapped ? Math.min(level, cheapLevelMax) : level;
      const name = tried === 'zstd' ? 'zstd' : 'context';
      for (const { priced, share } of sharesOf(used)) {
        add(levelPrice(name, priced, 'call'), share);
        add(levelPrice(name, priced, 'byte'), share * rawBytes);
      }
    }
  }
  return amounts;
}

/** The two levels around one, or itself, in proportion. */
function sharesOf(level: number): readonly { readonly priced: number; readonly share: number }[] {
  const above = pricedLevels.find((priced) => priced >= level) ?? pricedLevels[pricedLevels.length - 1];
  const below = pricedLevels.findLast((priced) => priced <= level) ?? above ?? level;
  if (above === undefined || above === below) return [{ priced: below, share: 1 }];
  const share = (level - below) / (above - below);
  return [
    { priced: below, share: 1 - share },
    { priced: above, share },
  ];
}
