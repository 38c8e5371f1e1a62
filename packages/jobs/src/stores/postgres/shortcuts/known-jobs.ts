import type { Job, JobDefinition } from '../../../core/model/job.ts';
import { dependsOnLive } from '../../../core/rules/ended-runs.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import {
  DECLARED,
  type FixedJob,
  fixedJobOf,
  jobInState,
  namesOf,
  VARYING_COLUMNS,
} from '../../rows/jobs/job-row.ts';
import type { Queries } from '../connection/queries.ts';
import { SELECT_JOB } from '../rows/job-rows.ts';

/** Append a WHERE clause. It reads only `jobs`, so a lock clause locks nothing else. */
export const SELECT_VARYING = `SELECT uid, ${namesOf(VARYING_COLUMNS)} FROM greenvue_jobs.jobs`;

export const SELECT_VARYING_AND_DECLARED = `SELECT uid, ${namesOf([...VARYING_COLUMNS, DECLARED])} FROM greenvue_jobs.jobs`;

const MAX_KNOWN = 100_000;
/** The store does not remember a job with longer texts. */
const MAX_TEXT = 2_000;

/**
 * Remembers the columns of jobs that change only with the job's version, so that passes need not read them
 * again.
 */
export class KnownJobs {
  readonly #known = new Map<number, FixedJob>();

  /** Remembers a new job, if there is room: jobs with slots have precedence. */
  made(definition: JobDefinition, job: Job): void {
    const { uid, version, createdAt, updatedAt, createdBy, trace } = job;
    if (this.#known.size >= MAX_KNOWN) return;
    const by = createdBy === undefined ? {} : { createdBy };
    const traced = trace === undefined ? {} : { trace };
    this.#remember(Number(uid), { ...definition, uid, version, createdAt, updatedAt, ...by, ...traced });
  }

  /** False only if the end of a run certainly does not depend on the other live runs of its job. */
  dependsOnLive(uid: number): boolean {
    const job = this.#known.get(uid);
    return job === undefined || dependsOnLive(job);
  }

  /** Turns rows of {@link SELECT_VARYING} into jobs. Reads the other columns if they are not known. */
  async complete(q: Queries, rows: readonly unknown[]): Promise<StoredJob[]> {
    const found = rows.map((row) => {
      const { uid, version, updated_at } = row as {
        readonly uid: number;
        readonly version: number;
        readonly updated_at: number;
      };
      const fixed = this.#known.get(uid);
      // A failover may lose an edit, and the next edit gets the same version number. So it compares the time
      // too.
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
      this.#remember(stored.uid, fixed);
    }
    return found.flatMap(({ uid, stored = read.get(uid) ?? [] }) => stored);
  }

  #remember(uid: number, job: FixedJob): void {
    this.#known.delete(uid);
    if (job.payload.length + job.description.length + job.name.length > MAX_TEXT) return;
    if (this.#known.size >= MAX_KNOWN) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(uid, job);
  }
}

const READ = `${SELECT_JOB} WHERE uid = ANY($1::bigint[])`;
