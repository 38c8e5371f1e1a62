import {
  isFixedDelay,
  type Job,
  type JobDefinition,
  type LiveRuns,
  liveCount,
  NO_LIVE_RUNS,
  roomOf,
  sameDefinition,
} from '../model/job.ts';
import type { JsonText } from '../model/run.ts';
import { without } from '../objects.ts';
import { firstSlot, type Schedule, sameSchedule } from '../schedule/schedule.ts';
import {
  type Decision,
  type Draft,
  decide,
  draftOf,
  moveAll,
  type NewRun,
  queueRun,
  releaseWaiting,
  shrinkRoom,
} from './decision.ts';
import { reschedule } from './edit.ts';
import { lastSlotOf, resume } from './resume.ts';
import { takeAllSlots, takeDue, tryTakeDue } from './slots.ts';

/** A new `run_at` may be this far past: clocks and networks are not exact (P2, schedule; P16, edit). */
const RUN_AT_TOLERANCE_MS = 60_000;

/** The version of a type whose schema has accepted a payload. */
export type CheckedBy = Pick<JobDefinition, 'type' | 'typeVersion'>;

/** What people and code ask of a job that exists. */
export type JobCommand =
  | { readonly kind: 'edit'; readonly definition: JobDefinition }
  | {
      readonly kind: 'trigger';
      readonly payload?: JsonText | undefined;
      /** The type that checked `payload`: an older version of it may refuse it (P22, types and deploys). */
      readonly checkedBy?: CheckedBy | undefined;
      readonly runAt?: number | undefined;
      readonly retryOf?: string | undefined;
      /** Whose request it is, as a traceparent. */
      readonly trace?: string | undefined;
    }
  | {
      readonly kind: 'pause';
      readonly reason?: string | undefined;
      readonly by?: string | undefined;
      readonly until?: number | undefined;
      readonly cancelLive: boolean;
    }
  | { readonly kind: 'resume' }
  | { readonly kind: 'delete' };

/** Whether a command needs the number of claimed runs: only an edit that takes room from queued runs. */
export function asksForClaimed(job: Pick<Job, 'overlap'>, command: JobCommand): boolean {
  return command.kind === 'edit' && job.overlap === 'allow' && command.definition.overlap !== 'allow';
}

/** Whether a command needs to know that the job is at its limit of runs with a future `run_at`. */
export function asksForPutOff(command: JobCommand): boolean {
  return command.kind === 'trigger' && command.runAt !== undefined;
}

export type RefusalCode =
  | 'overlap'
  | 'too_many_live_runs'
  | 'too_many_put_off'
  | 'run_at_past'
  | 'run_at_not_allowed'
  | 'until_past'
  | 'finished'
  | 'type_changed';

/** A command that the rules refuse; nothing is written. `pointer`: the field at fault, if there is one. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly detail: string;
  readonly pointer?: string;
}

/** `changed: false`: the job is as asked already, and nothing is written (P16, edit: an equal PUT). */
export type CommandOutcome =
  | { readonly ok: true; readonly changed: boolean; readonly decision: Decision }
  | Refusal;

/** The type that a command was checked by; stores have to know it under its key. */
export function checkedBy(command: JobCommand): CheckedBy | undefined {
  if (command.kind === 'edit') return command.definition;
  return command.kind === 'trigger' ? command.checkedBy : undefined;
}

/**
 * Whether a trigger decides nothing but its own run, since runs may overlap: it then needs no lock against
 * other decisions on the job, only against an edit or a deletion.
 */
export function isFreeTrigger(job: JobDefinition, command: JobCommand): boolean {
  return job.overlap === 'allow' && isPlainTrigger(job, command);
}

/** Whether the result of a trigger depends on the definition alone, as long as no run of the job is live. */
export function isPlainTrigger({ schedule }: JobDefinition, command: JobCommand): boolean {
  const isNow = command.kind === 'trigger' && command.runAt === undefined;
  return isNow && schedule.kind !== 'run_at' && !isFixedDelay(schedule);
}

