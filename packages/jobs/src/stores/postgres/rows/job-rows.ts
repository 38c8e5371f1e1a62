import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import {
  DECLARED,
  END_COLUMNS,
  hasChanged,
  isDeclaredAnew,
  JOB_COLUMNS,
  type JobColumn,
  NEW_JOB_COLUMNS,
  namesOf,
  onlyStateChanged,
  paramsOf,
  SLOT_COLUMNS,
  STATE_COLUMNS,
  selectJob,
  UID,
  VARYING_COLUMNS,
  WAKE_AT,
  WATCHED_COLUMNS,
} from '../../rows/jobs/job-row.ts';
import { rowsStatement } from './rows-statement.ts';

const typesOf = (columns: readonly JobColumn[]) => columns.map(({ type }) => type).join(', ');

/** The columns whose values differ between jobs that are made together. */
const VARYING_OF_NEW =
  'uid, id, name, wake_at, next_run_at, next_slot_at, interval, every_ms, cron, start_at, end_at, run_at, payload, trace, change'.split(
    ', ',
  );
const INTO_JOBS = `INSERT INTO greenvue_jobs.jobs (${namesOf(NEW_JOB_COLUMNS)}, followed)`;
/** 1 if other jobs name this id as the job that they follow (P32, chains and gates). */
const followed = (id: string) => `(SELECT 1 FROM greenvue_jobs.jobs AS follower
  WHERE follower.after_job = ${id} AND follower.deleted_at IS NULL LIMIT 1)`;
const ID_PARAM = `$${NEW_JOB_COLUMNS.findIndex(({ name }) => name === 'id') + 1}`;
const UNLESS_IN_USE = 'ON CONFLICT (id) WHERE deleted_at IS NULL DO NOTHING RETURNING uid';
/** Parameters: {@link NEW_JOB_COLUMNS}. If the id is in use, it changes nothing. */
export const INSERT_JOB = `${INTO_JOBS} VALUES (${NEW_JOB_COLUMNS.map((_, n) => `$${n + 1}`).join(', ')}, ${followed(ID_PARAM)}) ${UNLESS_IN_USE}`;
/**
 * Columns: {@link NEW_JOB_COLUMNS}; actor, action and change of the audit entry (no entry if the action is
 * null). `more`: the time of all entries. Of jobs with the same id, inserts the first. Works in the order of
 * ids to avoid deadlocks.
 */
export const INSERT_AUDITED_JOBS = rowsStatement(
  {
    names: [...NEW_JOB_COLUMNS.map(({ name }) => name), 'actor', 'action', 'change'],
    types: `${typesOf(NEW_JOB_COLUMNS)}, text, text, text`,
    varying: VARYING_OF_NEW,
  },
  (rows, at) => `WITH asked AS MATERIALIZED (SELECT * FROM ${rows}),
  made AS (${INTO_JOBS} SELECT ${namesOf(NEW_JOB_COLUMNS)}, ${followed('asked.id')} FROM asked ORDER BY id, uid ${UNLESS_IN_USE}),
  told AS (
    INSERT INTO greenvue_jobs.audit (actor, action, target, change, at)
    SELECT actor, action, id, change, ${at}::bigint FROM asked JOIN made USING (uid)
    WHERE action IS NOT NULL ORDER BY uid)
  SELECT uid FROM made`,
);
/** Parameters: {@link JOB_COLUMNS}, then the uid. */
export const UPDATE_JOB = `UPDATE greenvue_jobs.jobs SET ${JOB_COLUMNS.map(({ name }, n) => `${name} = $${n + 1}`).join(', ')}
  WHERE uid = $${JOB_COLUMNS.length + 1}`;

/** The columns that have the same values for all healthy jobs: no skipped slots, last run succeeded. */
const OF_HEALTHY_JOBS: ReadonlySet<string> = new Set([
  'skipped_count',
  'last_status',
  'failed_in_row',
  'failing_since',
]);
const CHANGED_BY_SLOT = [...SLOT_COLUMNS, WAKE_AT];
/** Separate statements, because each column that a statement writes has a cost for each job. */
const SLOT_UPDATE = stateUpdate(CHANGED_BY_SLOT);
const END_UPDATE = stateUpdate(END_COLUMNS);
const STATE_UPDATE = stateUpdate([...STATE_COLUMNS, WAKE_AT]);
const WATCHED_UPDATE = stateUpdate([...STATE_COLUMNS, WAKE_AT, ...WATCHED_COLUMNS]);

/** All that can change within a version, such as the pause. */
const VARYING_UPDATE = stateUpdate(VARYING_COLUMNS);

/** Of a job in code. */
const DECLARED_UPDATE = stateUpdate([...VARYING_COLUMNS, DECLARED]);

/** A statement that writes part of the state of jobs. */
export type StateUpdate = ReturnType<typeof stateUpdate>;

/** The statement that writes the changed columns of a job whose version is the same. */
export function stateUpdateOf(before: StoredJob, after: StoredJob): StateUpdate {
  if (isDeclaredAnew(before, after)) return DECLARED_UPDATE;
  if (!onlyStateChanged(before, after)) return VARYING_UPDATE;
  if (hasChanged(WATCHED_COLUMNS, before, after)) return WATCHED_UPDATE;
  if (!hasChanged(CHANGED_BY_SLOT, before, after)) return END_UPDATE;
  return hasChanged(END_COLUMNS, before, after) ? STATE_UPDATE : SLOT_UPDATE;
}

function stateUpdate(changed: readonly JobColumn[]) {
  const columns = [...changed, UID];
  const names = columns.map(({ name }) => name);
  const set = changed.map(({ name }) => `${name} = new.${name}`).join(', ');
  return {
    statement: rowsStatement(
      { names, types: typesOf(columns), varying: names.filter((name) => !OF_HEALTHY_JOBS.has(name)) },
      (rows) => `UPDATE greenvue_jobs.jobs SET ${set} FROM ${rows} WHERE jobs.uid = new.uid`,
    ),
    /** One row of the statement's parameters. */
    params: (stored: StoredJob) => paramsOf(columns, stored),
  };
}

export const SELECT_JOB = selectJob('greenvue_jobs.');
