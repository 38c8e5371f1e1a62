import type { StoredJob } from '../stored-job.ts';

/** The operations on jobs in code that transactions need from a store. */
export interface DeclarationTables {
  /** The jobs with these ids, and all that code declares or has declared, in the order of uids. No locks. */
  declaredJobs(ids: readonly string[]): readonly StoredJob[];
  /** Locks those of these jobs that no other transaction has locked, in the order of uids. */
  lockFreeJobs(uids: readonly number[]): readonly StoredJob[];
}