/** P2, schedule: why no job may be made with this schedule now. */
export function scheduleRefusal(schedule: Schedule, now: number): Refusal | undefined {
  const isPast = schedule.kind === 'run_at' && schedule.runAt < now - RUN_AT_TOLERANCE_MS;
  return isPast ? runAtPast() : undefined;
}

/** P2, schedule; P3, grid; P4, stored next run: a new job has its next run from the start. */
export function createJob(
  definition: JobDefinition,
  made: {
    readonly uid: string;
    readonly by?: string | undefined;
    readonly trace?: string | undefined;
    readonly now: number;
  },
): CommandOutcome {
  const { uid, by, trace, now } = made;
  const { schedule } = definition;
  const refusal = scheduleRefusal(schedule, now);
  if (refusal !== undefined) return refusal;
  const next = firstSlot(schedule, now);
  const job: Job = {
    ...definition,
    uid,
    version: 1,
    status: 'active',
    anchorAt: now,
    failedInRow: 0,
    createdAt: now,
    updatedAt: now,
    // `decide` comes to the same `wakeAt`, and need not copy the job for it then.
    ...(next === undefined ? {} : { nextRunAt: next, wakeAt: next }),
    ...(by === undefined ? {} : { createdBy: by }),
    ...(trace === undefined ? {} : { trace }),
  };
  return accepted(decide(draftOf(job, NO_LIVE_RUNS), now));
}

/** Decides a command on a job in the state `job` with `live` runs, at `now`. */
export function commandJob(job: Job, live: LiveRuns, command: JobCommand, now: number): CommandOutcome {
  const draft = draftOf(job, live);
  switch (command.kind) {
    case 'edit':
      return edit(draft, command.definition, now);
    case 'trigger':
      return trigger(draft, command, now);
    case 'pause':
      return pause(draft, command, now);
    case 'resume':
      if (job.status !== 'paused') return { ok: true, changed: false, decision: decide(draft, now) };
      // One that comes after `until`, ahead of the planner, loses none of the slots since.
      resume(draft, { at: Math.min(job.pause?.until ?? now, now), now });
      takeDue(draft, now);
      return accepted(decide(draft, now));
    case 'delete':
      return accepted(deleted(decide(draft, now, 'deleted')));
    default:
      return command satisfies never;
  }
}

/** P13, delete: what is deleted is never planned again, whatever its schedule and its runs would ask for. */
function deleted(decision: Decision): Decision {
  return { ...decision, job: without(decision.job, 'nextRunAt', 'wakeAt') };
}

/** P16, edit. */
function edit(draft: Draft, definition: JobDefinition, now: number): CommandOutcome {
  const { job } = draft;
  if (definition.type !== job.type) return typeChanged(job);
  if (sameDefinition(job, definition)) return { ok: true, changed: false, decision: decide(draft, now) };
  const canBePlanned = tryTakeDue(draft, now);
  const { schedule } = definition;
  const moved = !sameSchedule(job.schedule, schedule);
  if (canBePlanned && (moved || definition.catchUp !== 'all')) takeAllSlots(draft, now);
  const before = draft.job;
  if (moved && schedule.kind === 'run_at') {
    if (schedule.runAt < now - RUN_AT_TOLERANCE_MS) return runAtPast();
    if (schedule.runAt <= (lastSlotOf(before, now) ?? Number.NEGATIVE_INFINITY)) return runAtTaken();
  }
  draft.job = { ...before, ...definition, version: before.version + 1, updatedAt: now };
  if (moved) reschedule(draft, now);
  resizeRoom(draft, before);
  takeDue(draft, now);
  return accepted(decide(draft, now));
}

/** P16, edit. To be asked before a payload is held against the schema of a type that the job can't have. */
export function typeChanged(job: Pick<Job, 'type'>): Refusal {
  return {
    ok: false,
    code: 'type_changed',
    pointer: '/type',
    detail: `The type can't change (it is ${job.type}). Delete the job and create it again, or use another id.`,
  };
}

