/** Straight lines through points: how something grows. */

export interface Line {
  /** At nothing. */
  readonly fixed: number;
  readonly slope: number;
  /** Share of the variance that the line explains, 0 to 1. */
  readonly r2: number;
}

/** Least squares; through one point, the line from the origin. Points must not be empty. */
export function fittedLine(points: readonly { readonly x: number; readonly y: number }[]): Line {
  const count = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / count;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / count;
  const sxx = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (sxx === 0) return { fixed: 0, slope: meanY / meanX, r2: 1 };
  const sxy = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const syy = points.reduce((sum, { y }) => sum + (y - meanY) ** 2, 0);
  const slope = sxy / sxx;
  return { fixed: meanY - slope * meanX, slope, r2: syy === 0 ? 1 : (sxy * sxy) / (sxx * syy) };
}
