import {
  JOB_COLUMNS,
  type JobColumn,
  NEW_JOB_COLUMNS,
  namesOf,
  STATE_COLUMNS,
  selectJob,
  WAKE_AT,
  WATCHED_COLUMNS,
} from '../../rows/jobs/job-row.ts';

const assignments = (columns: readonly JobColumn[]) => columns.map(({ name }) => `${name} = ?`).join(', ');

/** The columns that a run of a watched job changes. */
export const WATCHED_STATE_COLUMNS = [...STATE_COLUMNS, WAKE_AT, ...WATCHED_COLUMNS];

/** Parameters: {@link NEW_JOB_COLUMNS}. */
export const INSERT_JOB = `INSERT INTO jobs (${namesOf(NEW_JOB_COLUMNS)}) VALUES (${NEW_JOB_COLUMNS.map(() => '?').join(', ')})`;
/** Parameters: {@link JOB_COLUMNS}, then the uid. */
export const UPDATE_JOB = `UPDATE jobs SET ${assignments(JOB_COLUMNS)} WHERE uid = ?`;
/** Parameters: {@link STATE_COLUMNS}, then the uid. Leaves the planner's index alone. */
export const UPDATE_JOB_STATE = `UPDATE jobs SET ${assignments(STATE_COLUMNS)} WHERE uid = ?`;
/** Parameters: {@link STATE_COLUMNS}, then `wake_at` and the uid. */
export const UPDATE_JOB_WAKE = `UPDATE jobs SET ${assignments(STATE_COLUMNS)}, wake_at = ? WHERE uid = ?`;
/** Parameters: {@link WATCHED_STATE_COLUMNS}, then the uid. */
export const UPDATE_WATCHED_JOB = `UPDATE jobs SET ${assignments(WATCHED_STATE_COLUMNS)} WHERE uid = ?`;
export const SELECT_JOB = selectJob('');
