import type { LastSuccesses } from '../../chains/gate.ts';
import type { UpstreamEnd } from '../../chains/take-ends.ts';
import type { StoredJob } from '../stored-job.ts';

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

  /** Locks the job with this id, if it exists. */
  lockUpstream(id: string): StoredJob | undefined;
  /** Keeps ends of upstream runs for the next plan that asks for them. */
  noteEnds(ends: readonly UpstreamEnd[]): void;
  /**
   * Locks the oldest noted ends, except those that another transaction has locked. With `level`, also ends
   * that were left to one job, unless the options of the job are above this level.
   */
  lockEnds(limit: number, level?: number): readonly NotedEnd[];
  /** Notes these ends again, for the job with this uid only (P22, types and deploys). */
  leaveEnds(ids: readonly number[], follower: number): void;
  removeEnds(ids: readonly number[]): void;
  /** Locks the jobs that follow these jobs. */
  lockFollowers(upstreams: readonly string[]): Followers;
}

/** An end that no plan has turned into runs yet. */
export interface NotedEnd extends UpstreamEnd {
  readonly id: number;
  /** The uid of the only job that has not taken it. Absent: no job has taken it. */
  readonly follower?: number;
}

export interface Followers {
  readonly jobs: readonly StoredJob[];
  /** The upstream jobs of followers that other transactions have locked. */
  readonly held: ReadonlySet<string>;
}
