import {
  type AttemptError,
  type CancelReason,
  type FinishedRun,
  type FinishedStatus,
  type Held,
  type JsonText,
  type LiveRun,
  NO_ERRORS,
  type RunOrigin,
  type RunReason,
  type RunTrigger,
} from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import { storedJson } from '../stored-json.ts';
import { errorsOf, progressOf } from './stored-run-json.ts';

export const ORIGIN_COLUMNS =
  'id, job_uid, trigger, scheduled_for, catch_up, missed, missed_from, payload, retry_of, queued_at, requested_by';

/** The columns of `live_runs` for an unclaimed run that is not held. Its other columns have known values. */
export const FREE_COLUMNS = `${ORIGIN_COLUMNS}, available_at, failures, recoveries, errors, progress, trace, expires_at`;

/** The columns of `live_runs` that {@link liveRunOf} reads, in order. */
export const LIVE_COLUMNS = `${FREE_COLUMNS}, status, held, node, fence, started_at, cancel, zombie_since, cancelled_by, job_version`;

/** The columns of `runs` that {@link finishedRunOf} reads, in order. */
export const FINISHED_COLUMNS = `${ORIGIN_COLUMNS}, status, reason, attempt, recoveries, node, started_at, finished_at, progress, result, errors, job_version, cancelled_by, fingerprint, due_at`;

type OriginRow = [
  id: number,
  jobUid: number,
  trigger: RunTrigger,
  scheduledFor: number | null,
  catchUp: boolean,
  missed: number,
  missedFrom: number | null,
  payload: string | null,
  retryOf: number | null,
  queuedAt: number,
  requestedBy: string | null,
];

type FreeRow = [
  ...OriginRow,
  availableAt: number,
  failures: number,
  recoveries: number,
  errors: string | null,
  progress: string | null,
  trace: string | null,
  expiresAt: number | null,
];

type LiveRow = [
  ...FreeRow,
  status: LiveRun['status'],
  held: Held,
  node: string | null,
  fence: number | null,
  startedAt: number | null,
  cancel: CancelReason | null,
  zombieSince: number | null,
  cancelledBy: string | null,
  jobVersion: number | null,
];

type FinishedRow = [
  ...OriginRow,
  status: FinishedStatus,
  reason: RunReason | null,
  attempt: number,
  recoveries: number,
  node: string | null,
  startedAt: number | null,
  finishedAt: number,
  progress: string | null,
  result: string | null,
  errors: string | null,
  jobVersion: number | null,
  cancelledBy: string | null,
  fingerprint: string | null,
  dueAt: number | null,
];

type Value = string | number | boolean | null;

/** Reads a row of {@link FREE_COLUMNS} that uses the words of `core`. */
export function freeRunOf(raw: unknown): Mutable<LiveRun> {
  const row = raw as FreeRow;
  const run: Mutable<LiveRun> = {
    id: String(row[0]),
    jobUid: String(row[1]),
    trigger: triggerIn(row),
    catchUp: row[4],
    missed: row[5],
    queuedAt: row[9],
    status: 'queued',
    held: 'no',
    availableAt: row[11],
    failures: row[12],
    recoveries: row[13],
    errors: row[14] === null ? NO_ERRORS : errorsOf(row[14]),
  };
  addOrigin(run, row);
  addProgress(run, row[15]);
  if (row[16] !== null) run.trace = row[16];
  if (row[17] !== null) run.expiresAt = row[17];
  return run;
}

export function liveRunOf(raw: unknown): LiveRun {
  const row = raw as LiveRow;
  const run = freeRunOf(row);
  run.status = row[18];
  run.held = row[19];
  if (row[20] !== null && row[21] !== null) run.claim = { node: row[20], fence: row[21] };
  if (row[22] !== null) run.startedAt = row[22];
  if (row[23] !== null) run.cancel = row[23];
  if (row[24] !== null) run.zombieSince = row[24];
  if (row[25] !== null) run.cancelledBy = row[25];
  if (row[26] !== null) run.jobVersion = row[26];
  return run;
}

