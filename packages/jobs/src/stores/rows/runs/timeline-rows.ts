import type { Measure } from '../../../core/rules/run-measures.ts';
import {
  MOST_RUNS_OF_JOB,
  type TimelineHour,
  type TimelineJob,
  type TimelineQuery,
  type TimelineRow,
  type TimelineSpan,
  type TimelineStatus,
} from '../../../core/timeline/run-timeline.ts';

type Key = number | string;

/** How many runs of one status of one row reach from one column to another; from -1 if they never started. */
export interface CountedRow {
  readonly key: Key;
  readonly node: string;
  readonly span: TimelineSpan;
}

/** Pruned runs of a job. */
export interface CountedHour {
  readonly key: Key;
  readonly at: number;
  readonly measure: Measure;
  readonly count: number;
}

interface Counted {
  readonly query: TimelineQuery;
  readonly keys: readonly Key[];
  readonly counted: readonly CountedRow[];
  /** By key, if the rows are jobs. */
  readonly jobs: ReadonlyMap<Key, TimelineJob> | undefined;
  readonly hours: readonly CountedHour[];
}

/** The rows with their numbers, in order. Rows without any run are left out. */
export function timelineRows({
  query,
  keys,
  counted,
  jobs,
  hours,
}: Counted): readonly (TimelineRow & { readonly key: Key })[] {
  const byKey = Map.groupBy(counted, ({ key }) => key);
  const hoursByKey = Map.groupBy(hours, ({ key }) => key);
  const rows = keys.flatMap((key) => {
    const own = byKey.get(key) ?? [];
    const pruned = (hoursByKey.get(key) ?? []).flatMap(hourOfRow);
    const counts = countsOf(own, pruned);
    if (totalOf(counts) === 0) return [];
    const job = jobs?.get(key);
    const spans = mergedSpans(own);
    const isCut = jobs !== undefined && totalOf(countsOf(own, [])) - counts.running >= MOST_RUNS_OF_JOB;
    const oldest = Math.min(...spans.map(({ first }) => first));
    return [
      {
        key,
        ...(job === undefined ? { node: own[0]?.node ?? String(key) } : { job }),
        counts,
        spans,
        hours: pruned,
        ...(isCut ? { countedFrom: query.from + oldest * query.stepMs } : {}),
      },
    ];
  });
  return rows.sort(orderOf(query));
}

function mergedSpans(rows: readonly CountedRow[]): readonly TimelineSpan[] {
  const merged = new Map<string, TimelineSpan>();
  for (const { span } of rows) {
    if (span.first < 0) continue;
    const name = `${span.first} ${span.last} ${span.status}`;
    const count = span.count + (merged.get(name)?.count ?? 0);
    merged.set(name, { ...span, count });
  }
  return [...merged.values()];
}

function hourOfRow({ at, measure, count }: CountedHour): TimelineHour[] {
  return measure === 'lateness' ? [] : [{ at, status: measure, count }];
}

function countsOf(runs: readonly CountedRow[], hours: readonly TimelineHour[]): TimelineRow['counts'] {
  const counts = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0, running: 0 };
  for (const { span } of runs) counts[span.status] += span.count;
  for (const { status, count } of hours) counts[status] += count;
  return counts;
}

function totalOf(counts: Readonly<Record<TimelineStatus, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

type Sorted = Pick<TimelineRow, 'counts'> & { readonly key: Key };

function orderOf({ sort }: TimelineQuery) {
  return (a: Sorted, b: Sorted): number =>
    (sort === 'failed' ? b.counts.failed - a.counts.failed : 0) ||
    totalOf(b.counts) - totalOf(a.counts) ||
    (a.key < b.key ? -1 : 1);
}
