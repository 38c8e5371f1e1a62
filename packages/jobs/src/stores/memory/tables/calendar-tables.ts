import { nextSlotOf } from '../../../core/model/job.ts';
import type { CalendarTables } from '../../../core/transactions/calendars/calendar-tables.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { MemoryUnit } from '../memory-database.ts';

export function calendarTables({ db, unit: { now } }: MemoryUnit): CalendarTables {
  const jobsIn = (id: string): readonly StoredJob[] =>
    [...db.jobs.values()].filter(({ job, deletedAt }) => deletedAt === undefined && job.calendar?.id === id);
  return {
    findCalendars: (ids) => ids.flatMap((id) => db.calendars.get(id) ?? []),
    lockCalendar: (id) => db.calendars.get(id),
    listCalendars: () => db.listCalendars(),
    saveCalendar: (calendar) => void db.calendars.set(calendar.id, calendar),
    removeCalendar: (id) => void db.calendars.delete(id),
    jobsInCalendar: (id, limit) =>
      jobsIn(id)
        .map(({ job }) => job.id)
        .sort()
        .slice(0, limit),
    wakeJobsInCalendar(id) {
      for (const stored of jobsIn(id)) {
        const { job } = stored;
        const isToWake =
          job.status === 'active' && nextSlotOf(job) !== undefined && (job.wakeAt ?? now + 1) > now;
        if (isToWake) db.putJob({ ...stored, job: { ...job, wakeAt: now } });
      }
    },
  };
}
