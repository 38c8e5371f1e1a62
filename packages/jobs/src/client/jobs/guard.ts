import type { JobJson } from '../../http/index.ts';
import type { Call } from '../connection/connection.ts';

/** A change to a job that may depend on what it was. */
export interface Guarded extends Call {
  /**
   * Only if the job is still as it was read (its definition: runs and pauses don't matter); else an ApiError
   * 412.
   */
  readonly ifMatch?: Pick<JobJson, 'uid' | 'version'> | undefined;
}

/** The `If-Match` of a change, as the server's ETags are written. */
export function guardHeaders({ ifMatch }: Guarded = {}): Readonly<Record<string, string>> {
  return ifMatch === undefined ? {} : { 'if-match': `"${ifMatch.uid}.${ifMatch.version}"` };
}
