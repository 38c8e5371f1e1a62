import type { Job, JobDefinition } from '../../../core/model/job.ts';
import { dependsOnLive } from '../../../core/rules/ended-runs.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { type FixedJob, fixedJobOf, jobInState, namesOf, VARYING_COLUMNS } from '../../rows/job-row.ts';
import type { Queries } from '../connection/queries.ts';
import { SELECT_JOB } from '../rows/job-rows.ts';

/** Goes on with a WHERE about `jobs`; no other table is in it that a lock would have to be kept from. */
export const SELECT_VARYING = `SELECT uid, ${namesOf(VARYING_COLUMNS)} FROM greenvue_jobs.jobs`;

const MAX_KNOWN = 100_000;
/** With longer texts a job is read anew each time. */
const MAX_TEXT = 2_000;

export type KnownJobs = ReturnType<typeof createKnownJobs>;

/** What never changes of jobs within a version of them, so that passes need not read it again and again. */
export function createKnownJobs() {
  const known = new Map<number, FixedJob>();
  const remember = (uid: number, job: FixedJob) => {
    known.delete(uid);
    if (job.payload.length + job.description.length + job.name.length > MAX_TEXT) return;
    if (known.size >= MAX_KNOWN) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
    known.set(uid, job);
  };
  return {
    /**
     * A job that was made by this definition, and is written. Remembered while there is room: those that are
     * planned come first.
     */
    made(definition: JobDefinition, job: Job): void {
      const { uid, version, createdAt, updatedAt, createdBy, trace } = job;
      if (known.size >= MAX_KNOWN) return;
      const by = createdBy === undefined ? {} : { createdBy };
      const traced = trace === undefined ? {} : { trace };
      remember(Number(uid), { ...definition, uid, version, createdAt, updatedAt, ...by, ...traced });
    },
    /** False only where it is known that the end of a run does not depend on the job's other live runs. */
    dependsOnLive(uid: number): boolean {
      const job = known.get(uid);
      return job === undefined || dependsOnLive(job);
    },
    /** The jobs of rows that were read by {@link SELECT_VARYING}; what is not known of them is read. */
    async complete(q: Queries, rows: readonly unknown[]): Promise<StoredJob[]> {
      const found = rows.map((row) => {
        const { uid, version, updated_at } = row as {
          readonly uid: number;
          readonly version: number;
          readonly updated_at: number;
        };
        const fixed = known.get(uid);
        // A failover may lose an edit; the next one is another version of that number.
        const isSame = fixed?.version === version && fixed.updatedAt === updated_at;
        return { uid, stored: isSame ? jobInState(fixed, row) : undefined };
      });
      const missing = found.filter(({ stored }) => stored === undefined).map(({ uid }) => uid);
      if (missing.length === 0) return found.flatMap(({ stored = [] }) => stored);
      const read = new Map<number, StoredJob>();
      for (const row of await q.objects(READ, [missing])) {
        const fixed = fixedJobOf(row);
        const stored = jobInState(fixed, row);
        read.set(stored.uid, stored);
        remember(stored.uid, fixed);
      }
      return found.flatMap(({ uid, stored = read.get(uid) ?? [] }) => stored);
    },
  };
}

const READ = `${SELECT_JOB} WHERE uid = ANY($1::bigint[])`;
