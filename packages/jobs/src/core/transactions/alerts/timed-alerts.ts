import type { RaisedAlert } from '../../alerts/alert.ts';
import type { TimedState, WatchedRange } from '../../store/alert-store.ts';
import { ask, type Script } from '../script.ts';
import type { UnitOfWork } from '../unit-of-work.ts';
import type { ToldCondition, WatchedJob } from './alert-tables.ts';
import { writeAlerts } from './alerts.ts';

/**
 * Compares what a look at a range of jobs found with what was told before (P24, alerts). Each condition is
 * told once, as long as its job is in such a state. Then the job has recovered.
 */
export function* tellTimedStates(unit: UnitOfWork, range: WatchedRange): Script<void> {
  const told = yield* ask('toldConditions', range);
  const known = new Set(told.map(keyOf));
  const fresh = range.states.filter((state) => !known.has(keyOf(state)));
  const lasting = new Set(range.states.map(({ jobId }) => jobId));
  const ended = [...new Set(told.map(({ jobId }) => jobId))].filter((jobId) => !lasting.has(jobId));
  // The end of its streak is told with the run that ends it.
  const failing = new Set(range.failing);
  if (fresh.length + ended.length === 0) return;
  const ids = [...new Set([...fresh.map(({ jobId }) => jobId), ...ended])];
  const jobs = new Map((yield* ask('watchedJobs', ids)).map((job) => [job.id, job]));
  if (ended.length > 0) yield* ask('forgetTold', ended);
  const begun = fresh.filter(({ jobId }) => jobs.has(jobId));
  if (begun.length > 0) yield* ask('rememberTold', begun);
  unit.alerts.push(
    ...begun.flatMap((state) => raisedBy(state, jobs.get(state.jobId), unit.now)),
    ...ended.filter((jobId) => !failing.has(jobId)).flatMap((jobId) => recovered(jobs.get(jobId), unit.now)),
  );
  yield* writeAlerts(unit);
}

function keyOf({ jobId, condition }: ToldCondition): string {
  return `${condition} ${jobId}`;
}

function raisedBy(
  { condition, since, reason }: TimedState,
  job: WatchedJob | undefined,
  now: number,
): readonly RaisedAlert[] {
  if (job === undefined) return [];
  const alert = {
    condition,
    jobId: job.id,
    jobName: job.name,
    at: now,
    ...(since === undefined ? {} : { since }),
    ...(reason === undefined ? {} : { reason }),
  };
  return [{ alert, channels: job.alerts }];
}

/** A job that was deleted or paused meanwhile has not recovered. */
function recovered(job: WatchedJob | undefined, now: number): readonly RaisedAlert[] {
  if (job === undefined || job.isPaused) return [];
  const alert = { condition: 'recovered', jobId: job.id, jobName: job.name, at: now } as const;
  return [{ alert, channels: job.alerts }];
}

export function* takeAlertWatch({ ms }: { readonly ms: number }): Script<boolean> {
  return yield* ask('takeAlertWatch', ms);
}
