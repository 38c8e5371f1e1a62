import { ApiError, type Fault, type Job, type Preview } from '@greenvue/jobs/client';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { usePreview } from '../../data/queries/queries.ts';
import type { Draft } from '../draft/draft.ts';
import { calendarOf, calendarPatch, type JobCalendar, readCalendar } from '../parts/calendar-draft.ts';
import {
  isBegun,
  readSchedule,
  type ScheduleBody,
  scheduleOf,
  schedulePatch,
} from '../parts/schedule-draft.ts';

const AFTER_TYPING_MS = 300;
const TIMES = 5;

/** The server's answer about a schedule being typed. */
export type ScheduleAnswer =
  /** Nothing is typed yet, or a date is incomplete. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'asking' }
  | {
      readonly kind: 'times';
      readonly preview: Preview;
      readonly schedule: ScheduleBody;
      readonly calendar: JobCalendar | undefined;
    }
  /** The schedule is invalid. Errors with a field are shown there. */
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] }
  | { readonly kind: 'failed'; readonly error: unknown; readonly retry: () => void };

/** Asks the server when a schedule would run, 300 ms after the last key. `job`: the edited job, if any. */
export function useSchedulePreview(
  { schedule, calendar }: Pick<Draft, 'schedule' | 'calendar'>,
  job: Job | undefined,
): ScheduleAnswer {
  const asked = useMemo(() => questionOf({ schedule, calendar }, job), [schedule, calendar, job]);
  const [settled] = useDebouncedValue(asked, AFTER_TYPING_MS);
  const { data, error, isPlaceholderData, refetch } = usePreview(settled?.body);
  const isAsking = settled !== asked || isPlaceholderData;
  return useMemo<ScheduleAnswer>(() => {
    if (asked === undefined) return { kind: 'nothing' };
    if (isAsking) return { kind: 'asking' };
    if (error instanceof ApiError && error.faults.length > 0)
      return { kind: 'refused', faults: error.faults };
    if (error !== null) return { kind: 'failed', error, retry: () => void refetch() };
    return data === undefined
      ? { kind: 'asking' }
      : { kind: 'times', preview: data, schedule: asked.schedule, calendar: asked.calendar };
  }, [asked, isAsking, data, error, refetch]);
}

function questionOf(draft: Pick<Draft, 'schedule' | 'calendar'>, job: Job | undefined) {
  const { kind } = draft.schedule;
  if (!isBegun(draft.schedule) && (job === undefined || kind !== 'on_demand')) return undefined;
  const read = readSchedule(draft.schedule);
  if (!read.ok) return undefined;
  const schedule = read.value;
  const calendar = readCalendar(draft.calendar, kind);
  const ofSchedule =
    job === undefined ? schedule : { job_id: job.id, ...schedulePatch(scheduleOf(job), schedule) };
  const ofCalendar = calendarPatch(job && calendarOf(job), calendar);
  return { schedule, calendar, body: { ...ofSchedule, ...ofCalendar, count: TIMES } };
}
