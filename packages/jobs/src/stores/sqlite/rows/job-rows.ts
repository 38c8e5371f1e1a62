import { JOB_COLUMNS, NEW_JOB_COLUMNS, STATE_COLUMNS, selectJob } from '../../rows/job-row.ts';

const assignments = (columns: readonly string[]) => columns.map((column) => `${column} = ?`).join(', ');

/** Parameters: {@link newJobParams}. */
export const INSERT_JOB = `INSERT INTO jobs (${NEW_JOB_COLUMNS.join(', ')}) VALUES (${NEW_JOB_COLUMNS.map(() => '?').join(', ')})`;
/** Parameters: {@link jobParams}, then the uid. */
export const UPDATE_JOB = `UPDATE jobs SET ${assignments(JOB_COLUMNS)} WHERE uid = ?`;
/** Parameters: {@link stateParams}, then the uid. Leaves the planner's index alone. */
export const UPDATE_JOB_STATE = `UPDATE jobs SET ${assignments(STATE_COLUMNS)} WHERE uid = ?`;
/** Parameters: {@link stateParams}, then `wake_at` and the uid. */
export const UPDATE_JOB_WAKE = `UPDATE jobs SET ${assignments(STATE_COLUMNS)}, wake_at = ? WHERE uid = ?`;
export const SELECT_JOB = selectJob('');
