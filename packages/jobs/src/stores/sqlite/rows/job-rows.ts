import { JOB_COLUMNS, NEW_JOB_COLUMNS, STATE_COLUMNS } from '../../rows/job-row.ts';

const assignments = (columns: readonly string[]) => columns.map((column) => `${column} = ?`).join(', ');

/** Parameters: {@link newJobParams}. */
export const INSERT_JOB = `INSERT INTO jobs (${NEW_JOB_COLUMNS.join(', ')}) VALUES (${NEW_JOB_COLUMNS.map(() => '?').join(', ')})`;
/** Parameters: {@link jobParams}, then the uid. */
export const UPDATE_JOB = `UPDATE jobs SET ${assignments(JOB_COLUMNS)} WHERE uid = ?`;
/** Parameters: {@link stateParams}, then the uid. Leaves the planner's index alone. */
export const UPDATE_JOB_STATE = `UPDATE jobs SET ${assignments(STATE_COLUMNS)} WHERE uid = ?`;
/** Parameters: {@link stateParams}, then `wake_at` and the uid. */
export const UPDATE_JOB_WAKE = `UPDATE jobs SET ${assignments(STATE_COLUMNS)}, wake_at = ? WHERE uid = ?`;
/** Jobs as {@link storedJobOf} reads them; goes on with a WHERE about `jobs` or `job_types`. */
export const SELECT_JOB = `SELECT uid, ${JOB_COLUMNS.map((column) => `jobs.${column}`).join(', ')},
  job_types.type AS type, job_types.version AS type_version
  FROM jobs JOIN job_types ON job_types.key = jobs.type_key`;
