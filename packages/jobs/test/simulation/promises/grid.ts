import type { Job } from '../../../src/core/model/job.ts';

/** A grid of instants: `from + k * every`, at `from` and later. */
export interface Grid {
  readonly from: number;
  readonly every: number;
}

const CRONS: Readonly<Record<string, number>> = {
  '*/5 * * * * *': 5_000,
  '*/20 * * * * *': 20_000,
  '* * * * *': 60_000,
};

/** The grid of a job, worked out from its definition alone. Undefined: it has none, or one that is not simple. */
export function gridOf({ schedule, anchorAt }: Job): Grid | undefined {
  if (schedule.kind === 'interval' && schedule.mode === 'fixed_rate') {
    return { from: schedule.startAt ?? anchorAt, every: schedule.everyMs };
  }
  const every = schedule.kind === 'cron' ? CRONS[schedule.cron] : undefined;
  if (schedule.kind !== 'cron' || every === undefined) return undefined;
  return { from: firstAfter({ from: 0, every }, (schedule.startAt ?? 1) - 1), every };
}

export function isOn({ from, every }: Grid, at: number): boolean {
  return at >= from && (at - from) % every === 0;
}

export function firstAfter({ from, every }: Grid, at: number): number {
  return at < from ? from : from + (Math.floor((at - from) / every) + 1) * every;
}

/** How many instants of the grid lie in `[from, to]`. */
export function countIn(grid: Grid, from: number, to: number): number {
  const first = firstAfter(grid, from - 1);
  return first > to ? 0 : Math.floor((to - first) / grid.every) + 1;
}
