import { upstreamsOf } from '../chains/upstreams.ts';
import { isFixedDelay, type Job } from '../model/job.ts';
import { HEALTH_STATUSES } from '../model/statuses.ts';
import { clockJumpedBack } from '../pauses/resume.ts';
import { LEVEL } from '../rules/option-levels.ts';
import { hasGrid } from '../schedule/schedule.ts';
import { formatDuration, roughDuration } from '../time/duration.ts';

export { HEALTH_STATUSES };

export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** Those that need attention: a paused job does not. */
export const UNHEALTHY: readonly HealthStatus[] = HEALTH_STATUSES.filter(
  (status) => status !== 'paused' && status !== 'ok',
);

/** One health, or any of {@link UNHEALTHY}. */
export type HealthFilter = HealthStatus | 'unhealthy';

/** Why a job needs a look, worst first, and since when (ms). */
export interface Health {
  readonly status: HealthStatus;
  readonly reason?: string;
  readonly since?: number;
}

/** What health needs to know besides the job's row. */
export interface HealthSigns {
  /** The type's newest version on a live node, if a live node has the type. */
  readonly handlerVersion?: number;
  /** The highest level of the options of live nodes, if it is above the own one: see `levelOf`. */
  readonly liveLevel?: number;
  /** No job has an id that the job names as its upstream. */
  readonly missesUpstream?: boolean;
  /** A newer run has replaced the last run that ended (P7, overlap). */
  readonly wasReplaced?: boolean;
  /** The oldest live run's start. */
  readonly runningSince?: number;
  /** When the longest-waiting unclaimed run became due. */
  readonly waitingSince?: number;
  /** The earliest instant at which something can begin to be late: all jobs were paused until then. */
  readonly lateFrom?: number;
  /** Since when an inline handler has ignored its signal. */
  readonly zombieSince?: number;
}

/** What a pause of all jobs has held back has this time to succeed before its job is overdue. */
export const OVERDUE_AFTER_PAUSE_MS = 600_000;
/** A due run must start within this time, unless the job says otherwise. */
export const LATE_AFTER_MS = 60_000;

export function healthOf(job: Job, signs: HealthSigns, now: number): Health {
  return (
    noHandler(job, signs) ??
    (signs.zombieSince === undefined
      ? undefined
      : { status: 'zombie', reason: 'its handler ignores the signal to stop', since: signs.zombieSince }) ??
    overdue(job, signs, now) ??
    noUpstream(job, signs) ??
    failing(job) ??
    late(job, signs, now) ??
    slow(job, signs, now) ??
    overrunning(job, signs, now) ??
    paused(job) ?? { status: 'ok' }
  );
}

export function hasHealth({ status }: Health, filter: HealthFilter): boolean {
  return filter === 'unhealthy' ? UNHEALTHY.includes(status) : status === filter;
}

/** No job of any health: to count in. */
export function emptyHealthCounts(): Record<HealthStatus, number> {
  return {
    no_handler: 0,
    zombie: 0,
    overdue: 0,
    no_upstream: 0,
    failing: 0,
    late: 0,
    slow: 0,
    overrunning: 0,
    paused: 0,
    ok: 0,
  };
}

function noHandler(job: Job, { handlerVersion, liveLevel = LEVEL }: HealthSigns): Health | undefined {
  if ((job.needsLevel ?? 0) > liveLevel) {
    const why = 'the job uses an option that needs a newer version of @greenvue/jobs: update a node';
    return { status: 'no_handler', reason: why };
  }
  if (handlerVersion !== undefined && handlerVersion >= job.typeVersion) return undefined;
  const reason =
    handlerVersion === undefined
      ? `no running node has the job type ${job.type}`
      : `the job needs version ${job.typeVersion} of ${job.type}, the running nodes have ${handlerVersion}`;
  return { status: 'no_handler', reason };
}

/** P32, chains and gates. */
function noUpstream({ status, ...job }: Job, { missesUpstream = false }: HealthSigns): Health | undefined {
  if (!missesUpstream || status !== 'active') return undefined;
  const names = upstreamsOf(job).map((upstream) => upstream.job);
  return { status: 'no_upstream', reason: `it waits for a job that does not exist: ${names.join(' or ')}` };
}

