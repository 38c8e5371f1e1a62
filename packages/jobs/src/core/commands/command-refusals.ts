import { type Job, type LiveRuns, liveCount, roomOf } from '../model/job.ts';
import type { RunSlots } from '../model/run.ts';
import { hasGrid } from '../schedule/schedule.ts';
import { type Refusal, refused } from './refusal.ts';

/** P16, edit. Check this before the payload, which the schema of another type would refuse. */
export function typeChanged(job: Pick<Job, 'type'>): Refusal {
  const detail = `The type can't change (it is ${job.type}). Delete the job and create it again, or use another id.`;
  return refused('type_changed', detail, '/type');
}

export function otherType(job: Job, type: string): Refusal {
  return refused(
    'other_type',
    `The job "${job.id}" is of the type ${job.type}, not ${type}. Delete the job, or use another id.`,
  );
}

/** P22, types and deploys: this version could break what an option says that it does not know. */
export function newerOptions(id: string): Refusal {
  return refused(
    'newer_options',
    `The job "${id}" uses an option that this version of @greenvue/jobs does not know. Update this node, or send the request to a newer node. Here, the job can only be deleted.`,
  );
}

/** The engine makes the run of a slot shortly before it is due. It is live from then on. */
export function noRoom(job: Job, live: LiveRuns, { slots, now }: { slots: RunSlots; now: number }): Refusal {
  const { overlap, schedule, lastSlotAt = 0 } = job;
  const early = lastSlotAt > now ? ` (one of them starts in ${lastSlotAt - now} ms)` : '';
  const roomier = liveCount(live) < roomOf('queue') ? '"queue" or "allow"' : '"allow"';
  const isOfGrid = slots.scheduledFor !== undefined && hasGrid(schedule);
  const orAll = isOfGrid ? ' To run all missing slots, one after the other, use a backfill.' : '';
  return refused(
    'overlap',
    `The job has live runs${early}, and "overlap": "${overlap}" allows no further run. Wait until they have ended, cancel one, or change overlap to ${roomier}.${orAll}`,
  );
}

export const RUN_AT_PAST = refused(
  'run_at_past',
  'runAt is more than 60 s in the past. Give a future time, or create the job with onDemand: true and run it now.',
  '/runAt',
);
export const NO_SLOT_LEFT = refused(
  'no_slot_left',
  'endAt is before the first slot, so the job would never run. Give a later time, or leave endAt out.',
  '/endAt',
);
export const NO_END_LEFT = refused(
  'no_slot_left',
  'endAt is in the past, so the job would never run. Give a later time, or leave endAt out.',
  '/endAt',
);
export const NO_SLOT_OUTSIDE = refused(
  'no_slot_left',
  'All slots of the next 5 years are inside windows of the calendar, so the job would never run. Give another schedule or calendar, or "mode": "move".',
  '/calendar',
);
export function noCalendar(id: string): Refusal {
  const detail = `There is no calendar with the id "${id}". Create the calendar first, or leave calendar out.`;
  return refused('no_calendar', detail, '/calendar/id');
}
export const RUN_AT_TAKEN = refused(
  'run_at_past',
  'runAt must be later than the last slot that the job has taken. Give a later time, or run the job now.',
  '/runAt',
);
export const RUN_AT_NOT_ALLOWED = refused(
  'run_at_not_allowed',
  'A run with runAt needs a job with "overlap": "allow". Leave runAt out, or change the job.',
  '/runAt',
);
export const SLOTS_NEED_PAYLOAD = refused(
  'no_payload',
  'Only an on-demand job may have no payload (null). Give a payload, or leave it out for the defaults of the type.',
  '/payload',
);
export const PAYLOAD_KEPT = refused(
  'no_payload',
  "A job's payload can't become null, because waiting runs may use it. Give a payload, or use another id.",
  '/payload',
);
export const PAYLOAD_NEEDED = refused(
  'no_payload',
  'The job has no payload of its own. Give one for this run, such as {"payload": {}} if every field has a default.',
  '/payload',
);
export const TOO_MANY_LIVE_RUNS = refused(
  'too_many_live_runs',
  'The job has reached its limit of live runs. Wait until some have ended, or cancel some.',
);
export const TOO_MANY_PUT_OFF = refused(
  'too_many_put_off',
  'The job has reached its limit of runs with a future runAt. Leave runAt out to run it now, wait until some become due, or cancel some.',
);
export const UNTIL_PAST = refused(
  'until_past',
  '`until` must be in the future. To pause until a resume, leave it out.',
  '/until',
);
export const FINISHED = refused('finished', 'The job is finished, so there is nothing to pause.');
