/**
 * How new data is divided among segments, and how many literals one will probably have.
 *
 * Law: a function of extents, of what was sought, of the level and of the target's size alone: packages do not depend on who encodes.
 */
import { leafBytes } from '../../base/limits.js';
import { segmentDataBytes, type SegmentPlan } from '../delta/plan.js';
import { shareBorders } from '../delta/shares.js';
import { bytesOf, rangesIn } from '../detect/base-ranges.js';
import type { CompressionChoice } from '../package/codecs.js';
import type { Layout } from '../snapshot/layout.js';
import type { Detection } from './detector.js';
import { newData, type NewData } from './level.js';

/** Of changes in place that resemble what lies opposite, one part in so many remains literal: 6 % on pages of a database, 7 % on a VM image. */
const resemblingPerLiteral = 16;

/** Levels from which on a segment of some hundred KiB of literals takes a second or so to compress. */
const slowLevelMin = 16;
/**
 * Segments of sparse changes at these levels: each has so many literals and spans so much of the target. What lies that far apart has little in common: a VM image in two segments costs
 * 1.3 % more; a release of sources in 21 MiB, whose files repeat each other, 22 %.
 */
const sparseLiteralsMin = 384 * 1024;
const sparseSpanBytes = 128 * 1024 * 1024;

/** Where segments end besides where they are full (delta/plan.ts). */
export function segmentBorders(
  { extents, sought = none }: Pick<Detection, 'extents' | 'sought'>,
  layout: Layout,
  { opposedBytes, unopposedBytes }: NewData,
  { level }: CompressionChoice,
): number[] {
  // A segment ends up to a leaf in front of its border. Two segments may share much: the first is filled.
  const full = Math.ceil((opposedBytes + unopposedBytes) / (segmentDataBytes - leafBytes));
  if (full > 2) return shareBorders(extents, layout, full, (_, length) => length);
  if (level < slowLevelMin) return [];
  const literals = bytesOf(sought) + opposedBytes / resemblingPerLiteral;
  const sparse = Math.floor(Math.min(literals / sparseLiteralsMin, layout.totalBytes / sparseSpanBytes));
  if (sparse < 2) return [];
  return shareBorders(
    extents,
    layout,
    sparse,
    (address, length) => bytesOf(rangesIn(sought, address, address + length)) + length / resemblingPerLiteral,
  );
}

/** Literal bytes that a segment will have, roughly. */
export function literalsExpected(
  { targetAddress, targetBytes, extents }: SegmentPlan,
  sought: Float64Array = none,
): number {
  const { opposedBytes, unopposedBytes } = newData(extents);
  const soughtBytes = bytesOf(rangesIn(sought, targetAddress, targetAddress + targetBytes));
  return unopposedBytes + Math.min(opposedBytes, soughtBytes + opposedBytes / resemblingPerLiteral);
}

const none = new Float64Array(0);
