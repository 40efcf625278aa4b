/** Of a list of measurements: enough to see whether a median means anything. */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/**
 * The value below which `share` (0–1) of the values lie, between two neighbours in proportion.
 *
 * @throws RangeError for no values: nothing was measured, which is no zero.
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('No quantile of nothing.');
  const sorted = values.toSorted((a, b) => a - b);
  const at = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** @throws RangeError for no values. */
export function spreadOf(values: readonly number[]): Spread {
  return { count: values.length, min: Math.min(...values), median: quantile(values, 0.5), max: Math.max(...values) };
}

/**
 * How sure it is that the true median lies between the least and the greatest of `count` independent values: one less
 * the chance that all of them fell on the same side of it. 0.94 for five.
 */
export function certaintyOfRange(count: number): number {
  return count < 1 ? 0 : 1 - 2 * 0.5 ** count;
}

/** The slope of the line through the points with the least squares, for memory as it grows with connections. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 2) throw new RangeError('A slope needs two points.');
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (variance === 0) throw new RangeError('A slope needs two different places.');
  return covariance / variance;
}
