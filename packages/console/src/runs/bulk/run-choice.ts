import type { BulkPlan, BulkRuns } from '@greenvue/jobs/client';
import { type RunFilters, runsQuery } from '../filter/run-filters.ts';

export type RunAction = BulkRuns['action'];

type Status = RunFilters['statuses'][number];

/** What an action changes if the filter has no status, and the statuses that it can change. */
const DEFAULTS: Record<RunAction, readonly Status[]> = { retry: ['failed'], cancel: ['queued', 'running'] };
const POSSIBLE: Record<RunAction, readonly Status[]> = {
  retry: ['succeeded', 'failed', 'cancelled'],
  cancel: ['queued', 'running'],
};

/** The statuses of the runs that an action changes. An empty list: the action changes no run of the list. */
export function statusesOf(action: RunAction, { statuses }: RunFilters): readonly Status[] {
  if (statuses.length === 0) return DEFAULTS[action];
  return statuses.filter((status) => POSSIBLE[action].includes(status));
}

/** The body of a bulk command on the runs in the list. `now`: the end of a range of the last hours, in ms. */
export function bulkRunsBody(action: RunAction, filters: RunFilters, now: number): BulkRuns {
  const {
    limit: _,
    cursor: __,
    ...filter
  } = runsQuery({ ...filters, statuses: statusesOf(action, filters) }, now);
  return { action, filter };
}

/** `12 failed runs`, `1 queued or running run`. */
export function runsText(action: RunAction, filters: RunFilters, count: number): string {
  const kind = statusesOf(action, filters).join(' or ');
  return `${count.toLocaleString('en')} ${kind} ${count === 1 ? 'run' : 'runs'}`;
}

/** How many runs an action changes. A retry leaves some out. */
export function changedOf({ total, left_out: leftOut }: Pick<BulkPlan, 'total' | 'left_out'>): number {
  return total - (leftOut ?? 0);
}

/** `3 runs are left out: later runs have done their slots.` */
export function leftOutText(count: number): string {
  return count === 1
    ? '1 run is left out: a later run has done its slot.'
    : `${count.toLocaleString('en')} runs are left out: later runs have done their slots.`;
}

/** `Retry failed…`, or the other statuses that the filter chooses. */
export function retryLabel(filters: RunFilters): string {
  return `Retry ${statusesOf('retry', filters).join(' or ')}…`;
}
