import type { Calendar } from '../../core/calendars/calendar.ts';
import { type CalendarInput, calendarFaults } from '../../core/calendars/check-calendar.ts';
import { JOB_ID, JOB_ID_RULE } from '../../core/model/job-id.ts';
import {
  type CalendarCommandResult,
  type CalendarDefinition,
  tooManyCalendars,
} from '../../core/store/calendar-store.ts';
import type { EngineParts } from '../engine-parts.ts';
import { EngineError } from '../ports/engine-port.ts';
import { auditOf } from './command-options.ts';

interface By {
  readonly by?: string | undefined;
}

export async function putCalendar(
  { store, dispatcher, node }: EngineParts,
  id: string,
  input: CalendarInput,
  options: By = {},
): Promise<{ readonly calendar: Calendar; readonly created: boolean }> {
  const calendar = calendarDefinition(id, input);
  const faults = [
    ...(JOB_ID.test(id) ? [] : [{ pointer: '/calendarId', detail: JOB_ID_RULE }]),
    ...calendarFaults(calendar, store.now()),
  ];
  if (faults.length > 0) throw new EngineError('invalid', 'The calendar is not valid.', faults);
  const audit = auditOf(options, 'calendar.put', calendar);
  const result = await store.changeCalendar({
    id,
    command: { kind: 'put', calendar, by: options.by },
    audit,
  });
  if (result.kind !== 'done') throw refusalOf(id, result);
  if (!result.isNew) {
    dispatcher.nextPass.recheck();
    node.notify({ kind: 'wake' });
  }
  return { calendar: result.calendar, created: result.isNew };
}

/** The calendar with its defaults filled in. */
export function calendarDefinition(
  id: string,
  { name = id, timezone = 'UTC', windows }: CalendarInput,
): CalendarDefinition {
  return { name, timezone, windows };
}

export async function deleteCalendar({ store }: EngineParts, id: string, options: By = {}): Promise<void> {
  const audit = auditOf(options, 'calendar.delete', {});
  const result = await store.changeCalendar({ id, command: { kind: 'delete' }, audit });
  if (result.kind !== 'done') throw refusalOf(id, result);
}

export async function getCalendar({ store }: EngineParts, id: string): Promise<Calendar> {
  const found = (await store.listCalendars()).find((calendar) => calendar.id === id);
  if (found === undefined) throw notFound(id);
  return found;
}

function refusalOf(id: string, result: Exclude<CalendarCommandResult, { kind: 'done' }>): EngineError {
  switch (result.kind) {
    case 'absent':
      return notFound(id);
    case 'too_many':
      return new EngineError('conflict', tooManyCalendars());
    case 'declared':
      return new EngineError(
        'conflict',
        `The calendar "${id}" is declared in code, in the option calendars of createJobs: change it there, and deploy.`,
      );
    case 'in_use': {
      const names = result.jobIds.map((jobId) => `"${jobId}"`).join(', ');
      const message = `Jobs use the calendar "${id}": ${names}. First give these jobs another calendar, or none.`;
      return new EngineError('conflict', message);
    }
    default:
      return result satisfies never;
  }
}

function notFound(id: string): EngineError {
  return new EngineError('not_found', `There is no calendar with the id "${id}".`);
}
