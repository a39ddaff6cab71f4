/** Binary search over ascending starts: which piece, file or message holds an offset. */

/** Index of the last element <= value; of equal elements the last, so that empty ranges are passed over. */
export function indexOfLastAtMost(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
