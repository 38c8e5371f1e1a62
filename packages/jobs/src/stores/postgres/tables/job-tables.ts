import type { AuditEntry } from '../../../core/store/store-commands.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import type { JobToInsert } from '../../../core/transactions/tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { NEW_JOB_COLUMNS, paramsOf } from '../../rows/job-row.ts';
import { INSERT_AUDITED_JOBS, INSERT_JOB } from '../rows/job-rows.ts';
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
): Pick<AsyncTables, 'newUids' | 'insertJobs' | 'uidsOf' | 'writeAudit'> {
  const rowFor = ({ uid, job }: JobToInsert) => {
    const typeKey = u.shared.types.get(job.type, job.typeVersion);
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
    async uidsOf(ids) {
      const rows = await u.q.arrays(UIDS_OF, [ids]);
      return new Map(rows.map((row) => rowOf<[string, number]>(row)));
    },
    writeAudit,
  };
}

const UIDS_OF = 'SELECT id, uid FROM greenvue_jobs.jobs WHERE id = ANY($1::text[]) AND deleted_at IS NULL';
const WRITE_AUDIT = `INSERT INTO greenvue_jobs.audit (at, actor, action, target, change)
  VALUES ($1, $2, $3, $4, $5)`;
