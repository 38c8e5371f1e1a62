import { instantText } from '../../../ui/clock/time-text.ts';
import type { Zone } from '../../../ui/clock/zone.tsx';
import { runPath } from '../../../ui/paths.ts';
import { durationText } from '../../../ui/schedule/duration.ts';
import type { Item } from './row-layout.ts';

/** The row that an item is in. */
export interface RowName {
  readonly by: 'job' | 'node';
  readonly id: string;
  /** What people call it. */
  readonly name: string;
}

const STATUSES = ['succeeded', 'failed', 'cancelled', 'skipped', 'running'] as const;

/** An item in words: "failed, 31 Jan 2026, 09:00:00, took 3 s". */
export function itemText(item: Item, { by }: RowName, zone: Zone): string {
  if (item.kind === 'run') {
    const { run } = item;
    const started = Date.parse(run.started_at);
    const reason = run.reason === null ? '' : ` (${run.reason.replaceAll('_', ' ')})`;
    const took =
      run.finished_at === null ? [] : [`took ${durationText(Date.parse(run.finished_at) - started)}`];
    const job = by === 'node' ? [`of ${run.job_name}`] : [];
    return [`${run.status}${reason}`, instantText(started, zone), ...took, ...job].join(', ');
  }
  const counts = countsText(item.counts);
  const kept = item.kind === 'hour' ? '; ended in this hour, and no longer kept' : '';
  return `${counts}, ${instantText(item.from, zone)} to ${instantText(item.to, zone)}${kept}`;
}

/** "3 succeeded, 1 failed" */
export function countsText(counts: Readonly<Partial<Record<(typeof STATUSES)[number], number>>>): string {
  const parts = STATUSES.flatMap((status) => {
    const count = counts[status] ?? 0;
    return count === 0 ? [] : [`${count.toLocaleString('en')} ${status}`];
  });
  return parts.length === 0 ? 'no runs' : parts.join(', ');
}

/** Where an item leads: to its run, or to the list of runs with its filters. Pruned runs have no page. */
export function itemHref(item: Item, row: RowName): string | undefined {
  if (item.kind === 'run') return runPath(item.run.id);
  if (item.kind === 'hour') return undefined;
  return runsHref(row, item, STARTED);
}

/** A column counts no runs that never started. */
const STARTED = ['succeeded', 'failed', 'cancelled', 'running'] as const;

/** The list of the runs of a row that were running at some time of a range. */
export function runsHref(
  { by, id }: RowName,
  { from, to }: { readonly from: number; readonly to: number },
  statuses: readonly (typeof STATUSES)[number][] = [],
): string {
  const query = new URLSearchParams(statuses.map((status) => ['status', status]));
  query.set(by === 'job' ? 'job_id' : 'node', id);
  query.set('time', 'ran');
  query.set('from', new Date(from).toISOString());
  query.set('to', new Date(to).toISOString());
  return `/runs?${query}`;
}
