import { sameCalendar } from '../calendars/job-calendar.ts';
import {
  activeRoomOf,
  hasPayload,
  type Job,
  type JobDefinition,
  type LiveRuns,
  liveCount,
  NO_LIVE_RUNS,
  roomOf,
  sameDefinition,
  withNextSlot,
} from '../model/job.ts';
import type { JobCommand } from '../model/job-command.ts';
import type { Held, RunSlots } from '../model/run.ts';
import { without } from '../objects.ts';
import { holdsAllRuns } from '../pauses/pause.ts';
import { pauseJob } from '../pauses/pause-job.ts';
import { lastSlotOf, resume } from '../pauses/resume.ts';
import { takeBlackout } from '../rules/blackouts.ts';
import { type Decision, type Draft, decide, draftOf, type NewRun, queueRun } from '../rules/decision.ts';
import { needsNewerVersion } from '../rules/option-levels.ts';
import { heldForRoom, releaseWaiting, shrinkRoom } from '../rules/room.ts';
import { takeAllSlots, takeDue, tryTakeDue } from '../rules/slots.ts';
import { assignedTime } from '../schedule/assigned-time.ts';
import { endlessOf, type Schedule, sameSchedule, sameSlots } from '../schedule/schedule.ts';
import { firstSlot } from '../schedule/schedule-slots.ts';
import {
  FINISHED,
  newerOptions,
  noRoom,
  otherType,
  PAYLOAD_KEPT,
  PAYLOAD_NEEDED,
  RUN_AT_NOT_ALLOWED,
  RUN_AT_PAST,
  RUN_AT_TAKEN,
  SLOTS_NEED_PAYLOAD,
  TOO_MANY_LIVE_RUNS,
  TOO_MANY_PUT_OFF,
  typeChanged,
  UNTIL_PAST,
} from './command-refusals.ts';
import { declaredAt, pauseGone, refusalOfDeclared, restore, withdraw } from './declare.ts';
import { keepSlots, reschedule, withoutStale } from './edit.ts';
import type { Refusal } from './refusal.ts';
import { calendarRefusal, RUN_AT_TOLERANCE_MS, scheduleRefusal } from './schedule-refusals.ts';

/** `changed: false`: the job is as asked already, and nothing is written (P16, edit: an equal PUT). */
export type CommandOutcome =
  | { readonly ok: true; readonly changed: boolean; readonly decision: Decision }
  | Refusal;

/** P21, payloads: a slot brings no payload, so only an on-demand job may be without one. */
function payloadRefusal(definition: JobDefinition): Refusal | undefined {
  return hasPayload(definition) || definition.schedule.kind === 'on_demand' ? undefined : SLOTS_NEED_PAYLOAD;
}

/** P2, schedule; P3, grid; P4, stored next run: a new job has its next run from the start. */
export function createJob(
  definition: JobDefinition,
  made: {
    readonly uid: string;
    readonly by?: string | undefined;
    readonly trace?: string | undefined;
    /** Where code declares it: then a schedule that is over is no fault (P28, jobs in code). */
    readonly place?: string | undefined;
    /** Of its calendar, if it has one. */
    readonly windows?: string | undefined;
    readonly now: number;
  },
): CommandOutcome {
  const { uid, by, trace, place, windows, now } = made;
  const { schedule, calendar } = definition;
  const over = scheduleRefusal(schedule, now);
  const refusal = (place === undefined ? over : undefined) ?? payloadRefusal(definition);
  if (refusal !== undefined) return refusal;
  const next = over === undefined ? firstSlot(schedule, now) : undefined;
  const due = calendar === undefined ? next && assignedTime(definition, next) : undefined;
  const job: Job = {
    ...definition,
    uid,
    version: 1,
    status: 'active',
    anchorAt: now,
    failedInRow: 0,
    createdAt: now,
    updatedAt: now,
    // `decide` computes the same `wakeAt`, so it need not copy the job.
    ...(due === undefined ? {} : { nextRunAt: due, wakeAt: due }),
    ...(next === undefined || due === undefined || due === next ? {} : { nextSlotAt: next }),
    ...(by === undefined ? {} : { createdBy: by }),
    ...(trace === undefined ? {} : { trace }),
    ...(place === undefined ? {} : { declaration: { place } }),
  };
  if (windows === undefined) return accepted(decide(draftOf(job, NO_LIVE_RUNS), now));
  const withWindows = { ...job, windows };
  const placed = withNextSlot(withWindows, next);
  return calendarRefusal(withWindows, now) ?? accepted(decide(draftOf(placed, NO_LIVE_RUNS), now));
}

