import { type JobCalendar, windowsText } from '../../core/calendars/job-calendar.ts';
import { noCalendar } from '../../core/commands/command-refusals.ts';
import type { EngineParts } from '../engine-parts.ts';
import { errorOf } from './command-errors.ts';

type Store = Pick<EngineParts, 'store'>;

/** The windows of a calendar, for a job that is previewed. Throws for a calendar that does not exist. */
export async function requireWindows(
  { store }: Store,
  calendar: JobCalendar | undefined,
): Promise<string | undefined> {
  if (calendar === undefined) return undefined;
  const found = (await store.listCalendars()).find(({ id }) => id === calendar.id);
  if (found === undefined) throw errorOf(noCalendar(calendar.id));
  return windowsText(found);
}

/** Jobs with the windows of their calendars. Reads nothing if none has a calendar. */
export async function withWindows<Job extends { readonly calendar?: JobCalendar; readonly windows?: string }>(
  { store }: Store,
  jobs: readonly Job[],
): Promise<readonly Job[]> {
  if (jobs.every(({ calendar }) => calendar === undefined)) return jobs;
  const texts = new Map((await store.listCalendars()).map((one) => [one.id, windowsText(one)]));
  return jobs.map((job) => {
    const windows = texts.get(job.calendar?.id ?? '');
    return windows === undefined ? job : { ...job, windows };
  });
}
