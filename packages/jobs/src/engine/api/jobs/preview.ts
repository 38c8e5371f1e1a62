import { typeChanged } from '../../../core/commands/command-refusals.ts';
import { commandJob, scheduleRefusal } from '../../../core/commands/commands.ts';
import { DEFAULT_PREVIEW_TIMES } from '../../../core/limits.ts';
import { isFixedDelay, NO_LIVE_RUNS } from '../../../core/model/job.ts';
import { assignedTime } from '../../../core/schedule/assigned-time.ts';
import { parseSchedule } from '../../../core/schedule/parse-schedule.ts';
import { runsLeft, type Schedule } from '../../../core/schedule/schedule.ts';
import { firstSlot, slotsAfter } from '../../../core/schedule/schedule-slots.ts';
import { upcomingSlots } from '../../../core/store/job-view.ts';
import type { JobView } from '../../../core/store/store-views.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { type Engine, EngineError, type JobInput, type Preview } from '../../ports/engine-port.ts';
import { errorOf } from '../command-errors.ts';
import { getJob } from './job-api.ts';
import { inputOf, mergePatch, parseDefinition } from './job-definition.ts';

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
  return previewNew(deps, await parseDefinition(deps, input), count);
}

function previewSchedule(deps: EngineParts, schedule: Partial<JobInput>, count: number): Preview {
  const parsed = parseSchedule(schedule, deps.settings);
  if (!parsed.ok) throw new EngineError('invalid', 'The schedule is not valid.', parsed.faults);
  return previewNew(deps, { schedule: parsed.value }, count);
}

/** The run times of a job that would be created now. Without an id, each slot is due at its own time. */
function previewNew(
  { store }: EngineParts,
  { id, schedule }: { readonly id?: string; readonly schedule: Schedule },
  count: number,
): Preview {
  const now = store.now();
  const refusal = scheduleRefusal(schedule, now);
  if (refusal !== undefined) throw errorOf(refusal);
  const first = firstSlot(schedule, now);
  const most = Math.min(count, runsLeft(schedule));
  if (first === undefined || most <= 0) return { now, before: undefined, times: [], slots: [] };
  const rest = isFixedDelay(schedule) ? [] : slotsAfter(schedule, now, first, most - 1);
  const slots = [first, ...rest];
  const times = id === undefined ? slots : slots.map((slot) => assignedTime({ id, schedule }, slot));
  return { now, before: undefined, times, slots };
}

async function previewEdit(
  deps: EngineParts,
  { job, isRunning }: JobView,
  next: JobInput,
  count: number,
): Promise<Preview> {
  const now = deps.store.now();
  if (next.type !== job.type) throw errorOf(typeChanged(job));
  const definition = await parseDefinition(deps, next, job.payload);
  const live = { ...NO_LIVE_RUNS, active: isRunning ? 1 : 0, claimed: isRunning ? 1 : 0 };
  const outcome = commandJob(job, live, { kind: 'edit', definition }, now);
  if (!outcome.ok) throw errorOf(outcome);
  const after = outcome.decision.job;
  const slots = upcomingSlots(after, count, now);
  return { now, before: job.nextRunAt, times: slots.map((slot) => assignedTime(after, slot)), slots };
}
