import {
  END_COLUMNS,
  endChanged,
  endParams,
  JOB_COLUMNS,
  NEW_JOB_COLUMNS,
  SLOT_COLUMNS,
  STATE_COLUMNS,
  type StoredJob,
  slotChanged,
  slotParams,
  stateParams,
} from '../rows/job-row.ts';
import { arraysOf } from './run-rows.ts';

const SLOT_TYPES = 'bigint, bigint, bigint';
const END_TYPES = 'bigint, text, bigint, bigint, bigint, bigint, bigint';
const SCHEDULE_TYPES = 'text, text, bigint, text, text, text, bigint, bigint';
const BACKOFF_TYPES = 'bigint, bigint, double precision, double precision';
/** In the order of {@link NEW_JOB_COLUMNS}, then the uid. */
const NEW_JOB_TYPES = [
  'bigint, bigint, bigint, integer, integer, text, bigint, bigint',
  'text, text, bigint, text',
  `${SCHEDULE_TYPES}, text, text, bigint, bigint, ${BACKOFF_TYPES}, text, text, text`,
  'bigint',
].join(', ');

const assigned = (columns: readonly string[]) =>
  columns.map((column, n) => `${column} = $${n + 1}`).join(', ');

const NEW_JOB = [...NEW_JOB_COLUMNS, 'uid'];
const INTO_JOBS = `INSERT INTO greenvue_jobs.jobs (${NEW_JOB.join(', ')})`;
const UNLESS_IN_USE = 'ON CONFLICT (id) WHERE deleted_at IS NULL DO NOTHING RETURNING uid';
/** Parameters: {@link newJobParams}, then the uid. An id in use is left as it is. */
export const INSERT_JOB = `${INTO_JOBS} VALUES (${NEW_JOB.map((_, n) => `$${n + 1}`).join(', ')}) ${UNLESS_IN_USE}`;
/**
 * Columns: those parameters. Of jobs with the same id, the first is taken; in the order of ids, so that two transactions do not
 * wait for each other.
 */
const INSERT_JOBS = `${INTO_JOBS}
  SELECT * FROM unnest(${arraysOf(NEW_JOB_TYPES)}) AS new (${NEW_JOB.join(', ')}) ORDER BY id, uid
  ${UNLESS_IN_USE}`;
export const NEW_JOB_WIDTH = NEW_JOB.length;
/** Of an entry of the audit: uid of its job, actor, action, target, change. */
export const AUDIT_WIDTH = 5;
/** {@link INSERT_JOBS}, and the audit of those that are made. Columns: those of the jobs, those of the entries; then the time of all entries. */
export const INSERT_AUDITED_JOBS = `WITH made AS (${INSERT_JOBS}), told AS (
    INSERT INTO greenvue_jobs.audit (actor, action, target, change, at)
    SELECT actor, action, target, change, $${NEW_JOB_WIDTH + AUDIT_WIDTH + 1}::bigint
    FROM unnest(${arraysOf('bigint, text, text, text, text', NEW_JOB_WIDTH)}) AS entry (uid, actor, action, target, change)
    JOIN made USING (uid) ORDER BY uid)
  SELECT uid FROM made`;
/** Parameters: {@link jobParams}, then the uid. */
export const UPDATE_JOB = `UPDATE greenvue_jobs.jobs SET ${assigned(JOB_COLUMNS)} WHERE uid = $${JOB_COLUMNS.length + 1}`;

type Value = string | number | null;

/** Writes a part of the state of jobs. Columns: `params`. */
export interface StateUpdate {
  readonly sql: string;
  readonly width: number;
  params(job: StoredJob): Value[];
}

const wakeOf = ({ job }: StoredJob) => job.wakeAt ?? null;
/** No more columns than have changed: each that is told of many jobs costs a little for each of them. */
export const SLOT_UPDATE = stateUpdate([...SLOT_COLUMNS, 'wake_at'], `${SLOT_TYPES}, bigint`, (stored) => [
  ...slotParams(stored),
  wakeOf(stored),
]);
export const END_UPDATE = stateUpdate(END_COLUMNS, END_TYPES, endParams);
export const STATE_UPDATE = stateUpdate(
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
  columns: readonly string[],
  types: string,
  values: (job: StoredJob) => Value[],
): StateUpdate {
  return {
    sql: `UPDATE greenvue_jobs.jobs SET ${columns.map((column) => `${column} = new.${column}`).join(', ')}
  FROM unnest(${arraysOf(`${types}, bigint`)}) AS new (${columns.join(', ')}, uid) WHERE jobs.uid = new.uid`,
    width: columns.length + 1,
    params: (stored) => [...values(stored), stored.uid],
  };
}
/** Jobs as {@link storedJobOf} reads them; goes on with a WHERE about `jobs` or `job_types`. */
export const SELECT_JOB = `SELECT uid, ${JOB_COLUMNS.map((column) => `jobs.${column}`).join(', ')},
  job_types.type AS type, job_types.version AS type_version
  FROM greenvue_jobs.jobs JOIN greenvue_jobs.job_types ON job_types.key = jobs.type_key`;
