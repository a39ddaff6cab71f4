/**
 * Where a target is cut so that its new data falls into shares of equal weight: threads that encode them end together, and no remainder
 * is left that compresses by itself.
 */
import { present } from '../../base/errors.js';
import { extentKind, type ExtentColumns } from '../detect/extents.js';
import type { Layout } from '../snapshot/layout.js';

/** What an extent of new data weighs: adds up where the extent is cut. */
export type Weight = (address: number, length: number) => number;

/** Ascending leaf borders between `shares` shares, each the last in front of its place; fewer where several fall together. */
export function shareBorders(
  { kinds, lengths }: ExtentColumns,
  layout: Layout,
  shares: number,
  weightOf: Weight,
): number[] {
  let total = 0;
  eachNew(kinds, lengths, (address, length) => (total += weightOf(address, length)));
  const borders: number[] = [];
  let passed = 0;
  let next = 1;
  eachNew(kinds, lengths, (address, length) => {
    const weight = weightOf(address, length);
    for (; next < shares && passed + weight >= (total * next) / shares; next++) {
      const share = weight === 0 ? 0 : ((total * next) / shares - passed) / weight;
      const place = Math.min(address + Math.floor(length * share), layout.totalBytes - 1);
      const border = layout.leafAddress(layout.leafAt(place));
      if (border > (borders[borders.length - 1] ?? 0)) borders.push(border);
    }
    passed += weight;
  });
  return borders;
}

function eachNew(
  kinds: Uint8Array,
  lengths: Float64Array,
  take: (address: number, length: number) => void,
): void {
  let at = 0;
  for (let i = 0; i < kinds.length; i++) {
    const length = present(lengths[i], 'length');
    if (kinds[i] === extentKind.data) take(at, length);
    at += length;
  }
}
