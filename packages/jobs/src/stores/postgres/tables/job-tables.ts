import type { AuditEntry } from '../../../core/store/store-commands.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { type JobToInsert, MAX_JOB_VERSIONS } from '../../../core/transactions/tables/tables.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import { NEW_JOB_COLUMNS, paramsOf, storedJobOf } from '../../rows/jobs/job-row.ts';
import { versionTexts } from '../../rows/jobs/job-version.ts';
import {
  PAUSE_OF_ALL_COLUMNS,
  pauseOfAllIn,
  pauseOfAllParams,
  REPLACE_PAUSE_OF_ALL,
} from '../../rows/pause-of-all-row.ts';
import { lockFreeDeclared } from '../locks/job-locks.ts';
import { INSERT_AUDITED_JOBS, INSERT_JOB, SELECT_JOB } from '../rows/job-rows.ts';
import { rowOf } from '../rows/run-rows.ts';
import { becomeDue, nextIds, type Unit } from './unit.ts';

export interface HowToInsert {
  /** It is a caller's transaction: a statement must not change two tables, and no statement may end it. */
  readonly isCallers?: boolean | undefined;
  /** Uids that were drawn before. */
  readonly uids?: readonly number[] | undefined;
}

/** How transactions add jobs. Call `TypeKeys.ensure` for their types first. */
export function jobTables(
  u: Unit,
  { isCallers, uids }: HowToInsert,
): Pick<
  AsyncTables,
  | 'newUids'
  | 'insertJobs'
  | 'countJobsBy'
  | 'uidsOf'
  | 'declaredJobs'
  | 'lockFreeJobs'
  | 'writeAudit'
  | 'keepVersion'
  | 'readPauseOfAll'
  | 'writePauseOfAll'
> {
  const rowFor = ({ uid, job }: JobToInsert) => {
    const typeKey = u.shared.types.keyOf(job);
    return paramsOf(NEW_JOB_COLUMNS, { job, uid, typeKey, finishedCount: 0, skippedCount: 0 });
  };
  const writeAudit = ({ actor, action, change }: AuditEntry, target: string) =>
    u.q.write(WRITE_AUDIT, [u.now, actor, action, target, change]);
  const insertAll = (jobs: readonly JobToInsert[], isLast: boolean) => {
    const rows = jobs.map((one) => {
      const { audit } = one.input;
      return [...rowFor(one), audit?.actor ?? null, audit?.action ?? null, audit?.change ?? null];
    });
    return u.q[isLast ? 'commitWith' : 'arrays'](...INSERT_AUDITED_JOBS(rows, u.now));
  };
  const insertEach = async (jobs: readonly JobToInsert[]) => {
    const made: unknown[] = [];
    for (const one of jobs) {
      const rows = await u.q.arrays(INSERT_JOB, rowFor(one));
      made.push(...rows);
      const { audit } = one.input;
      if (rows.length > 0 && audit !== undefined) await writeAudit(audit, one.job.id);
    }
    return made;
  };
  return {
    newUids: async (count) => uids ?? nextIds(u.q, count),
    async insertJobs(jobs, { isLast }) {
      const wakes = jobs.flatMap(({ job: { wakeAt = [] } }) => wakeAt);
      becomeDue(u, 'jobs', wakes);
      const created = new Set(numbersIn(await (isCallers ? insertEach(jobs) : insertAll(jobs, isLast))));
      // Remembers the new jobs, so that their first runs need not read them.
      u.onceWritten.push(() => {
        for (const { input, uid, job } of jobs)
          if (created.has(uid)) u.shared.known.made(input.definition, job);
      });
      return created;
    },
    async countJobsBy(by, upTo) {
      await u.q.arrays(LOCK_CALLER, [CALLER_CLASS, by]);
      return numberOf((await u.q.arrays(COUNT_JOBS_BY, [by, upTo]))[0]) ?? 0;
    },
    async uidsOf(ids) {
      const rows = await u.q.arrays(UIDS_OF, [ids]);
      return new Map(rows.map((row) => rowOf<[string, number]>(row)));
    },
    declaredJobs: async (ids) => (await u.q.objects(DECLARED_JOBS, [ids])).map(storedJobOf),
    lockFreeJobs: (uids) => lockFreeDeclared(u, uids),
    writeAudit,
    async keepVersion({ uid, job, by = null }) {
      const [definition, payload] = versionTexts(job);
      const { q, now } = u;
      await q.write(KEEP_VERSION, [uid, job.version, definition, payload, job.updatedAt, now, by]);
      await q.write(MARK_CLAIMED, [uid, job.version]);
      await q.write(DROP_VERSIONS, [uid, job.version - MAX_JOB_VERSIONS]);
    },
    readPauseOfAll: async () => pauseOfAllIn(await u.q.arrays(READ_PAUSE_OF_ALL)),
    writePauseOfAll: (pause) => u.q.write(WRITE_PAUSE_OF_ALL, pauseOfAllParams(pause)),
  };
}

const KEEP_VERSION = `INSERT INTO greenvue_jobs.job_versions
    (job_uid, version, definition, payload, made_at, replaced_at, replaced_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;
const MARK_CLAIMED = `UPDATE greenvue_jobs.live_runs SET job_version = $2
  WHERE job_uid = $1 AND held = 'no' AND node IS NOT NULL AND job_version IS NULL`;
const DROP_VERSIONS = `DELETE FROM greenvue_jobs.job_versions WHERE job_uid = $1 AND version <= $2 AND version NOT IN (
    SELECT job_version FROM greenvue_jobs.runs WHERE job_uid = $1 AND job_version IS NOT NULL
    UNION SELECT job_version FROM greenvue_jobs.live_runs WHERE job_uid = $1 AND job_version IS NOT NULL)`;
/** The first key of the advisory locks for callers whose number of jobs is bounded. */
const CALLER_CLASS = 1_915_060_417;
const LOCK_CALLER = 'SELECT pg_advisory_xact_lock($1::integer, hashtext($2))::text AS locked';
const COUNT_JOBS_BY = `SELECT count(*)::integer FROM
  (SELECT 1 FROM greenvue_jobs.jobs WHERE created_by = $1 AND deleted_at IS NULL LIMIT $2) AS made`;
const UIDS_OF = 'SELECT id, uid FROM greenvue_jobs.jobs WHERE id = ANY($1::text[]) AND deleted_at IS NULL';
const DECLARED_JOBS = `${SELECT_JOB}
  WHERE deleted_at IS NULL AND (declared IS NOT NULL OR id = ANY($1::text[])) ORDER BY uid`;
const WRITE_AUDIT = `INSERT INTO greenvue_jobs.audit (at, actor, action, target, change)
  VALUES ($1, $2, $3, $4, $5)`;
const READ_PAUSE_OF_ALL = `SELECT ${PAUSE_OF_ALL_COLUMNS} FROM greenvue_jobs.pause_of_all`;
const WRITE_PAUSE_OF_ALL = `INSERT INTO greenvue_jobs.pause_of_all (one, ${PAUSE_OF_ALL_COLUMNS})
  VALUES (1, $1, $2, $3, $4, $5) ON CONFLICT (one) DO UPDATE SET ${REPLACE_PAUSE_OF_ALL}`;
