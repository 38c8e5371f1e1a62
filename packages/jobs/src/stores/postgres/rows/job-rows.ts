import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import {
  END_COLUMNS,
  hasChanged,
  JOB_COLUMNS,
  type JobColumn,
  NEW_JOB_COLUMNS,
  namesOf,
  paramsOf,
  SLOT_COLUMNS,
  STATE_COLUMNS,
  selectJob,
  UID,
  WAKE_AT,
} from '../../rows/job-row.ts';
import { rowsStatement } from './rows-statement.ts';

const typesOf = (columns: readonly JobColumn[]) => columns.map(({ type }) => type).join(', ');

/** What differs from job to job where many are made at once. */
const VARYING_OF_NEW =
  'uid, id, name, wake_at, next_run_at, interval, every_ms, cron, start_at, run_at, payload, trace, change'.split(
    ', ',
  );
const INTO_JOBS = `INSERT INTO greenvue_jobs.jobs (${namesOf(NEW_JOB_COLUMNS)})`;
const UNLESS_IN_USE = 'ON CONFLICT (id) WHERE deleted_at IS NULL DO NOTHING RETURNING uid';
/** Parameters: {@link NEW_JOB_COLUMNS}. An id in use is left as it is. */
export const INSERT_JOB = `${INTO_JOBS} VALUES (${NEW_JOB_COLUMNS.map((_, n) => `$${n + 1}`).join(', ')}) ${UNLESS_IN_USE}`;
/**
 * Columns: those parameters; then actor, action and change of an entry in the audit, the action null where
 * there is none; then the time of all entries. Of jobs with the same id, the first is taken; in the order of
 * ids, so that two transactions do not wait for each other.
 */
export const INSERT_AUDITED_JOBS = rowsStatement(
  {
    names: [...NEW_JOB_COLUMNS.map(({ name }) => name), 'actor', 'action', 'change'],
    types: `${typesOf(NEW_JOB_COLUMNS)}, text, text, text`,
    varying: VARYING_OF_NEW,
  },
  (rows, at) => `WITH asked AS MATERIALIZED (SELECT * FROM ${rows}),
  made AS (${INTO_JOBS} SELECT ${namesOf(NEW_JOB_COLUMNS)} FROM asked ORDER BY id, uid ${UNLESS_IN_USE}),
  told AS (
    INSERT INTO greenvue_jobs.audit (actor, action, target, change, at)
    SELECT actor, action, id, change, ${at}::bigint FROM asked JOIN made USING (uid)
    WHERE action IS NOT NULL ORDER BY uid)
  SELECT uid FROM made`,
);
/** Parameters: {@link JOB_COLUMNS}, then the uid. */
export const UPDATE_JOB = `UPDATE greenvue_jobs.jobs SET ${JOB_COLUMNS.map(({ name }, n) => `${name} = $${n + 1}`).join(', ')}
  WHERE uid = $${JOB_COLUMNS.length + 1}`;

/** The same for all jobs that are fine: nothing was skipped, and their last runs have succeeded. */
const OF_FINE_JOBS: ReadonlySet<string> = new Set([
  'skipped_count',
  'last_status',
  'failed_in_row',
  'failing_since',
]);
const CHANGED_BY_SLOT = [...SLOT_COLUMNS, WAKE_AT];
/** No more columns than have changed: each that is told of many jobs costs a little for each of them. */
const SLOT_UPDATE = stateUpdate(CHANGED_BY_SLOT);
const END_UPDATE = stateUpdate(END_COLUMNS);
const STATE_UPDATE = stateUpdate([...STATE_COLUMNS, WAKE_AT]);

/** Writes a part of the state of jobs. */
export type StateUpdate = ReturnType<typeof stateUpdate>;

/** The one that writes all that has changed, if that is only state. */
export function stateUpdateOf(before: StoredJob, after: StoredJob): StateUpdate {
  if (!hasChanged(CHANGED_BY_SLOT, before, after)) return END_UPDATE;
  return hasChanged(END_COLUMNS, before, after) ? STATE_UPDATE : SLOT_UPDATE;
}

function stateUpdate(changed: readonly JobColumn[]) {
  const columns = [...changed, UID];
  const names = columns.map(({ name }) => name);
  const set = changed.map(({ name }) => `${name} = new.${name}`).join(', ');
  return {
    statement: rowsStatement(
      { names, types: typesOf(columns), varying: names.filter((name) => !OF_FINE_JOBS.has(name)) },
      (rows) => `UPDATE greenvue_jobs.jobs SET ${set} FROM ${rows} WHERE jobs.uid = new.uid`,
    ),
    /** A row of it. */
    params: (stored: StoredJob) => paramsOf(columns, stored),
  };
}

export const SELECT_JOB = selectJob('greenvue_jobs.');
