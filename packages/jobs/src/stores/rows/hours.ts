import { RUN_STATUSES } from '../../core/model/run.ts';
import type { HourCount } from '../../core/store/store-views.ts';

export const HOUR_MS = 3_600_000;

/** The beginning of an instant's hour. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

/** The beginning of the first of so many hours, the last of which is that of `now`. */
export function firstHour(hours: number, now: number): number {
  return hourOf(now) - (hours - 1) * HOUR_MS;
}

/** Of one hour, in the order in which `core` names the statuses. */
export function newestHoursFirst(counts: readonly HourCount[]): HourCount[] {
  const rank = ({ status }: HourCount) => RUN_STATUSES.indexOf(status);
  return counts.toSorted((a, b) => b.hour - a.hour || rank(a) - rank(b));
}
