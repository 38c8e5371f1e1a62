import type { JobAuditRecord } from '@greenvue/jobs/client';

/** A pause that is over. RFC 3339. */
export interface PastPause {
  readonly from: string;
  readonly to: string;
  /** An edit since the pause began has changed the schedule, or may have: the slots were others then. */
  readonly hasOtherSlots: boolean;
}

type Change = Pick<JobAuditRecord, 'at' | 'action' | 'change'>;

/**
 * The last pause of a job that is over, as far as these records of its audit log tell. They are newest first.
 * A pause ends by a resume or at its `until`; a second pause of a paused job gives it another end.
 */
export function lastPause(records: readonly Change[], now: number): PastPause | undefined {
  let open: { readonly from: string; readonly until: number | undefined } | undefined;
  let last: Omit<PastPause, 'hasOtherSlots'> | undefined;
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
  return { ...last, hasOtherSlots: isMovedSince(last.from, records) };
}

/** Whether the definitions from the one before `from` on have different schedules. */
function isMovedSince(from: string, records: readonly Change[]): boolean {
  const definitions = records.filter(({ action }) => action === 'job.create' || action === 'job.edit');
  const since = definitions.filter(({ at }) => at >= from);
  const before = definitions[since.length];
  const schedules = new Set([...since, ...(before === undefined ? [] : [before])].map(scheduleOf));
  return schedules.size > 1 || (before === undefined && since.length > 0);
}

/** The fields of the schedule as one text. An edit names defaults that a new job leaves out. */
function scheduleOf({ change }: Change): string {
  const { interval, intervalMode = 'fixed_rate', cron, rrule, timezone = 'UTC', startAt } = fieldsOf(change);
  const local = cron ?? rrule;
  return JSON.stringify([local === undefined ? [interval, intervalMode] : [local, timezone], startAt]);
}

function untilOf(change: unknown): number | undefined {
  const { until } = fieldsOf(change);
  const ms = typeof until === 'string' ? Date.parse(until) : until;
  return typeof ms === 'number' && !Number.isNaN(ms) ? ms : undefined;
}

function fieldsOf(change: unknown): Readonly<Record<string, unknown>> {
  return typeof change === 'object' && change !== null ? { ...change } : {};
}
