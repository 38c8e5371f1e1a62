import type { JobJson } from '../../http/index.ts';
import type { Call } from '../connection/connection.ts';

/** Options of a change to a job that may depend on the version that was read. */
export interface Guarded extends Call {
  /**
   * Changes the job only if its definition is unchanged since it was read; otherwise rejects with an ApiError
   * 412. Runs and pauses don't change the definition.
   */
  readonly ifMatch?: Pick<JobJson, 'uid' | 'version'> | undefined;
}

/** The `If-Match` header of a change: the ETag of the job that was read. */
export function guardHeaders({ ifMatch }: Guarded = {}): Readonly<Record<string, string>> {
  return ifMatch === undefined ? {} : { 'if-match': `"${ifMatch.uid}.${ifMatch.version}"` };
}
