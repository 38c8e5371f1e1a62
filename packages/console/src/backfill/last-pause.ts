import type { JobAuditRecord } from '@greenvue/jobs/client';

/** A pause that is over. RFC 3339. */
export interface PastPause {
  readonly from: string;
  readonly to: string;
  /** The job was edited since the pause began, so its slots may have been others then. */
  readonly isEditedSince: boolean;
}

type Change = Pick<JobAuditRecord, 'at' | 'action' | 'change'>;

/**
 * The last pause of a job that is over, as far as these records of its audit log tell. They are newest first.
 * A pause ends by a resume or at its `until`; a second pause of a paused job gives it another end.
 */
export function lastPause(records: readonly Change[], now: number): PastPause | undefined {
  let open: { readonly from: string; readonly until: number | undefined } | undefined;
  let last: Omit<PastPause, 'isEditedSince'> | undefined;
  const end = (to: number): void => {
    if (open !== undefined && Date.parse(open.from) < to)
      last = { from: open.from, to: new Date(to).toISOString() };
    open = undefined;
  };
  for (const { at, action, change } of [...records].reverse()) {
    const time = Date.parse(at);
    if (open?.until !== undefined && open.until <= time) end(open.until);
    if (action === 'job.pause') open = { from: open?.from ?? at, until: untilOf(change) };
    if (action === 'job.resume') end(time);
    // Another job got the id.
    if (action === 'job.create') {
      open = undefined;
      last = undefined;
    }
  }
  if (open?.until !== undefined && open.until <= now) end(open.until);
  if (last === undefined) return undefined;
  const { from } = last;
  return { ...last, isEditedSince: records.some(({ at, action }) => action === 'job.edit' && at >= from) };
}

function untilOf(change: unknown): number | undefined {
  if (typeof change !== 'object' || change === null || !('until' in change)) return undefined;
  const { until } = change;
  const ms = typeof until === 'string' ? Date.parse(until) : until;
  return typeof ms === 'number' && !Number.isNaN(ms) ? ms : undefined;
}
