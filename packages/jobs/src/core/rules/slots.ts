import { type BackfillSlots, takeBackfill } from '../backfills/backfill-slots.ts';
import { isGateOpen } from '../chains/gate.ts';
import {
  activeRoomOf,
  isFixedDelay,
  type Job,
  type LiveRuns,
  liveCount,
  nextSlotOf,
  roomOf,
  withNextSlot,
} from '../model/job.ts';
import { holdsAllRuns } from '../pauses/pause.ts';
import { isTakenAgain, resume } from '../pauses/resume.ts';
import { assignedTime, latestDueBy } from '../schedule/assigned-time.ts';
import { firstDueWith, lastThatRuns } from '../schedule/blackout.ts';
import { boundsOf, hasGrid } from '../schedule/schedule.ts';
import { nextSlot, passedSlots, slotFromEnd } from '../schedule/schedule-slots.ts';
import { advance, followCalendar, takeBlackout } from './blackouts.ts';
import { afterDelay, type Decision, type Draft, decide, draftOf, type NewRun, queueRun } from './decision.ts';
import { isMissed } from './missed.ts';
import { heldForRoom, releaseWaiting } from './room.ts';
import { slotTakenAt } from './slot-taken-at.ts';

/** With `catch_up: all`, this many slots wait; one skipped row covers the older ones (P6, catch-up). */
const MAX_WAITING_SLOTS = 100;

/**
 * Decides what is due of a job: the end of its pause (P14, pause), runs whose own `run_at` has come (P15, run
 * now), and passed slots (P4 to P7). Returns the same job and nothing to write when nothing is due.
 */
export function planJob(job: Job, live: LiveRuns, now: number, backfill?: BackfillSlots): Decision {
  const draft = draftOf(job, live);
  takeDue(draft, now);
  if (backfill !== undefined) takeBackfill(draft, backfill, now);
  return decide(draft, now);
}

/** A slot may be taken, and its run claimed, this long before its time, so that its run starts in time. */
export const LOOK_AHEAD_MS = 200;

/** When the next slot is due, if it may be taken ahead: this is within `aheadMs`, and no run is live. */
export function slotAhead(job: Job, live: LiveRuns, now: number, aheadMs: number): number | undefined {
  const { nextRunAt: due } = job;
  if (due === undefined || due <= now || due > now + aheadMs) return undefined;
  if (!hasGrid(job.schedule) || job.status !== 'active' || job.wakeAt !== due) return undefined;
  // If somebody rebased the job a moment later, the slot would be taken once more.
  if (isTakenAgain(job, nextSlotOf(job) ?? due)) return undefined;
  const isAlone = liveCount(live) + live.dueOwnRuns === 0 && live.nextOwnRunAt !== due;
  return isAlone ? due : undefined;
}

/** How long a job that can't be planned waits for the next try. */
const PUT_OFF_MS = 60_000;

/**
 * {@link planJob} or {@link slotAhead} for one of many jobs. A job that can't be planned (Node.js may not
 * know its time zone) delays no other: the planner looks at it again in a minute, and until then it is late.
 */
export function planOrPutOff(
  job: Job,
  live: LiveRuns,
  now: number,
  {
    aheadMs = 0,
    backfill,
  }: { readonly aheadMs?: number; readonly backfill?: BackfillSlots | undefined } = {},
): { readonly decision: Decision; readonly fault?: unknown } {
  try {
    return { decision: planJob(job, live, slotAhead(job, live, now, aheadMs) ?? now, backfill) };
  } catch (fault) {
    const putOff = { ...job, wakeAt: now + PUT_OFF_MS };
    return { decision: { job: putOff, moves: [], skip: [], queue: [] }, fault };
  }
}

/** {@link planJob} as a step of a command: an edit first takes slots of the old definition (P16, edit). */
export function takeDue(draft: Draft, now: number): void {
  const until = draft.job.pause?.until;
  if (until !== undefined && until <= now) resume(draft, { at: until, now });
  releaseOwnRunAt(draft, now);
  // Retries of a job with `maxRunning` that have come due.
  if (draft.job.maxRunning !== undefined) releaseWaiting(draft, now);
  takeSlots(draft, now);
}

/** {@link takeDue} ahead of a command that repairs or stops a job. False: the job can't be planned. */
export function tryTakeDue(draft: Draft, now: number): boolean {
  const { job, live } = draft;
  const moves = draft.moves.length;
  try {
    takeDue(draft, now);
    return true;
  } catch {
    // The planner meets the same fault and reports it. Half-done changes, such as the end of a pause, are
    // undone.
    draft.job = job;
    draft.live = live;
    draft.moves.length = moves;
    delete draft.dueIfAfter;
    return false;
  }
}

