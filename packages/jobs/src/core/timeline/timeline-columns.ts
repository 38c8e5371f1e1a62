import type { TimelineColumn, TimelineQuery, TimelineSpan, TimelineStatus } from './run-timeline.ts';

/** The number of columns of a window. */
export function columnsIn({ from, to, stepMs }: Pick<TimelineQuery, 'from' | 'to' | 'stepMs'>): number {
  return Math.ceil((to - from) / stepMs);
}

/** The columns in which runs were running, oldest first. A run counts in each column that it reaches into. */
export function timelineColumns(spans: readonly TimelineSpan[]): readonly TimelineColumn[] {
  const columns = new Map<number, Partial<Record<TimelineStatus, number>>>();
  for (const { first, last, status, count } of spans) {
    for (let step = first; step <= last; step += 1) {
      const counts = columns.get(step) ?? {};
      columns.set(step, counts);
      counts[status] = (counts[status] ?? 0) + count;
    }
  }
  return [...columns].map(([step, counts]) => ({ step, counts })).sort((a, b) => a.step - b.step);
}

/** The columns from a start to an end; times outside of the window count as its first or last column. */
export function columnsOf(
  { from, to, stepMs }: Pick<TimelineQuery, 'from' | 'to' | 'stepMs'>,
  startedAt: number,
  endedAt: number,
): Pick<TimelineSpan, 'first' | 'last'> {
  const columnAt = (at: number) => Math.floor((Math.min(Math.max(at, from), to - 1) - from) / stepMs);
  const first = columnAt(startedAt);
  // If the clock jumped back, an end may be before its start.
  return { first, last: Math.max(columnAt(endedAt), first) };
}
