import type { Job, PatchJob } from '@greenvue/jobs/client';
import type { ScheduleKind } from './schedule-draft.ts';

/** The calendar of a job, as a request body. */
export type JobCalendar = NonNullable<Job['calendar']>;
export type CalendarMode = JobCalendar['mode'];

/** What is chosen. An empty id: no calendar. */
export type CalendarDraft = JobCalendar;

export const NO_CALENDAR: CalendarDraft = { id: '', mode: 'skip' };

/** The calendar of an existing job. An older server does not know it. */
export function calendarOf({ calendar }: Pick<Job, 'calendar'>): JobCalendar | undefined {
  return calendar ?? undefined;
}

export function calendarDraft(calendar: JobCalendar | undefined): CalendarDraft {
  return calendar ?? NO_CALENDAR;
}

/** The calendar in a draft. A job on demand has none: it has nothing to skip or move. */
export function readCalendar(draft: CalendarDraft, kind: ScheduleKind): JobCalendar | undefined {
  return draft.id === '' || kind === 'on_demand' ? undefined : draft;
}

/** The fields that the form shows. */
export function calendarFieldsOf({ id }: CalendarDraft, kind: ScheduleKind): readonly string[] {
  if (kind === 'on_demand') return [];
  return ['calendar', 'calendar/id', ...(id === '' ? [] : ['calendar/mode'])];
}

export function isSameCalendar(a: JobCalendar | undefined, b: JobCalendar | undefined): boolean {
  return a?.id === b?.id && a?.mode === b?.mode;
}

/** The part of a merge patch that changes the calendar. */
export function calendarPatch(
  before: JobCalendar | undefined,
  after: JobCalendar | undefined,
): Pick<PatchJob, 'calendar'> {
  return isSameCalendar(before, after) ? {} : { calendar: after ?? null };
}
