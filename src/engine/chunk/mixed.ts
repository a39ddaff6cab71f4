/**
 * Mixed cutting: several block sizes in one manifest. Each file is divided into pieces of 4 MiB, each piece has a rule, and neighbouring pieces of a file
 * with the same rule are a span, which is cut as if it were a file: content-defined chunks run on across its pieces, and every span ends with a cut.
 *
 * Limit: where the rule changes, chunks begin anew; shifted data falls into step again within two chunks.
 */
import { present } from '../../base/errors.js';
import { regionBytes } from '../../base/limits.js';
import { Layout, type Part } from '../snapshot/layout.js';
import type { ChunkerSpec, Cutting } from './spec.js';

const KiB = 1024;

/** How a piece is cut. Its number is what manifests carry. */
export const cutRules = {
  /** Nothing but zeros where it was looked at: blocks of 1 MiB. What is written into one later is mostly zeros beside, which compress to nothing. */
  empty: 0,
  /** Pages, which change in place: fixed blocks of blockBytes. */
  pages: 1,
  /** What does not compress is sent as it is: content-defined chunks of blockBytes on average. */
  dense: 2,
  /** Anything else: content-defined chunks of twice that, which cost about as much once they are compressed. */
  plain: 3,
} as const;
export type CutRule = (typeof cutRules)[keyof typeof cutRules];
export const cutRuleCount = Object.keys(cutRules).length;

/** blockBytes is a power of two from here ... */
export const mixedBlockBytesMin = 512;
/** ... to here. */
export const mixedBlockBytesMax = 64 * KiB;

/** The chunker of a rule. */
export function chunkerOfRule(rule: number, blockBytes: number): ChunkerSpec {
  switch (rule) {
    case cutRules.empty:
      return { name: 'fixed', blockBytes: 1024 * KiB };
    case cutRules.pages:
      return { name: 'fixed', blockBytes };
    case cutRules.dense:
      return chunksOf(Math.max(blockBytes, KiB));
    default:
      return chunksOf(2 * blockBytes);
  }
}

function chunksOf(averageBytes: number): ChunkerSpec {
  return { name: 'strided', minBytes: averageBytes / 4, averageBytes, maxBytes: averageBytes * 4 };
}

/** Whether a rule's blocks lie at multiples of their size, so that none lies in two pieces. */
export function isFixedRule(rule: number): boolean {
  return rule === cutRules.empty || rule === cutRules.pages;
}

/** The pieces of all files, in order. */
export function* piecesOf(layout: Layout): Generator<Part> {
  for (let entry = 0; entry < layout.entryCount; entry++) {
    const end = layout.endOf(entry);
    for (let address = layout.startOf(entry); address < end; address += regionBytes) {
      yield { entry, address, length: Math.min(regionBytes, end - address) };
    }
  }
}

export function pieceCount(layout: Layout): number {
  let count = 0;
  for (let entry = 0; entry < layout.entryCount; entry++) {
    count += Math.ceil((layout.endOf(entry) - layout.startOf(entry)) / regionBytes);
  }
  return count;
}

/** Neighbouring pieces of one file that are cut by one rule. */
export interface Span extends Part {
  readonly rule: number;
}

/** The spans that pieces with these rules form. A negative rule leaves its piece out. */
export function spansOf(layout: Layout, rules: ArrayLike<number>): Span[] {
  const spans: { entry: number; address: number; length: number; rule: number }[] = [];
  let index = 0;
  for (const { entry, address, length } of piecesOf(layout)) {
    const rule = present(rules[index++], 'rule');
    const last = spans.at(-1);
    const isNext = last?.entry === entry && last.address + last.length === address;
    if (rule < 0) continue;
    if (isNext && last.rule === rule) last.length += length;
    else spans.push({ entry, address, length, rule });
  }
  return spans;
}

/** What is cut as one, with its chunker: whole files, or the spans of pieces, for which `rules` has one each. */
export function* cutRuns(layout: Layout, cutting: Cutting): Generator<{ part: Part; chunker: ChunkerSpec }> {
  if (cutting.name === 'mixed') {
    for (const span of spansOf(layout, cutting.rules)) {
      yield { part: span, chunker: chunkerOfRule(span.rule, cutting.blockBytes) };
    }
    return;
  }
  for (const part of layout.parts(0, layout.totalBytes)) yield { part, chunker: cutting };
}