/** Decides a command on a job in the state `job` with `live` runs, at `now`. */
export function commandJob(job: Job, live: LiveRuns, command: JobCommand, now: number): CommandOutcome {
  if (needsNewerVersion(job) && command.kind !== 'delete') return newerOptions(job.id);
  const draft = draftOf(job, live);
  const refusal = refusalOfDeclared(job, command.kind);
  switch (command.kind) {
    case 'edit':
      return edit(draft, command, { now });
    case 'declare':
      return declare(draft, command, now);
    case 'withdraw':
      withdraw(draft, command.release, now);
      return accepted(decide(draft, now));
    case 'trigger':
      return trigger(draft, command, now);
    case 'pause':
      return pause(draft, command, now);
    case 'resume':
      if (job.status !== 'paused') return { ok: true, changed: false, decision: decide(draft, now) };
      if (refusal !== undefined) return refusal;
      // One that comes after `until`, ahead of the planner, loses none of the slots since.
      resume(draft, { at: Math.min(job.pause?.until ?? now, now), now });
      takeDue(draft, now);
      return accepted(decide(draft, now));
    case 'delete':
      return refusal ?? accepted(deleted(decide(draft, now, 'deleted')));
    default:
      return command satisfies never;
  }
}

/** P13, delete: a deleted job is never planned again. */
function deleted(decision: Decision): Decision {
  return { ...decision, job: without(decision.job, 'nextRunAt', 'nextSlotAt', 'wakeAt') };
}

/** P28, jobs in code: an edit by code. A job that is no longer paused for its absence is resumed. */
function declare(
  draft: Draft,
  command: Extract<JobCommand, { kind: 'declare' }>,
  now: number,
): CommandOutcome {
  const { place } = command;
  const { declaration } = draft.job;
  if (declaration?.gone !== undefined) restore(draft, declaration.gone, now);
  draft.job = declaredAt(draft.job, place);
  const outcome = edit(draft, command, { now, byCode: true });
  if (!outcome.ok || outcome.changed) return outcome;
  const isSame = declaration?.place === place && declaration.gone === undefined;
  return isSame ? outcome : accepted(outcome.decision);
}

interface HowToEdit {
  readonly now: number;
  readonly byCode?: boolean;
}

function edit(
  draft: Draft,
  { definition, windows }: { readonly definition: JobDefinition; readonly windows?: string | undefined },
  { now, byCode = false }: HowToEdit,
): CommandOutcome {
  const { job } = draft;
  if (definition.type !== job.type) return typeChanged(job);
  const refusal = payloadRefusal(definition);
  if (refusal !== undefined) return refusal;
  // Runs that wait may have none of their own.
  if (hasPayload(job) && !hasPayload(definition)) return PAYLOAD_KEPT;
  if (sameDefinition(job, definition)) return { ok: true, changed: false, decision: decide(draft, now) };
  const declared = byCode ? undefined : refusalOfDeclared(job, 'edit');
  if (declared !== undefined) return declared;
  const canBePlanned = tryTakeDue(draft, now);
  const { schedule } = definition;
  const moved = !sameSlots(job.schedule, schedule);
  const hasOtherCalendar = !sameCalendar(job.calendar, definition.calendar);
  if (canBePlanned && (moved || definition.catchUp !== 'all')) takeAllSlots(draft, now);
  else if (canBePlanned) takeBlackout(draft, now, 'begun');
  const before = draft.job;
  const over = moved ? runAtRefusal(before, schedule, now) : undefined;
  if (over !== undefined && !byCode) return over;
  draft.job = {
    ...withoutStale(before, definition),
    ...definition,
    ...(windows === undefined ? {} : { windows }),
    version: before.version + 1,
    updatedAt: now,
  };
  if (over !== undefined) draft.job = withNextSlot(draft.job, undefined);
  else if (moved) reschedule(draft, now);
  else if (!sameSchedule(job.schedule, schedule) || hasOtherCalendar) keepSlots(draft, now);
  if (over === undefined && (moved || hasOtherCalendar)) {
    const never = calendarRefusal({ ...draft.job, schedule: endlessOf(schedule) }, now);
    if (never !== undefined) return never;
  }
  resizeRoom(draft, before, now);
  takeDue(draft, now);
  return accepted(decide(draft, now));
}

