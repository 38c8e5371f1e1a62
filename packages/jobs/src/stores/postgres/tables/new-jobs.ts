import type { AuditEntry } from '../../../core/store/store-commands.ts';
import type { JobToInsert } from '../../../core/transactions/tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { newJobParams } from '../../rows/job-params.ts';
import { INSERT_AUDITED_JOBS, INSERT_JOB } from '../rows/job-rows.ts';
import { writeAudit } from './run-writes.ts';
import { becomeDue, type Unit } from './unit.ts';

/**
 * Adds jobs whose ids are free, with their audit, in one statement, with which the transaction may end. The
 * keys of their types have to be ensured before.
 */
export async function insertNewJobs(
  u: Unit,
  jobs: readonly JobToInsert[],
  { isLast }: { readonly isLast: boolean },
): Promise<ReadonlySet<number>> {
  becomeDueFrom(u, jobs);
  const rows = jobs.map((one) => [...newRow(u, one), ...auditParams(one.input.audit)]);
  const ask = u.q[isLast ? 'commitWith' : 'arrays'];
  const created = new Set(numbersIn(await ask(...INSERT_AUDITED_JOBS(rows, u.now))));
  rememberOnceWritten(u, jobs, created);
  return created;
}

/** The same in a caller's transaction, where no statement can change two tables. */
export async function insertNewJobsOneByOne(
  u: Unit,
  jobs: readonly JobToInsert[],
): Promise<ReadonlySet<number>> {
  becomeDueFrom(u, jobs);
  const created = new Set<number>();
  for (const one of jobs) {
    const [uid] = numbersIn(await u.q.arrays(INSERT_JOB, newRow(u, one)));
    if (uid === undefined) continue;
    created.add(uid);
    if (one.input.audit !== undefined) await writeAudit(u, one.input.audit, one.job.id);
  }
  rememberOnceWritten(u, jobs, created);
  return created;
}

/** What was made need not be read before its first run. */
function rememberOnceWritten(u: Unit, jobs: readonly JobToInsert[], created: ReadonlySet<number>): void {
  u.onceWritten.push(() => {
    for (const { input, uid, job } of jobs) if (created.has(uid)) u.shared.known.made(input.definition, job);
  });
}

function becomeDueFrom(u: Unit, jobs: readonly JobToInsert[]): void {
  becomeDue(
    u,
    'jobs',
    jobs.flatMap(({ job: { wakeAt = [] } }) => wakeAt),
  );
}

function newRow(u: Unit, { uid, job }: JobToInsert): (string | number | boolean | null)[] {
  return newJobParams({ job, typeKey: u.shared.types.get(job.type, job.typeVersion), uid });
}

/** Actor, action and change. */
function auditParams(audit: AuditEntry | undefined): (string | null)[] {
  return audit === undefined ? [null, null, null] : [audit.actor, audit.action, audit.change];
}
