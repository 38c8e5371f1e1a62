import { isFixedDelay, NO_LIVE_RUNS } from '../../core/model/job.ts';
import { commandJob, scheduleRefusal } from '../../core/rules/commands.ts';
import { firstSlot, parseSchedule, slotsAfter } from '../../core/schedule/schedule.ts';
import { upcoming } from '../../core/store/job-view.ts';
import type { EngineParts } from '../engine-parts.ts';
import { type Engine, EngineError, type JobInput, type JobPatch, type Preview } from '../engine-port.ts';
import { errorOf } from './command-errors.ts';
import { getJob } from './job-api.ts';
import { inputOf, mergePatch, parseDefinition } from './job-definition.ts';

export async function preview(deps: EngineParts, input: Parameters<Engine['preview']>[0]): Promise<Preview> {
  return 'schedule' in input ? previewSchedule(deps, input.schedule, input.count) : previewEdit(deps, input);
}

function previewSchedule(
  { store, settings }: EngineParts,
  schedule: Partial<JobInput>,
  count: number,
): Preview {
  const now = store.now();
  const parsed = parseSchedule(schedule, settings);
  if (!parsed.ok) throw new EngineError('invalid', 'The schedule is not valid.', parsed.faults);
  const refusal = scheduleRefusal(parsed.value, now);
  if (refusal !== undefined) throw errorOf(refusal);
  const first = firstSlot(parsed.value, now);
  if (first === undefined || count <= 0) return { now, before: undefined, times: [] };
  const rest = isFixedDelay(parsed.value) ? [] : slotsAfter(parsed.value, now, first, count - 1);
  return { now, before: undefined, times: [first, ...rest] };
}

async function previewEdit(
  deps: EngineParts,
  { jobId, patch, count }: { readonly jobId: string; readonly patch: JobPatch; readonly count: number },
): Promise<Preview> {
  const now = deps.store.now();
  const { job, isRunning } = await getJob(deps, jobId);
  const definition = parseDefinition(deps, mergePatch(inputOf(job), patch));
  const live = { ...NO_LIVE_RUNS, active: isRunning ? 1 : 0, claimed: isRunning ? 1 : 0 };
  const outcome = commandJob(job, live, { kind: 'edit', definition }, now);
  if (!outcome.ok) throw errorOf(outcome);
  return { now, before: job.nextRunAt, times: upcoming(outcome.decision.job, count, now) };
}
