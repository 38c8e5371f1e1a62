import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { endChanged, endParams, slotChanged, slotParams, stateParams } from '../../rows/job-params.ts';
import {
  END_COLUMNS,
  JOB_COLUMNS,
  NEW_JOB_COLUMNS,
  SLOT_COLUMNS,
  STATE_COLUMNS,
  selectJob,
} from '../../rows/job-row.ts';
import { type RowsStatement, rowsStatement } from './rows-statement.ts';

const SLOT_TYPES = 'bigint, bigint, bigint';
const END_TYPES = 'bigint, text, bigint, bigint, bigint, bigint, bigint';
const SCHEDULE_TYPES = 'text, text, bigint, text, text, text, bigint, bigint';
const BACKOFF_TYPES = 'bigint, bigint, double precision, double precision';
/** In the order of {@link NEW_JOB_COLUMNS}. */
const NEW_JOB_TYPES = [
  'bigint, bigint, bigint, bigint, integer, integer, text, bigint, bigint',
  'text, text, bigint, text',
  `${SCHEDULE_TYPES}, text, text, bigint, bigint, ${BACKOFF_TYPES}, text, text, text`,
].join(', ');

const assigned = (columns: readonly string[]) =>
  columns.map((column, n) => `${column} = $${n + 1}`).join(', ');

/** What differs from job to job where many are made at once. */
const VARYING_OF_NEW =
  'uid, id, name, wake_at, next_run_at, interval, every_ms, cron, start_at, run_at, payload, trace, change'.split(
    ', ',
  );
const INTO_JOBS = `INSERT INTO greenvue_jobs.jobs (${NEW_JOB_COLUMNS.join(', ')})`;
const UNLESS_IN_USE = 'ON CONFLICT (id) WHERE deleted_at IS NULL DO NOTHING RETURNING uid';
/** Parameters: {@link newJobParams}. An id in use is left as it is. */
export const INSERT_JOB = `${INTO_JOBS} VALUES (${NEW_JOB_COLUMNS.map((_, n) => `$${n + 1}`).join(', ')}) ${UNLESS_IN_USE}`;
/**
 * Columns: those parameters; then actor, action and change of an entry in the audit, the action null where
 * there is none; then the time of all entries. Of jobs with the same id, the first is taken; in the order of
 * ids, so that two transactions do not wait for each other.
 */
export const INSERT_AUDITED_JOBS = rowsStatement(
  {
    names: [...NEW_JOB_COLUMNS, 'actor', 'action', 'change'],
    types: `${NEW_JOB_TYPES}, text, text, text`,
    varying: VARYING_OF_NEW,
  },
  (rows, at) => `WITH asked AS MATERIALIZED (SELECT * FROM ${rows}),
  made AS (${INTO_JOBS} SELECT ${NEW_JOB_COLUMNS.join(', ')} FROM asked ORDER BY id, uid ${UNLESS_IN_USE}),
  told AS (
    INSERT INTO greenvue_jobs.audit (actor, action, target, change, at)
    SELECT actor, action, id, change, ${at}::bigint FROM asked JOIN made USING (uid)
    WHERE action IS NOT NULL ORDER BY uid)
  SELECT uid FROM made`,
);
/** Parameters: {@link jobParams}, then the uid. */
export const UPDATE_JOB = `UPDATE greenvue_jobs.jobs SET ${assigned(JOB_COLUMNS)} WHERE uid = $${JOB_COLUMNS.length + 1}`;

type Value = string | number | null;

/** Writes a part of the state of jobs. */
export interface StateUpdate {
  readonly statement: RowsStatement;
  /** A row of it. */
  params(job: StoredJob): Value[];
}

/** The same for all jobs that are fine: nothing was skipped, and their last runs have succeeded. */
const OF_FINE_JOBS: ReadonlySet<string> = new Set([
  'skipped_count',
  'last_status',
  'failed_in_row',
  'failing_since',
]);
const wakeOf = ({ job }: StoredJob) => job.wakeAt ?? null;
/** No more columns than have changed: each that is told of many jobs costs a little for each of them. */
const SLOT_UPDATE = stateUpdate([...SLOT_COLUMNS, 'wake_at'], `${SLOT_TYPES}, bigint`, (stored) => [
  ...slotParams(stored),
  wakeOf(stored),
]);
const END_UPDATE = stateUpdate(END_COLUMNS, END_TYPES, endParams);
const STATE_UPDATE = stateUpdate(
  [...STATE_COLUMNS, 'wake_at'],
  `${SLOT_TYPES}, ${END_TYPES}, bigint`,
  (stored) => [...stateParams(stored), wakeOf(stored)],
);

/** The one that writes all that has changed, if that is only state. */
export function stateUpdateOf(before: StoredJob, after: StoredJob): StateUpdate {
  if (!slotChanged(before, after)) return END_UPDATE;
  return endChanged(before, after) ? STATE_UPDATE : SLOT_UPDATE;
}

function stateUpdate(
  changed: readonly string[],
  types: string,
  values: (job: StoredJob) => Value[],
): StateUpdate {
  const columns = [...changed, 'uid'];
  const set = changed.map((column) => `${column} = new.${column}`).join(', ');
  return {
    statement: rowsStatement(
      {
        names: columns,
        types: `${types}, bigint`,
        varying: columns.filter((column) => !OF_FINE_JOBS.has(column)),
      },
      (rows) => `UPDATE greenvue_jobs.jobs SET ${set} FROM ${rows} WHERE jobs.uid = new.uid`,
    ),
    params: (stored) => [...values(stored), stored.uid],
  };
}

export const SELECT_JOB = selectJob('greenvue_jobs.');