/** An edit that shrinks the room stops no run; one that widens it releases waiting runs (P7, overlap). */
function resizeRoom(draft: Draft, before: Job): void {
  if (draft.job.overlap === before.overlap) return;
  if (before.overlap === 'allow') shrinkRoom(draft);
  else releaseWaiting(draft);
}

/** P15, run now: a run by hand does not move the grid; P7 governs it. */
function trigger(
  draft: Draft,
  command: Extract<JobCommand, { kind: 'trigger' }>,
  now: number,
): CommandOutcome {
  const { job, live } = draft;
  const { payload, checkedBy: { typeVersion } = job, runAt, retryOf, trace } = command;
  if (runAt !== undefined && job.overlap !== 'allow') {
    return {
      ok: false,
      code: 'run_at_not_allowed',
      pointer: '/run_at',
      detail:
        'A run can be put off only for a job with "overlap": "allow". Leave run_at out, or change the job.',
    };
  }
  if (liveCount(live) >= roomOf(job.overlap)) {
    const roomier = liveCount(live) < roomOf('queue') ? '"queue" or "allow"' : '"allow"';
    return {
      ok: false,
      code: 'overlap',
      detail: `Under "overlap": "${job.overlap}" the job's live runs leave no room for another. Wait until there is room, cancel some, or change overlap to ${roomier}.`,
    };
  }
  if (live.isAtCap === true) {
    return {
      ok: false,
      code: 'too_many_live_runs',
      detail: 'The job has as many live runs as it may have. Wait until some have run, or cancel them.',
    };
  }
  const later = runAt !== undefined && runAt > now;
  if (later && live.isPutOffFull === true) {
    return {
      ok: false,
      code: 'too_many_put_off',
      detail:
        'The job has reached its limit of runs with a future run_at. Leave run_at out to run it now, wait until some become due, or cancel some.',
    };
  }
  const run: NewRun = {
    trigger: 'manual',
    catchUp: false,
    missed: 0,
    held: later ? 'run_at' : job.overlap !== 'allow' && live.active > 0 ? 'overlap' : 'no',
    availableAt: later ? runAt : now,
    ...(payload === undefined ? {} : { payload }),
    ...(typeVersion > job.typeVersion ? { typeVersion } : {}),
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(trace === undefined ? {} : { trace }),
  };
  queueRun(draft, run);
  return accepted(decide(draft, now));
}

/** P14, pause. Pausing a paused job gives it the new reason and end. */
function pause(draft: Draft, command: Extract<JobCommand, { kind: 'pause' }>, now: number): CommandOutcome {
  const { reason, by, until, cancelLive } = command;
  if (until !== undefined && until <= now) {
    return {
      ok: false,
      code: 'until_past',
      pointer: '/until',
      detail: 'until must lie in the future. Leave it out to pause until somebody resumes the job.',
    };
  }
  if (tryTakeDue(draft, now)) takeAllSlots(draft, now);
  const { job } = draft;
  if (job.status === 'finished') {
    return {
      ok: false,
      code: 'finished',
      detail: 'The job is finished: it has no slot left that a pause could hold.',
    };
  }
  const at = job.pause?.at ?? now;
  draft.job = {
    ...without(job, 'nextRunAt'),
    status: 'paused',
    pause: {
      at,
      ...(reason === undefined ? {} : { reason }),
      ...(by === undefined ? {} : { by }),
      ...(until === undefined ? {} : { until }),
    },
  };
  if (job.status !== 'paused') moveAll(draft, ['no', 'overlap'], 'pause');
  return accepted(decide(draft, now, cancelLive ? 'user' : undefined));
}

function accepted(decision: Decision): CommandOutcome {
  return { ok: true, changed: true, decision };
}

function runAtTaken(): Refusal {
  return {
    ok: false,
    code: 'run_at_past',
    pointer: '/run_at',
    detail:
      'run_at does not lie after the last slot that the job has taken. Give a later time, or run the job now.',
  };
}

function runAtPast(): Refusal {
  return {
    ok: false,
    code: 'run_at_past',
    pointer: '/run_at',
    detail:
      'run_at lies more than 60 s in the past. Give a time to come, or create the job on_demand and run it now.',
  };
}
