import { RUN_STATUSES } from '../../core/model/run.ts';
import type { HourCount } from '../../core/store/store-views.ts';

export const HOUR_MS = 3_600_000;

/** The start of the hour that contains an instant. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

/** The start of the first of `hours` hours. The last one contains `now`. */
export function firstHour(hours: number, now: number): number {
  return hourOf(now) - (hours - 1) * HOUR_MS;
}

/** Newest hour first. Within an hour, in the order of statuses in `core`. */
export function newestHoursFirst(counts: readonly HourCount[]): HourCount[] {
  const rank = ({ status }: HourCount) => RUN_STATUSES.indexOf(status);
  return counts.toSorted((a, b) => b.hour - a.hour || rank(a) - rank(b));
}
