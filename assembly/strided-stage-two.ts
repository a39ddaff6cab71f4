/**
 * Stage two of `strided`: which candidates are cuts. A candidate stands for all positions since the candidate before it: it becomes a cut with
 * the probability that one of them would have become one, each by the rate of its place below or above the average. The
 * mean size of chunks is therefore the same whether candidates are frequent or rare.
 */

/** Most positions that a candidate stands for: constant runs, which have no candidates, must not force a cut behind them. */
const gapBytesMax: usize = 4480;

const factor: u64 = 0xb34c039411898df1;

/**
 * Whether the candidate `at` is a cut, where `fresh` is the first position after the candidate before it, `centre` the first to which the large
 * rate applies. Rates are in 2^-32 a position.
 */
// @ts-ignore: decorator
@inline
export function isCut(at: usize, fresh: usize, centre: usize, rateSmall: u64, rateLarge: u64): bool {
  const next = at + 1;
  const first = max(fresh, next - min(gapBytesMax, next));
  const small = max(min(centre, next), first) - first;
  const weight = <u64>small * rateSmall + <u64>(next - first - small) * rateLarge;
  return hash(at - 32) < weight;
}

/** 32 bits from the 32 bytes at `window`. */
// @ts-ignore: decorator
@inline
function hash(window: usize): u64 {
  let state = load<u64>(window) * factor;
  state = ((state ^ (state >> 32)) ^ load<u64>(window, 8)) * factor;
  state = ((state ^ (state >> 32)) ^ load<u64>(window, 16)) * factor;
  state = ((state ^ (state >> 32)) ^ load<u64>(window, 24)) * factor;
  return state >> 32;
}
