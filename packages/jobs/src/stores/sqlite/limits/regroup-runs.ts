import type { Job } from '../../../core/model/job.ts';
import type { JsonText } from '../../../core/model/run.ts';
import { numberOf } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { Writer } from '../writer/writer.ts';

type RunRow = [id: number, key: number, type: string, queueKey: number, payload: JsonText];

/** Gives a batch of live runs the keys that the limits in force say. Returns the id of the last one. */
export function regroupRuns(w: Writer, after: number, limit: number): number | undefined {
  let last: number | undefined;
  for (const row of w.db.arrays(RUNS_AFTER).all(after, limit)) {
    const [id, key, type, queueKey, payload] = rowOf<RunRow>(row);
    setKey(w, { id, key, newKey: w.groups.keyOf(type, queueKey, payload) ?? queueKey });
    last = id;
  }
  return last;
}

/**
 * Gives the runs of a job the type version and the groups of its new definition. A claimed run keeps its
 * value: it runs with the payload that the job had at its claim.
 */
export function regroupRunsOfJob(w: Writer, uid: number, job: Job): void {
  regroupRows(w, w.db.arrays(RUNS_OF_JOB).all(uid), job);
}

/** {@link regroupRunsOfJob} for one run. */
export function regroupRunOfJob(w: Writer, runId: string, job: Job): void {
  regroupRows(w, w.db.arrays(RUN_OF_JOB).all(Number(runId)), job);
}

/** Whether claims find runs of a job, or would find them, by the keys of groups. */
export function isInGroups(w: Writer, uid: number, { type }: Job): boolean {
  const { limits } = w.unit;
  if (limits.size === 0) return false;
  return limits.has(type) || w.db.arrays(IS_IN_GROUPS).get(uid) !== undefined;
}

function regroupRows(w: Writer, rows: readonly unknown[], job: Job): void {
  const { type, typeVersion, payload } = job;
  for (const row of rows) {
    const [id, key, runVersion, own, value] =
      rowOf<[number, number, number | null, string | null, string | null]>(row);
    const version = own === null ? typeVersion : Math.max(typeVersion, runVersion ?? 0);
    const typeKey = w.types.queueOf(w.types.keyOf(type, version), job);
    const newKey =
      value === null
        ? w.groups.keyOf(type, typeKey, own ?? payload)
        : w.groups.keyOfValue(type, typeKey, value);
    setKey(w, { id, key, newKey: newKey ?? typeKey });
  }
}

function setKey(
  w: Writer,
  { id, key, newKey }: { readonly id: number; readonly key: number; readonly newKey: number },
): void {
  if (newKey === key) return;
  w.db.write(SET_KEY, newKey, id);
  if (newKey < GROUP_KEYS_BELOW) w.groups.wake(newKey, numberOf(w.db.arrays(DUE_AT).get(id)) ?? w.unit.now);
}

/** The key that says the version and the priority of a run. */
const QUEUE_KEY = `CASE WHEN live_runs.type_key >= ${GROUP_KEYS_BELOW} THEN live_runs.type_key
  ELSE (SELECT limit_keys.type_key FROM limit_keys WHERE limit_keys.key = live_runs.type_key) END`;
const VERSION = `(SELECT version FROM job_types WHERE key = ${QUEUE_KEY})`;
const RUNS_AFTER = `SELECT live_runs.id, live_runs.type_key, of_job.type, ${QUEUE_KEY}, coalesce(live_runs.payload, jobs.payload)
  FROM live_runs JOIN jobs ON uid = job_uid JOIN job_types AS of_job ON of_job.key = jobs.type_key
  WHERE live_runs.id > ? ORDER BY live_runs.id LIMIT ?`;
const runsOfJob = (
  which: string,
) => `SELECT id, type_key, ${VERSION}, payload, CASE WHEN node IS NOT NULL THEN (
    SELECT value FROM limit_groups WHERE limit_groups.id = (SELECT group_id FROM limit_keys WHERE key = live_runs.type_key)) END
  FROM live_runs WHERE ${which} = ?`;
const RUNS_OF_JOB = runsOfJob('job_uid');
const RUN_OF_JOB = runsOfJob('id');
const IS_IN_GROUPS = `SELECT 1 FROM live_runs WHERE job_uid = ? AND type_key < ${GROUP_KEYS_BELOW} LIMIT 1`;
const SET_KEY = 'UPDATE live_runs SET type_key = ? WHERE id = ?';
const DUE_AT = 'SELECT available_at FROM live_runs WHERE id = ?';