function runAtRefusal(before: Job, schedule: Schedule, now: number): Refusal | undefined {
  if (schedule.kind !== 'run_at') return undefined;
  if (schedule.runAt < now - RUN_AT_TOLERANCE_MS) return RUN_AT_PAST;
  return schedule.runAt <= (lastSlotOf(before, now) ?? Number.NEGATIVE_INFINITY) ? RUN_AT_TAKEN : undefined;
}

/** An edit that shrinks the room stops no run; one that widens it releases waiting runs (P7, overlap). */
function resizeRoom(draft: Draft, before: Job, now: number): void {
  const { overlap, maxRunning } = draft.job;
  if (overlap === before.overlap && maxRunning === before.maxRunning) return;
  if (activeRoomOf(draft.job) < activeRoomOf(before)) shrinkRoom(draft, now);
  else releaseWaiting(draft, now);
}

const NO_SLOTS: RunSlots = { catchUp: false, missed: 0 };

/** P15, run now: a run by hand does not move the grid; P7 governs it. */
function trigger(
  draft: Draft,
  command: Extract<JobCommand, { kind: 'trigger' }>,
  now: number,
): CommandOutcome {
  const { job, live } = draft;
  const {
    payload,
    checkedBy: { type, typeVersion } = job,
    runAt,
    retryOf,
    slots = NO_SLOTS,
    trace,
    by,
  } = command;
  if (type !== job.type) return otherType(job, type);
  if (payload === undefined && !hasPayload(job)) return PAYLOAD_NEEDED;
  const later = runAt !== undefined && runAt > now;
  if (runAt !== undefined && job.overlap !== 'allow') return RUN_AT_NOT_ALLOWED;
  if (liveCount(live) >= roomOf(job.overlap)) return noRoom(job, live, { slots, now });
  if (live.isAtCap === true) return TOO_MANY_LIVE_RUNS;
  if (later && live.isPutOffFull === true) return TOO_MANY_PUT_OFF;
  const run: NewRun = {
    trigger: 'manual',
    ...slots,
    held: later ? 'run_at' : heldNow(draft, now),
    availableAt: later ? runAt : now,
    ...(payload === undefined ? {} : { payload }),
    ...(typeVersion > job.typeVersion ? { typeVersion } : {}),
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(trace === undefined ? {} : { trace }),
    ...(by === undefined ? {} : { requestedBy: by }),
  };
  queueRun(draft, run, now);
  return accepted(decide(draft, now));
}

function heldNow(draft: Draft, now: number): Held {
  const { job, live } = draft;
  if (holdsAllRuns(job)) return 'pause';
  // Only slots wait for runs that a pause holds.
  if (job.overlap !== 'allow') return live.active > 0 ? 'overlap' : 'no';
  return heldForRoom(draft, now, now);
}

/** P14, pause. */
function pause(draft: Draft, command: Extract<JobCommand, { kind: 'pause' }>, now: number): CommandOutcome {
  const { reason, by, until, cancelLive } = command;
  if (until !== undefined && until <= now) return UNTIL_PAST;
  if (pauseGone(draft, { reason, by, until }, now))
    return accepted(decide(draft, now, cancelLive ? 'user' : undefined));
  if (!pauseJob(draft, { reason, by, until }, now)) return FINISHED;
  return accepted(decide(draft, now, cancelLive ? 'user' : undefined));
}

function accepted(decision: Decision): CommandOutcome {
  return { ok: true, changed: true, decision };
}
