import type { LastSuccesses } from '../../chains/gate.ts';

/** The operations that transactions on jobs that wait for others need from a store. */
export interface UpstreamTables {
  /**
   * Call it before the first lock on a job. Until the transaction ends, no other one that calls it continues.
   */
  lockUpstreams(): void;
  /** The ids of the jobs that each of these jobs names. A job that does not exist is absent. */
  upstreamsOf(ids: readonly string[]): ReadonlyMap<string, readonly string[]>;
  /** When the runs of these jobs last succeeded. Locks nothing. Deleted jobs do not count. */
  lastSuccesses(ids: readonly string[]): LastSuccesses;
}
