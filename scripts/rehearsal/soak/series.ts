import { median } from '../../../bench/support/measure.ts';

/** One figure over time. */
export interface Point {
  /** In ms. */
  readonly at: number;
  readonly value: number;
  /** The process that it belongs to: a new one begins again. */
  readonly life: number;
}

export interface Trend {
  readonly median: number;
  /** By how much the figure rose from the first to the last point, by the median of all slopes. */
  readonly rise: number;
  readonly points: number;
}

/** Pairs of more points than this would take too long; fewer points show the same slope. */
const MOST_POINTS = 400;

/**
 * The slope of Theil and Sen: the median of the slopes between all pairs of points, here of one process. A
 * few outliers, such as a collection of garbage or a fault, do not change it.
 */
export function trendOf(points: readonly Point[]): Trend {
  const step = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  const some = points.filter((_, n) => n % step === 0);
  const slopes: number[] = [];
  for (const [n, one] of some.entries())
    for (const other of some.slice(n + 1))
      if (other.life === one.life && other.at > one.at)
        slopes.push((other.value - one.value) / (other.at - one.at));
  const span = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  return {
    median: median(points.map(({ value }) => value)),
    rise: slopes.length === 0 ? 0 : median(slopes) * span,
    points: points.length,
  };
}

/** A figure may rise by this, or by this share of its median if that is more. */
export interface Bound {
  readonly absolute: number;
  readonly share: number;
}

export const isFlat = ({ median, rise }: Trend, { absolute, share }: Bound): boolean =>
  rise <= Math.max(absolute, share * median);