function releaseOwnRunAt(draft: Draft, now: number): void {
  const due = draft.live.dueOwnRuns;
  if (due === 0) return;
  const { job, live } = draft;
  if (holdsAllRuns(job)) {
    draft.moves.push({ from: ['run_at'], to: 'pause', dueBy: now });
    draft.live = { ...live, paused: live.paused + due, dueOwnRuns: 0 };
    return;
  }
  const to = activeRoomOf(job) === Number.POSITIVE_INFINITY ? 'no' : 'overlap';
  if (job.pause !== undefined) {
    draft.moves.push({ from: ['run_at'], to: 'pause', dueBy: now, asked: { before: job.pause.at } });
  }
  draft.moves.push({ from: ['run_at'], to, dueBy: now });
  if (to === 'no') draft.live = { ...live, active: live.active + due, dueOwnRuns: 0 };
  else {
    const { waiting, dueWaiting = 0 } = live;
    draft.live = { ...live, waiting: waiting + due, dueWaiting: dueWaiting + due, dueOwnRuns: 0 };
    // They are counted up to 2.
    if (due > 1) draft.mustCount = true;
  }
  releaseWaiting(draft, now);
}

function takeSlots(draft: Draft, now: number): void {
  skipTakenSlots(draft, now);
  followCalendar(draft);
  const { job } = draft;
  if (job.status !== 'active' || !isDue(job, now)) return;
  if (job.catchUp === 'all') takeOneByOne(draft, now);
  else takeTogether(draft, now);
}

/** Whether the next slot can be taken. */
function isDue(job: Job, now: number): boolean {
  return (slotTakenAt(job) ?? Number.POSITIVE_INFINITY) <= now;
}

/** Skips slots that have rows: a jump of the clock back may have set the next slot to one of them. */
function skipTakenSlots(draft: Draft, now: number): void {
  const { job } = draft;
  const { lastSlotAt } = job;
  const slot = nextSlotOf(job);
  if (slot === undefined || lastSlotAt === undefined || lastSlotAt > now) return;
  if (!isTakenAgain(job, slot)) return;
  draft.job = withNextSlot(job, nextSlot(job.schedule, job.anchorAt, lastSlotAt));
}

/** `once` and `skip`: all passed slots at once; the clock ends up on the first slot to come. */
function takeTogether(draft: Draft, now: number): void {
  takeBlackout(draft, now);
  const { job } = draft;
  const first = nextSlotOf(job);
  if (first === undefined || !isDue(job, now)) return;
  const by = lastThatRuns(job, first, latestDueBy(job, now));
  const { count, latest, next } = passedSlots(job.schedule, job.anchorAt, first, by);
  const late = isMissed(job, latest, now);
  advance(draft, latest, next);
  const onTime = dueTogether(job, latest, { first, now });
  const together = Math.max(onTime.count, 1);
  if (isTakenAgain(job, latest)) {
    if (job.catchUp === 'once' || !late) queueSlot(draft, onTime);
  } else if (job.catchUp === 'once' && (late || count > together)) {
    queueSlot(draft, { slot: latest, count, from: first, now });
  } else {
    const missed = late ? count : count - together;
    if (missed > 0) {
      const scheduledFor = late ? latest : slotFromEnd(job.schedule, job.anchorAt, first, by, together + 1);
      draft.skip.push({ scheduledFor, reason: 'missed', catchUp: true, missed, missedFrom: first });
    }
    if (!late) queueSlot(draft, onTime);
  }
  takeBlackout(draft, now);
}

/**
 * P33, calendars and ends: the run of a slot on time covers the slots that a calendar has moved to the same
 * instant.
 */
function dueTogether(job: Job, latest: number, { first, now }: { first: number; now: number }): TakenSlot {
  const from = firstDueWith(job, latest, first);
  if (from === latest) return { slot: latest, count: 0, now };
  const { count } = passedSlots(job.schedule, job.anchorAt, from, latest);
  return { slot: latest, count, from, now, isOnTime: true };
}

/** `all`: the oldest slot first, while there is room. The others wait: `nextRunAt` stays in the past. */
function takeOneByOne(draft: Draft, now: number, room = roomOf(draft.job.overlap)): void {
  dropOldest(draft, now);
  for (;;) {
    takeBlackout(draft, now);
    const { job } = draft;
    const slot = nextSlotOf(job);
    if (slot === undefined || !isDue(job, now) || liveCount(draft.live) >= room) return;
    const late = isMissed(job, slot, now) && !isTakenAgain(job, slot);
    advance(draft, slot, slotAfter(job, slot));
    const taken = late ? { slot, count: 1, from: slot, now } : { slot, count: 0, now };
    if (passesGate(draft, taken)) queueSlotRun(draft, taken);
  }
}

