import { type JobCalendar, windowsText } from '../../calendars/job-calendar.ts';
import { noCalendar } from '../../commands/command-refusals.ts';
import type { Refusal } from '../../commands/refusal.ts';
import type { JobCommand } from '../../model/job-command.ts';
import { ask, type Script } from '../script.ts';
import type { StoredJob } from '../stored-job.ts';
import { lockedJob, type UnitOfWork } from '../unit-of-work.ts';

/**
 * Gives locked jobs the windows of their calendars, as they are now (P33, calendars and ends). Asks for
 * nothing if none of them has a calendar.
 */
export function* addWindows(unit: UnitOfWork, jobs: readonly StoredJob[]): Script<void> {
  const using = jobs.filter(({ job }) => job.calendar !== undefined);
  if (using.length === 0) return;
  const texts = yield* windowsById(
    using.map(({ job }) => job.calendar),
    'seen',
  );
  for (const { uid } of using) {
    const stored = lockedJob(unit, uid);
    const windows = texts.get(stored.job.calendar?.id ?? '');
    if (windows !== undefined && windows !== stored.job.windows)
      unit.jobs.set(uid, { ...stored, job: { ...stored.job, windows } });
  }
}

/** The windows of calendars that definitions name, by id. Nobody changes them until the transaction ends. */
export function* keepWindows(
  calendars: readonly (JobCalendar | undefined)[],
): Script<ReadonlyMap<string, string>> {
  return yield* windowsById(calendars, 'kept');
}

/** The command with the windows of the calendar that its definition names, or why there are none. */
export function* withWindows(command: JobCommand): Script<JobCommand | Refusal> {
  if (command.kind !== 'edit' && command.kind !== 'declare') return command;
  if (command.definition.calendar === undefined) return command;
  const { calendar } = command.definition;
  const windows = (yield* keepWindows([calendar])).get(calendar.id);
  return windows === undefined ? noCalendar(calendar.id) : { ...command, windows };
}

const NONE: ReadonlyMap<string, string> = new Map();

function* windowsById(
  calendars: readonly (JobCalendar | undefined)[],
  how: 'seen' | 'kept',
): Script<ReadonlyMap<string, string>> {
  const ids = new Set(calendars.flatMap((calendar) => calendar?.id ?? []));
  if (ids.size === 0) return NONE;
  const found = yield* ask('findCalendars', [...ids], how);
  return new Map(found.map((calendar) => [calendar.id, windowsText(calendar)]));
}
