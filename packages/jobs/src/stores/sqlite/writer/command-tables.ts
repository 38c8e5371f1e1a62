import { DEDUPE_MS } from '../../../core/store/store-commands.ts';
import { MAX_JOB_VERSIONS, type Tables } from '../../../core/transactions/tables/tables.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import { versionTexts } from '../../rows/jobs/job-version.ts';
import {
  PAUSE_OF_ALL_COLUMNS,
  pauseOfAllIn,
  pauseOfAllParams,
  REPLACE_PAUSE_OF_ALL,
} from '../../rows/pause-of-all-row.ts';
import { keptRunOf } from '../../rows/runs/run-row.ts';
import { rowOf } from '../rows/run-rows.ts';
import { findFinishedRun } from './runs/history.ts';
import { findLiveRun } from './runs/live-runs.ts';
import type { Writer } from './writer.ts';

/** The operations of commands on jobs and single runs. */
export function commandTables(w: Writer) {
  const findRun = (runId: string) => findLiveRun(w, Number(runId)) ?? findFinishedRun(w, Number(runId));
  const writeAudit: Tables['writeAudit'] = ({ actor, action, change }, target) =>
    w.db.write(WRITE_AUDIT, w.unit.now, actor, action, target, change);
  return {
    findRun,
    writeAudit,
    lockJob({ jobId }) {
      const stored = w.jobs.find(jobId);
      if (stored !== undefined) w.unit.jobs.set(stored.uid, stored);
      return { stored, isShared: false };
    },
    lockRun(runId) {
      const live = findLiveRun(w, Number(runId));
      if (live === undefined) return findFinishedRun(w, Number(runId));
      w.lock(Number(live.jobUid));
      return live;
    },
    dedupedRun({ dedupeKey = '' }, uid) {
      const row = w.db.arrays(DEDUPED).get(uid, dedupeKey, w.unit.now - DEDUPE_MS);
      if (row === undefined) return undefined;
      const [runId, prunedRun] = rowOf<[number, string | null]>(row);
      return prunedRun === null ? findRun(String(runId)) : keptRunOf(prunedRun);
    },
    keepDedupeKey: ({ uid, key, runId }) => w.db.write(KEEP_DEDUPE_KEY, uid, key, Number(runId), w.unit.now),
    keepVersion({ uid, job, by }) {
      const [definition, payload] = versionTexts(job);
      const { now } = w.unit;
      w.db.write(KEEP_VERSION, uid, job.version, definition, payload, job.updatedAt, now, by ?? null);
      for (const id of numbersIn(w.db.arrays(MARK_CLAIMED).all(job.version, uid))) w.claimed.delete(id);
      w.db.write(DROP_VERSIONS, uid, job.version - MAX_JOB_VERSIONS);
    },
    readPauseOfAll: () => pauseOfAllIn(w.db.arrays(READ_PAUSE_OF_ALL).all()),
    writePauseOfAll: (pause) => w.db.write(WRITE_PAUSE_OF_ALL, ...pauseOfAllParams(pause)),
    newUids: (count) => Array.from({ length: count }, () => w.ids.next(w.unit.now)),
    insertJobs(jobs) {
      const created = new Set<number>();
      for (const { input, uid, job } of jobs) {
        if (w.jobs.find(job.id) !== undefined) continue;
        const typeKey = w.types.keyOf(job.type, job.typeVersion);
        w.jobs.insert({ job, uid, typeKey, finishedCount: 0, skippedCount: 0 });
        if (input.audit !== undefined) writeAudit(input.audit, job.id);
        created.add(uid);
      }
      return created;
    },
    countJobsBy: (by, upTo) => numberOf(w.db.arrays(COUNT_JOBS_BY).get(by, upTo)) ?? 0,
    declaredJobs(ids) {
      const found = ids.flatMap((id) => w.jobs.find(id) ?? []);
      const declared = numbersIn(w.db.arrays(DECLARED_JOBS).all()).map((uid) => w.jobs.require(uid));
      const byUid = new Map([...found, ...declared].map((stored) => [stored.uid, stored]));
      return [...byUid.values()].sort((a, b) => a.uid - b.uid);
    },
    lockFreeJobs: (uids) => uids.map((uid) => w.lock(uid)),
    uidsOf: (ids) =>
      new Map(
        ids.flatMap((id) => {
          const stored = w.jobs.find(id);
          return stored === undefined ? [] : [[id, stored.uid] as const];
        }),
      ),
  } satisfies Partial<Tables>;
}

const COUNT_JOBS_BY = `SELECT count(*) FROM
  (SELECT 1 FROM jobs WHERE created_by = ? AND deleted_at IS NULL LIMIT ?)`;
const DECLARED_JOBS = 'SELECT uid FROM jobs WHERE declared IS NOT NULL AND deleted_at IS NULL';
const DEDUPED = 'SELECT run_id, pruned_run FROM dedupe_keys WHERE job_uid = ? AND key = ? AND at > ?';
const KEEP_DEDUPE_KEY = `INSERT INTO dedupe_keys (job_uid, key, run_id, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (job_uid, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, pruned_run = NULL`;
const KEEP_VERSION = `INSERT INTO job_versions (job_uid, version, definition, payload, made_at, replaced_at, replaced_by)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
const MARK_CLAIMED = `UPDATE live_runs SET job_version = ?
  WHERE job_uid = ? AND held = 0 AND node IS NOT NULL AND job_version IS NULL RETURNING id`;
const DROP_VERSIONS = `DELETE FROM job_versions WHERE job_uid = ?1 AND version <= ?2 AND version NOT IN (
    SELECT job_version FROM runs WHERE job_uid = ?1 AND job_version IS NOT NULL
    UNION SELECT job_version FROM live_runs WHERE job_uid = ?1 AND job_version IS NOT NULL)`;
const WRITE_AUDIT = 'INSERT INTO audit (at, actor, action, target, change) VALUES (?, ?, ?, ?, ?)';
const READ_PAUSE_OF_ALL = `SELECT ${PAUSE_OF_ALL_COLUMNS} FROM pause_of_all`;
const WRITE_PAUSE_OF_ALL = `INSERT INTO pause_of_all (one, ${PAUSE_OF_ALL_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?)
  ON CONFLICT (one) DO UPDATE SET ${REPLACE_PAUSE_OF_ALL}`;
