import type { JobCalendar } from '../../../core/calendars/job-calendar.ts';
import { typeChanged } from '../../../core/commands/command-refusals.ts';
import { commandJob } from '../../../core/commands/commands.ts';
import { calendarRefusal, scheduleRefusal } from '../../../core/commands/schedule-refusals.ts';
import { DEFAULT_PREVIEW_TIMES } from '../../../core/limits.ts';
import { isFixedDelay, type JobDefinition, NO_LIVE_RUNS } from '../../../core/model/job.ts';
import { assignedTime } from '../../../core/schedule/assigned-time.ts';
import { parseSchedule } from '../../../core/schedule/parse-schedule.ts';
import { runsLeft, type Schedule } from '../../../core/schedule/schedule.ts';
import { firstSlot } from '../../../core/schedule/schedule-slots.ts';
import { slotsOfRuns, upcomingSlots } from '../../../core/store/job-view.ts';
import type { JobView } from '../../../core/store/store-views.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { type Engine, EngineError, type JobInput, type Preview } from '../../ports/engine-port.ts';
import { errorOf } from '../command-errors.ts';
import { requireWindows, withWindows } from '../job-windows.ts';
import { getJob } from './job-api.ts';
import { faultOfCalendar, inputOf, mergePatch, parseDefinition } from './job-definition.ts';
import { requireReferences } from './references.ts';

export async function preview(
  deps: EngineParts,
  { count = DEFAULT_PREVIEW_TIMES, ...input }: Parameters<Engine['preview']>[0],
): Promise<Preview> {
  if ('schedule' in input) return previewSchedule(deps, input.schedule, count);
  if ('jobId' in input) {
    const known = await getJob(deps, input.jobId);
    return previewEdit(deps, known, mergePatch(inputOf(deps, known.job), input.patch), count);
  }
  const known = await deps.store.getJob(input.id, deps.node.liveTypes);
  if (known !== undefined) return previewEdit(deps, known, input, count);
  const definition = await parseDefinition(deps, input);
  const answer = await previewNew(deps, definition, count);
  await requireReferences(deps, definition);
  return answer;
}

function previewSchedule(deps: EngineParts, schedule: Partial<JobInput>, count: number): Promise<Preview> {
  const parsed = parseSchedule(schedule, deps.settings);
  if (!parsed.ok) throw new EngineError('invalid', 'The schedule is not valid.', parsed.faults);
  const { calendar } = schedule;
  const detail = faultOfCalendar(calendar, parsed.value);
  if (detail !== undefined)
    throw new EngineError('invalid', 'The schedule is not valid.', [{ pointer: '/calendar', detail }]);
  const catchUp = schedule.catchUp ?? 'once';
  return previewNew(deps, { schedule: withoutSpread(parsed.value), calendar, catchUp }, count);
}

interface NewJob extends Pick<JobDefinition, 'schedule' | 'catchUp'> {
  readonly id?: string;
  readonly calendar?: JobCalendar | undefined;
}

/** The run times of a job that would be created now. */
async function previewNew(
  deps: EngineParts,
  { id = '', schedule, calendar, catchUp }: NewJob,
  count: number,
): Promise<Preview> {
  const windows = await requireWindows(deps, calendar);
  const now = deps.store.now();
  const job = { id, schedule, catchUp, anchorAt: now, ...(windows && calendar ? { calendar, windows } : {}) };
  const refusal = scheduleRefusal(schedule, now) ?? calendarRefusal(job, now);
  if (refusal !== undefined) throw errorOf(refusal);
  const first = firstSlot(schedule, now);
  const most = Math.min(count, runsLeft(schedule));
  const slots = first === undefined ? [] : slotsOfRuns(job, first, isFixedDelay(schedule) ? 1 : most);
  return { now, before: undefined, times: slots.map((slot) => assignedTime(job, slot)), slots };
}

async function previewEdit(
  deps: EngineParts,
  view: JobView,
  next: JobInput,
  count: number,
): Promise<Preview> {
  const now = deps.store.now();
  const [job = view.job] = await withWindows(deps, [view.job]);
  if (next.type !== job.type) throw errorOf(typeChanged(job));
  const definition = await parseDefinition(deps, next, job.payload);
  const windows = await requireWindows(deps, definition.calendar);
  const running = view.isRunning ? 1 : 0;
  const live = { ...NO_LIVE_RUNS, active: running, claimed: running };
  const outcome = commandJob(job, live, { kind: 'edit', definition, windows }, now);
  if (!outcome.ok) throw errorOf(outcome);
  await requireReferences(deps, definition, job);
  const after = outcome.decision.job;
  const slots = upcomingSlots(after, count, now);
  return { now, before: job.nextRunAt, times: slots.map((slot) => assignedTime(after, slot)), slots };
}

/** Without an id, each slot is due at its own time: the offset is made from the id. */
function withoutSpread(schedule: Schedule): Schedule {
  if (!('spreadMs' in schedule)) return schedule;
  const { spreadMs: _, ...rest } = schedule;
  return rest;
}
