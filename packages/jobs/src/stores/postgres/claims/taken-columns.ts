import type { RunTrigger } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { ClaimedRun } from '../../../core/store/store-passes.ts';
import { indexOfJob } from '../../../core/transactions/claim.ts';
import type { JobIndexes } from '../../../core/transactions/tables/tables.ts';

/** Whether the trigger is not the `usualTrigger`. Retries by hand are manual, also those of slots. */
const IS_UNUSUAL = `CASE WHEN retry_of IS NULL THEN trigger = 'chain' ELSE scheduled_for IS NOT NULL END`;
/** Columns of claimed rows of `live_runs`, in the order in which they start. See {@link claimedRunsIn}. */
export const TAKEN_COLUMNS = `count(*) FILTER (WHERE status = 'running'), array_agg(id), array_agg(fence),
    array_agg(job_uid), array_agg(failures), array_agg(available_at), array_agg(catch_up::integer::bigint), array_agg(missed),
    array_agg(scheduled_for), json_object_agg(id, payload) FILTER (WHERE payload IS NOT NULL),
    json_object_agg(id, trace) FILTER (WHERE trace IS NOT NULL),
    json_object_agg(id, expires_at) FILTER (WHERE expires_at IS NOT NULL),
    json_object_agg(id, CASE WHEN retry_of IS NULL THEN trigger ELSE 'manual' END) FILTER (WHERE ${IS_UNUSUAL})`;

type Column<Value = number> = readonly Value[] | null;
type ById<Value> = Readonly<Record<string, Value>>;
/** The values of {@link TAKEN_COLUMNS}. One array for each column costs less than one row for each run. */
export type TakenColumns = readonly [
  /** The first `started` runs start at once. The others are prefetched. */
  started: number,
  ids: Column,
  fences: Column,
  jobUids: Column,
  failures: Column,
  availableAts: Column,
  catchUps: Column,
  missed: Column,
  slots: Column<number | null>,
  /** By run id. Only runs with such a value have an entry. */
  payloads: ById<string> | null,
  traces: ById<string> | null,
  expiresAts: ById<number> | null,
  /** Only those that are not the `usualTrigger`. */
  triggers: ById<RunTrigger> | null,
];

/** The runs of {@link TAKEN_COLUMNS}, in the order in which they start. */
export function claimedRunsIn(
  row: TakenColumns,
  jobs: JobIndexes,
  hasPriority: boolean,
): readonly Mutable<ClaimedRun>[] {
  const [started, ids, fences, jobUids, failures, availableAts, catchUps, missed, slots, ...rare] = row;
  const [payloads, traces, expiresAts, triggers] = rare;
  return (ids ?? []).map((id, n) => {
    const claimed: Mutable<ClaimedRun> = {
      id: String(id),
      job: indexOfJob(jobs, at(jobUids, n)),
      fence: at(fences, n),
      attempt: at(failures, n) + 1,
      availableAt: at(availableAts, n),
      started: n < started,
      catchUp: at(catchUps, n) !== 0,
      missed: at(missed, n),
    };
    const scheduledFor = at(slots, n);
    if (scheduledFor !== null) claimed.scheduledFor = scheduledFor;
    const payload = payloads?.[claimed.id];
    if (payload !== undefined) claimed.payload = payload;
    const trace = traces?.[claimed.id];
    if (trace !== undefined) claimed.trace = trace;
    const expiresAt = expiresAts?.[claimed.id];
    if (expiresAt !== undefined) claimed.expiresAt = expiresAt;
    const trigger = triggers?.[claimed.id];
    if (trigger !== undefined) claimed.trigger = trigger;
    if (hasPriority) claimed.hasPriority = true;
    return claimed;
  });
}

function at<Value>(column: Column<Value>, n: number): Value {
  const value = column?.[n];
  if (value === undefined) throw new Error('a column of the claim is too short');
  return value;
}
