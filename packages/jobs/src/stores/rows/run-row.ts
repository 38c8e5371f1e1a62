import type { AttemptError, FinishedRun, JsonText, RunOrigin } from '../../core/model/run.ts';
import type { Mutable } from '../../core/objects.ts';
import { progressOf } from './stored-run-json.ts';

export const ORIGIN_COLUMNS =
  'id, job_uid, trigger, scheduled_for, catch_up, missed, missed_from, payload, retry_of, queued_at';

/** Columns of a run in `live_runs` that waits for nothing but a claim: the others are known. */
export const FREE_COLUMNS = `${ORIGIN_COLUMNS}, available_at, failures, recoveries, errors, progress, trace`;

/** Columns of `live_runs` as each store's `liveRunOf` reads them, as arrays. */
export const LIVE_COLUMNS = `${FREE_COLUMNS}, status, held, node, fence, started_at, cancel, zombie_since`;

/** Columns of `runs` as each store's `finishedRunOf` reads them, as arrays. */
export const FINISHED_COLUMNS = `${ORIGIN_COLUMNS}, status, reason, attempt, recoveries, node, started_at, finished_at, progress, result, errors`;

/** {@link ORIGIN_COLUMNS}: PostgreSQL keeps words and booleans where SQLite keeps numbers. */
export type OriginRow<Trigger, Flag> = [
  id: number,
  jobUid: number,
  trigger: Trigger,
  scheduledFor: number | null,
  catchUp: Flag,
  missed: number,
  missedFrom: number | null,
  payload: string | null,
  retryOf: number | null,
  queuedAt: number,
];

/** {@link FREE_COLUMNS}. */
export type FreeRow<Trigger, Flag> = [
  ...OriginRow<Trigger, Flag>,
  availableAt: number,
  failures: number,
  recoveries: number,
  errors: string | null,
  progress: string | null,
  trace: string | null,
];

/** Adds what not every run has. */
export function addOrigin(
  run: Mutable<RunOrigin>,
  row: readonly [...OriginRow<unknown, unknown>, ...unknown[]],
): void {
  if (row[3] !== null) run.scheduledFor = row[3];
  if (row[6] !== null) run.missedFrom = row[6];
  if (row[7] !== null) run.payload = row[7];
  if (row[8] !== null) run.retryOf = String(row[8]);
}

export function errorsText(errors: readonly AttemptError[]): JsonText | null {
  return errors.length === 0 ? null : JSON.stringify(errors);
}

/** Adds the progress that is stored with a run, if it has any. */
export function addProgress(run: Mutable<Pick<FinishedRun, 'progress'>>, text: JsonText | null): void {
  const progress = text === null ? undefined : progressOf(text);
  if (progress !== undefined) run.progress = progress;
}

/** A run kept with its dedupe key after its row was pruned. */
export function keptRunOf(text: JsonText): FinishedRun {
  return JSON.parse(text) as FinishedRun;
}
