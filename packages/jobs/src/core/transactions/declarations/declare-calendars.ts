import { type CalendarPlan, planCalendars } from '../../declarations/plan-calendars.ts';
import { auditOfCode } from '../../declarations/plan-declarations.ts';
import type { JobDefinition } from '../../model/job.ts';
import type { CalendarInCode, DeclareInput } from '../../store/store-declarations.ts';
import { changeCalendar } from '../calendars/calendars.ts';
import { ask, type Script } from '../script.ts';
import type { UnitOfWork } from '../unit-of-work.ts';

const NOTHING: CalendarPlan = { put: [], gone: [], faults: [] };

/** What to do with calendars (P28, jobs in code). Locks those to change, before the first lock on a job. */
export function* lockAndPlanCalendars(
  declared: readonly CalendarInCode[] | undefined,
  definitions: readonly JobDefinition[],
): Script<CalendarPlan> {
  if (declared === undefined) return NOTHING;
  const used = new Set(definitions.map(({ calendar }) => calendar?.id));
  const plan = function* (): Script<CalendarPlan> {
    const { gone, ...rest } = planCalendars(declared, yield* ask('listCalendars'));
    return { ...rest, gone: gone.filter((id) => !used.has(id)) };
  };
  const { put, gone } = yield* plan();
  const ids = [...put.map(({ id }) => id), ...gone].sort();
  if (ids.length === 0) return NOTHING;
  for (const id of ids) yield* ask('lockCalendar', id);
  return yield* plan();
}

/** Writes new and changed calendars. The plan has no faults. Returns the ids. */
export function* putCalendars(
  unit: UnitOfWork,
  { put }: CalendarPlan,
  { release }: Pick<DeclareInput, 'release'>,
): Script<readonly string[]> {
  for (const { id, calendar } of put) {
    const audit = auditOfCode('calendar.put', release, calendar);
    yield* changeCalendar(unit, { id, command: { kind: 'put', calendar }, inCode: true, audit });
  }
  return put.map(({ id }) => id);
}

/** Deletes calendars that are gone from code. Those that jobs use stay. Returns the ids of the others. */
export function* deleteGone(
  unit: UnitOfWork,
  { gone }: CalendarPlan,
  { release }: Pick<DeclareInput, 'release'>,
): Script<readonly string[]> {
  const deleted: string[] = [];
  for (const id of gone) {
    const audit = auditOfCode('calendar.delete', release, {});
    const { kind } = yield* changeCalendar(unit, { id, command: { kind: 'delete' }, inCode: true, audit });
    if (kind === 'done') deleted.push(id);
  }
  return deleted;
}
