import type { StoredJob } from '../stored-job.ts';

/** The operation on jobs in code that transactions need from a store. */
export interface DeclarationTables {
  /** The jobs with these ids, and all that code declares or has declared, in the order of uids. No locks. */
  declaredJobs(ids: readonly string[]): readonly StoredJob[];
}
