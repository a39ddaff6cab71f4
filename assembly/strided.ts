/**
 * The two-stage chunker `strided`: a cheap test of 32 positions a step picks about one position in a thousand, a strong hash and the distance to
 * the position picked before decide. docs/formats/strided-v1.md states the rule completely; names here are those used there.
 *
 * Law: a cut depends only on its chunk's start, on the sizes, and on the `gapBytesMax` + 32 bytes before it. A chunk's bytes beyond the cut and the place of the
 * data in memory do not matter.
 *
 * Limits: 64 <= minBytes <= averageBytes <= maxBytes < 2^31. No window reaches back over its chunk's start since 31 + 18 < 64.
 */
import { candidates, firstWithCandidate, stepPositions } from './strided-stage-one';
import { isCut } from './strided-stage-two';

export function strided(
  data: usize,
  length: usize,
  final: u32,
  minBytes: usize,
  averageBytes: usize,
  maxBytes: usize,
  cuts: usize,
): u32 {
  const rateSmall = (<u64>1 << 31) / <u64>averageBytes;
  const rateLarge = (<u64>1 << 33) / <u64>averageBytes;
  const firstCut = cuts;
  const end = data + length;
  let start = data;
  while (start < end) {
    const left = end - start;
    if (left < maxBytes && final == 0) break;
    start = chunkEnd(start, left, minBytes, averageBytes, maxBytes, rateSmall, rateLarge);
    store<u32>(cuts, <u32>(start - data));
    cuts += 4;
  }
  return <u32>((cuts - firstCut) >> 2);
}

/** End of the chunk that begins at `start`, with `left` bytes to the end of data. */
function chunkEnd(
  start: usize,
  left: usize,
  minBytes: usize,
  averageBytes: usize,
  maxBytes: usize,
  rateSmall: u64,
  rateLarge: u64,
): usize {
  if (left <= minBytes) return start + left;
  const end = start + min(left, maxBytes);
  const centre = start + averageBytes;
  const lastStep = end - stepPositions;
  let at = start + minBytes;
  let fresh = at;
  while (true) {
    at = firstWithCandidate(at, lastStep);
    // The positions that are left over are judged in a step that ends with them.
    const overlap = at > lastStep ? at - lastStep : 0;
    if (overlap >= stepPositions) return end;
    const step = at - overlap;
    let found = candidates(step) & (-1 << <u32>overlap);
    while (found != 0) {
      const cut = step + <usize>ctz<u32>(found);
      if (isCut(cut, fresh, centre, rateSmall, rateLarge)) return cut;
      fresh = cut + 1;
      found &= found - 1;
    }
    at = step + stepPositions;
  }
}