/** P25, expectations: no success for too long since the last one, the creation or the last resume. */
function overdue(
  { status, expect, createdAt, ...job }: Job,
  { lateFrom = 0 }: HealthSigns,
  now: number,
): Health | undefined {
  const withinMs = expect?.successWithinMs;
  if (withinMs === undefined || status !== 'active') return undefined;
  const lastSuccessAt = job.lastSuccessEndAt ?? job.lastSuccessAt ?? 0;
  const last = Math.max(lastSuccessAt, job.resumedAt ?? createdAt);
  // A pause of all jobs is short, so it must not hide for a whole period that a success is missing.
  if (now - last <= withinMs || now - lateFrom <= Math.min(withinMs, OVERDUE_AFTER_PAUSE_MS))
    return undefined;
  const reason = `no success for ${roughDuration(now - last)}, expected every ${formatDuration(withinMs)}`;
  return { status: 'overdue', reason, since: last + withinMs };
}

function failing(job: Job): Health | undefined {
  if (job.failedInRow === 0) return undefined;
  const reason = job.failedInRow === 1 ? 'the last run failed' : `the last ${job.failedInRow} runs failed`;
  return {
    status: 'failing',
    reason,
    ...(job.failingSince === undefined ? {} : { since: job.failingSince }),
  };
}

function late(job: Job, { waitingSince, lateFrom = 0 }: HealthSigns, now: number): Health | undefined {
  if (job.status !== 'active') return undefined;
  const dueBefore = now - (job.expect?.startWithinMs ?? LATE_AFTER_MS);
  const isLate = (at: number) => Math.max(at, lateFrom) < dueBefore;
  if (job.nextRunAt !== undefined && isLate(job.nextRunAt)) {
    return { status: 'late', reason: 'slot', since: Math.max(job.nextRunAt, lateFrom) };
  }
  if (waitingSince !== undefined && isLate(waitingSince)) {
    return { status: 'late', reason: 'waiting', since: Math.max(waitingSince, lateFrom) };
  }
  if (clockJumpedBack(job, now)) return { status: 'late', reason: 'clock' };
  return isBlackedOut(job) ? { status: 'late', reason: 'calendar' } : undefined;
}

/** P33, calendars and ends: a window of its calendar skips each of its slots to come. */
function isBlackedOut({ calendar, schedule, nextRunAt, nextSlotAt }: Job): boolean {
  const isSkipped = calendar?.mode === 'skip' && nextRunAt === undefined && nextSlotAt !== undefined;
  return isSkipped && hasGrid(schedule) && schedule.endAt === undefined;
}

/** P25, expectations: a live run, or else the last one, has taken longer than expected. */
function slow({ expect, ...job }: Job, { runningSince }: HealthSigns, now: number): Health | undefined {
  const mostMs = expect?.durationMs;
  if (mostMs === undefined) return undefined;
  const expected = `expected at most ${formatDuration(mostMs)}`;
  if (runningSince !== undefined && now - runningSince > mostMs) {
    const reason = `a run has taken ${roughDuration(now - runningSince)} so far, ${expected}`;
    return { status: 'slow', reason, since: runningSince + mostMs };
  }
  const { lastTookMs = 0, lastRunAt } = job;
  if (lastTookMs <= mostMs) return undefined;
  const reason = `the last run took ${roughDuration(lastTookMs)}, ${expected}`;
  return { status: 'slow', reason, ...(lastRunAt === undefined ? {} : { since: lastRunAt + mostMs }) };
}

function overrunning(job: Job, signs: HealthSigns, now: number): Health | undefined {
  const { schedule } = job;
  const { runningSince } = signs;
  if (isReplaced(job, signs)) {
    const since = job.lastRunAt === undefined ? {} : { since: job.lastRunAt };
    return { status: 'overrunning', reason: 'the last run was cancelled before its end', ...since };
  }
  if (runningSince === undefined || schedule.kind !== 'interval' || isFixedDelay(schedule)) return undefined;
  if (now - runningSince <= schedule.everyMs) return undefined;
  return { status: 'overrunning', reason: 'a run takes longer than the interval', since: runningSince };
}

/** P7, overlap: the next slot has cancelled the last run. */
function isReplaced({ overlap, lastStatus, status, schedule }: Job, signs: HealthSigns): boolean {
  const isCancelled = overlap === 'cancel_previous' && lastStatus === 'cancelled' && status === 'active';
  return isCancelled && hasGrid(schedule) && signs.wasReplaced === true;
}

function paused(job: Job): Health | undefined {
  if (job.status !== 'paused' || job.pause === undefined) return undefined;
  const { reason, at } = job.pause;
  return { status: 'paused', since: at, ...(reason === undefined ? {} : { reason }) };
}