export function finishedRunOf(raw: unknown): FinishedRun {
  const row = raw as FinishedRow;
  const run: Mutable<FinishedRun> = {
    id: String(row[0]),
    jobUid: String(row[1]),
    trigger: triggerIn(row),
    catchUp: row[4],
    missed: row[5],
    queuedAt: row[9],
    status: row[11],
    attempt: row[13],
    recoveries: row[14],
    finishedAt: row[17],
    errors: row[20] === null ? NO_ERRORS : errorsOf(row[20]),
  };
  addOrigin(run, row);
  if (row[12] !== null) run.reason = row[12];
  if (row[15] !== null) run.node = row[15];
  if (row[16] !== null) run.startedAt = row[16];
  addProgress(run, row[18]);
  if (row[19] !== null) run.result = row[19];
  if (row[21] !== null) run.jobVersion = row[21];
  if (row[22] !== null) run.cancelledBy = row[22];
  if (row[23] !== null) run.fingerprint = row[23];
  if (row[24] !== null) run.dueAt = row[24];
  return run;
}

/**
 * The column `trigger` says whether a run has a slot: a constraint holds that. So the retry of a run with a
 * slot is stored as `schedule`, and `retry_of` tells it from the run of a plan.
 */
export function storedTrigger({
  trigger,
  scheduledFor,
}: Pick<RunOrigin, 'trigger' | 'scheduledFor'>): RunTrigger {
  if (trigger === 'chain') return trigger;
  return scheduledFor === undefined ? 'manual' : 'schedule';
}

function triggerIn(row: readonly [...OriginRow, ...unknown[]]): RunTrigger {
  return row[8] === null ? row[2] : 'manual';
}

/** Adds the columns that not every run has. */
function addOrigin(run: Mutable<RunOrigin>, row: readonly [...OriginRow, ...unknown[]]): void {
  if (row[3] !== null) run.scheduledFor = row[3];
  if (row[6] !== null) run.missedFrom = row[6];
  if (row[7] !== null) run.payload = row[7];
  if (row[8] !== null) run.retryOf = String(row[8]);
  if (row[10] !== null) run.requestedBy = row[10];
}

function addProgress(run: Mutable<Pick<FinishedRun, 'progress'>>, text: JsonText | null): void {
  const progress = text === null ? undefined : progressOf(text);
  if (progress !== undefined) run.progress = progress;
}

/** The values of {@link FINISHED_COLUMNS}, in order. */
export function finishedParams(run: FinishedRun): Value[] {
  return [
    ...originParams(run),
    run.status,
    run.reason ?? null,
    run.attempt,
    run.recoveries,
    run.node ?? null,
    run.startedAt ?? null,
    run.finishedAt,
    run.progress === undefined ? null : JSON.stringify(run.progress),
    run.result ?? null,
    errorsText(run.errors),
    run.jobVersion ?? null,
    run.cancelledBy ?? null,
    run.fingerprint ?? null,
    run.dueAt ?? null,
  ];
}

/** The values of {@link ORIGIN_COLUMNS}, in order. */
export function originParams(run: RunOrigin): Value[] {
  return [
    Number(run.id),
    Number(run.jobUid),
    storedTrigger(run),
    run.scheduledFor ?? null,
    run.catchUp,
    run.missed,
    run.missedFrom ?? null,
    run.payload ?? null,
    run.retryOf === undefined ? null : Number(run.retryOf),
    run.queuedAt,
    run.requestedBy ?? null,
  ];
}

export function errorsText(errors: readonly AttemptError[]): JsonText | null {
  return errors.length === 0 ? null : JSON.stringify(errors);
}

/** Reads a run that its dedupe key kept after the run's row was pruned. */
export function keptRunOf(text: JsonText): FinishedRun {
  return storedJson('pruned_run of dedupe_keys', text) as FinishedRun;
}