/**
 * Makes runs of all passed slots of an `all` job, and a row of those that a window skips: its next slot is
 * about to be replaced (P6, P14, P16, P33).
 */
export function takeAllSlots(draft: Draft, now: number): void {
  const { status, catchUp } = draft.job;
  if (status !== 'active') return;
  if (catchUp === 'all') takeOneByOne(draft, now, Number.POSITIVE_INFINITY);
  takeBlackout(draft, now, 'begun');
}

function dropOldest(draft: Draft, now: number): void {
  takeBlackout(draft, now);
  const { job } = draft;
  const first = nextSlotOf(job);
  if (first === undefined || !isDue(job, now)) return;
  const by = latestDueBy(job, now);
  const { count } = passedSlots(job.schedule, job.anchorAt, first, by);
  if (count <= MAX_WAITING_SLOTS) return;
  const lastDropped = slotFromEnd(job.schedule, job.anchorAt, first, by, MAX_WAITING_SLOTS + 1);
  const missed = count - MAX_WAITING_SLOTS;
  advance(draft, lastDropped, slotAfter(job, lastDropped));
  if (isTakenAgain(job, lastDropped)) return;
  draft.skip.push({ scheduledFor: lastDropped, reason: 'missed', catchUp: true, missed, missedFrom: first });
}

function slotAfter(job: Job, slot: number): number | undefined {
  return passedSlots(job.schedule, job.anchorAt, slot, slot).next;
}

interface TakenSlot {
  readonly slot: number;
  /** Slots covered when it makes up for missed ones, its own included; else 0. */
  readonly count: number;
  readonly from?: number;
  readonly now: number;
  /** No slot of them was missed. */
  readonly isOnTime?: boolean;
}

/** Makes a run of a slot, or a skipped row where there is no room; a `run_at` slot waits (P7, overlap). */
function queueSlot(draft: Draft, taken: TakenSlot): void {
  if (!passesGate(draft, taken)) return;
  const { job, live } = draft;
  // A slot that meets a run of a backfill waits for it: the schedule goes first (P37, backfill).
  const room = roomOf(job.overlap) + (job.backfillLeft === undefined ? 0 : 1);
  const full = liveCount(live) >= room || live.isAtCap === true;
  if (full && job.schedule.kind !== 'run_at')
    draft.skip.push({ scheduledFor: taken.slot, reason: 'overlap', ...coveredBy(taken) });
  else queueSlotRun(draft, taken);
}

/** P32, chains and gates: false, and a skipped row, if the job's gate is closed. */
function passesGate(draft: Draft, taken: TakenSlot): boolean {
  const { job, live } = draft;
  const { slot, now } = taken;
  if (isGateOpen(job.onlyIf, live.lastSuccesses, now)) return true;
  draft.skip.push({ scheduledFor: slot, reason: 'upstream', ...coveredBy(taken) });
  if (isFixedDelay(job.schedule) && liveCount(live) === 0) {
    // No run ends, so the delay counts from the slot.
    const at = slot + job.schedule.everyMs > now ? slot : now;
    draft.job = withNextSlot(job, afterDelay(job, job.schedule, { at, now }));
  }
  return false;
}

function queueSlotRun(draft: Draft, taken: TakenSlot): void {
  const { job } = draft;
  const { slot, now } = taken;
  const due = assignedTime(job, slot);
  // A `run_at` whose time came during a pause is due at its end.
  const availableAt = Math.min(Math.max(due, job.resumedAt ?? due), now);
  const run: NewRun = {
    trigger: 'schedule',
    scheduledFor: slot,
    ...coveredBy(taken),
    held: heldForRoom(draft, availableAt, now),
    availableAt,
  };
  queueRun(draft, run, now);
  if (boundsOf(job.schedule).maxRuns === undefined) return;
  const counted = { ...draft.job, runsMade: (draft.job.runsMade ?? 0) + 1 };
  draft.job = withNextSlot(counted, nextSlotOf(counted));
}

function coveredBy({
  count,
  from,
  isOnTime = false,
}: TakenSlot): Pick<NewRun, 'catchUp' | 'missed' | 'missedFrom'> {
  return {
    catchUp: count > 0 && !isOnTime,
    missed: count,
    ...(from === undefined ? {} : { missedFrom: from }),
  };
}
