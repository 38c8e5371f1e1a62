import { fingerprintOf } from '../failures/fingerprint.ts';
import type { Job } from '../model/job.ts';
import type { AttemptError } from '../model/run.ts';
import type { SkippedRun } from '../rules/decision.ts';
import type { EndedRun } from '../rules/ended-runs.ts';
import { ENGINE_ACTOR } from '../watching/failure-budget.ts';
import type { Alert, AlertChannel, NewDelivery, RaisedAlert } from './alert.ts';

/** A job that keeps failing is told of once an hour. */
const REMINDER_MS = 3_600_000;
const LONGEST_NAME = 200;
const LONGEST_MESSAGE = 1_000;

/** What one decision did to a job. */
export interface JobChange {
  readonly before: Job;
  readonly after: Job;
  readonly ended: readonly EndedRun[];
  readonly skip: readonly SkippedRun[];
}

const NONE: readonly Alert[] = [];

/**
 * The alerts that a decision made true (P24, alerts): the first failure of a streak and then the first one in
 * each hour since, the success that ends a streak, a pause by the engine, slots that were missed, and runs
 * that expired.
 */
export function alertsOf({ before, after, ended, skip }: JobChange, now: number): readonly Alert[] {
  const hasStreak = after.failedInRow > before.failedInRow || after.failingSince !== before.failingSince;
  const isPaused =
    after.status === 'paused' && before.status !== 'paused' && after.pause?.by === ENGINE_ACTOR;
  if (!hasStreak && !isPaused && skip.length === 0 && !ended.some(isExpired)) return NONE;
  const alerts: Alert[] = [];
  const { failingSince } = after;
  if (before.failingSince !== undefined && before.failingSince !== failingSince)
    alerts.push({ condition: 'recovered', ...about(after, now), since: before.failingSince });
  if (failingSince !== undefined && hasStreak && isTimeToTell(before, after, failingSince))
    alerts.push({
      condition: 'failed',
      ...about(after, now),
      since: failingSince,
      count: after.failedInRow,
      ...lastFailure(ended),
    });
  if (isPaused)
    alerts.push({ condition: 'paused_by_engine', ...about(after, now), ...pausedBecause(after, ended) });
  const missed = [...skip.filter(({ reason }) => reason === 'missed'), ...ended.filter(isExpired)];
  if (missed.length > 0)
    alerts.push({ condition: 'missed', ...about(after, now), ...missedSlots(missed, now) });
  return alerts;
}

/**
 * The first failure of a streak, and the first one in each hour since then, by when they ended. Needs no
 * memory but the row.
 */
function isTimeToTell(before: Job, after: Job, failingSince: number): boolean {
  if (before.failingSince !== failingSince) return true;
  // The first failure ended a moment before its end was written, which began the streak.
  const hourOf = ({ lastEndAt = failingSince }: Job) =>
    Math.floor(Math.max(lastEndAt - failingSince, 0) / REMINDER_MS);
  return hourOf(after) > hourOf(before);
}

function isExpired({ reason }: EndedRun): boolean {
  return reason === 'expired';
}

function about({ id, name }: Job, now: number): Pick<Alert, 'jobId' | 'jobName' | 'at'> {
  return { jobId: id, jobName: name, at: now };
}

function lastFailure(ended: readonly EndedRun[]): Pick<Alert, 'runId' | 'error' | 'fingerprint'> {
  const run = ended.findLast(({ status, isRetried }) => status === 'failed' && isRetried !== true);
  const error = run?.errors?.at(-1);
  return {
    ...(run?.id === undefined ? {} : { runId: run.id }),
    ...(error === undefined ? {} : { error: shortError(error), fingerprint: fingerprintOf(error) }),
  };
}

function shortError({ name, message }: AttemptError): NonNullable<Alert['error']> {
  return { name: cut(name, LONGEST_NAME), message: cut(message, LONGEST_MESSAGE) };
}

/**
 * PostgreSQL's JSON takes neither lone surrogates nor U+0000: one such message must not stop a settlement.
 */
function cut(text: string, longest: number): string {
  const short = text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
  return short.toWellFormed().replaceAll('\0', '\ufffd');
}

function pausedBecause({ pause, failingSince }: Job, ended: readonly EndedRun[]): Partial<Alert> {
  return {
    ...(failingSince === undefined ? {} : { since: failingSince }),
    ...(pause?.reason === undefined ? {} : { reason: pause.reason }),
    ...lastFailure(ended),
  };
}

/** How many slots nothing ran for, and when the first of them was. */
function missedSlots(
  rows: readonly Pick<EndedRun, 'missed' | 'missedFrom' | 'scheduledFor' | 'queuedAt'>[],
  now: number,
): Pick<Alert, 'since' | 'count'> {
  const first = rows.map(
    ({ missedFrom, scheduledFor, queuedAt }) => missedFrom ?? scheduledFor ?? queuedAt ?? now,
  );
  return {
    since: first.reduce((a, b) => Math.min(a, b)),
    count: rows.reduce((sum, { missed = 0 }) => sum + Math.max(missed, 1), 0),
  };
}

/** One delivery for each alert and each channel that hears of it. */
export function deliveriesOf(
  raised: readonly RaisedAlert[],
  channels: readonly AlertChannel[],
): readonly NewDelivery[] {
  return raised.flatMap(({ alert, channels: named }) =>
    channels
      .filter((channel) => hears(channel, alert, named))
      .map(({ id }): NewDelivery => ({ channel: id, alert })),
  );
}

function hears(
  { id, allJobs, conditions, enabled }: AlertChannel,
  alert: Alert,
  named: readonly string[],
): boolean {
  if (enabled === false) return false;
  if (!allJobs && !named.includes(id)) return false;
  return conditions === undefined || conditions.includes(alert.condition);
}
