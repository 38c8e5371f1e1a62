import type { LastSuccesses } from '../../core/chains/gate.ts';
import type { UpstreamEnd } from '../../core/chains/take-ends.ts';
import type { ChainLink } from '../../core/store/store-views.ts';
import type { NotedEnd, UpstreamTables } from '../../core/transactions/chains/upstream-tables.ts';
import { objects, type Read } from '../reads/read.ts';

/** What differs between the databases in the statements about jobs that wait for others. */
export interface UpstreamSql {
  /** The prefix of table names. */
  readonly schema: string;
  /** The prefix of numbered parameters. */
  readonly mark: '$' | '?';
  /** A row for each text of the JSON array in a parameter, as `value`. */
  eachText(parameter: string): string;
  /** The status of succeeded runs, as a literal. */
  readonly succeeded: string;
  /** A statement that waits until no other transaction has run it. Absent where nobody else writes. */
  readonly lock?: string;
  /** The end of a SELECT that locks its rows and leaves out locked ones. */
  readonly lockFree?: string;
  /** Where nodes of several versions share the table: whether `lockEnds` takes a row of it. */
  readonly isTaken?: {
    readonly noted: string;
    /** `level`: the parameter with the level. */
    all(level: string): string;
  };
}

interface EndRow {
  readonly id: number;
  readonly job_id: string;
  readonly run_id: number;
  readonly status: UpstreamEnd['status'];
  readonly at: number;
  /** Only where nodes of several versions share the table. */
  readonly follower?: number | null;
}

export interface FollowerRow {
  readonly uid: number;
  readonly after_job: string;
}

interface SuccessRow {
  readonly id: string;
  readonly started: number | null;
  readonly ended: number | null;
}

/**
 * Runs that overlap end in another order than they were made in, so the last one made may not be the last to
 * end.
 */
const NEWEST_SUCCESSES = 100;

/**
 * The operations of {@link UpstreamTables} in the SQL of one database: written once, and run by each store.
 */
export function createUpstreamStatements(sql: UpstreamSql) {
  const { schema, mark: m, eachText, succeeded, lock, lockFree = '', isTaken } = sql;
  const listed = `(SELECT value FROM ${eachText(`${m}1`)})`;
  const isAsked = `deleted_at IS NULL AND jobs.id IN ${listed}`;
  const named = `SELECT id, after_job, gate_job FROM ${schema}jobs WHERE ${isAsked}`;
  const ended = `SELECT run.finished_at FROM ${schema}runs AS run
    WHERE run.job_uid = jobs.uid AND run.status = ${succeeded} ORDER BY run.id DESC LIMIT ${NEWEST_SUCCESSES}`;
  const successes = `SELECT id, last_success_at AS started, (SELECT max(finished_at) FROM (${ended}) AS newest) AS ended
    FROM ${schema}jobs WHERE ${isAsked}`;
  const note = `INSERT INTO ${schema}upstream_ends (job_id, run_id, status, at) VALUES (${m}1, ${m}2, ${m}3, ${m}4)`;
  const oldestEnds = (where: string | undefined) =>
    `SELECT * FROM ${schema}upstream_ends ${where === undefined ? '' : `WHERE ${where}`} ORDER BY id LIMIT ${m}1 ${lockFree}`;
  const notedEnds = oldestEnds(isTaken?.noted);
  const allEnds = oldestEnds(isTaken?.all(`${m}2`));
  const isListed = `id IN (SELECT CAST(value AS bigint) FROM ${eachText(`${m}1`)})`;
  const leave = `INSERT INTO ${schema}upstream_ends (job_id, run_id, status, at, follower)
    SELECT job_id, run_id, status, at, ${m}2 FROM ${schema}upstream_ends WHERE ${isListed} ORDER BY id`;
  const forget = `DELETE FROM ${schema}upstream_ends WHERE ${isListed}`;
  const link = `INSERT INTO ${schema}chained_runs (run_id, upstream_run, upstream_job) VALUES (${m}1, ${m}2, ${m}3)`;
  const followers = `SELECT uid, after_job FROM ${schema}jobs
    WHERE deleted_at IS NULL AND after_job IN ${listed} ORDER BY uid`;
  return {
    *lockUpstreams(): Read<void> {
      if (lock !== undefined) yield* objects(lock, []);
    },

    *upstreamsOf(ids: readonly string[]): Read<ReadonlyMap<string, readonly string[]>> {
      const rows = (yield* objects(named, [JSON.stringify(ids)])) as readonly {
        readonly id: string;
        readonly after_job: string | null;
        readonly gate_job: string | null;
      }[];
      return new Map(
        rows.map(({ id, ...row }) => [id, [row.after_job, row.gate_job].filter((job) => job !== null)]),
      );
    },

    *lastSuccesses(ids: readonly string[]): Read<LastSuccesses> {
      const rows = (yield* objects(successes, [JSON.stringify(ids)])) as readonly SuccessRow[];
      const found = new Map<string, number>();
      for (const { id, started, ended: at } of rows) {
        // The job's row still knows the start of a run that history no longer keeps.
        if (started !== null || at !== null) found.set(id, Math.max(started ?? 0, at ?? 0));
      }
      return found;
    },
    *noteEnds(ends: readonly UpstreamEnd[]): Read<void> {
      for (const { jobId, runId, status, at } of ends)
        yield* objects(note, [jobId, Number(runId), status, at]);
    },

    *lockEnds(limit: number, level?: number): Read<readonly NotedEnd[]> {
      const isAll = level !== undefined && isTaken !== undefined;
      const rows = (yield* isAll
        ? objects(allEnds, [limit, level])
        : objects(notedEnds, [limit])) as readonly EndRow[];
      return rows.map(({ id, job_id, run_id, status, at, follower }) => ({
        id,
        jobId: job_id,
        runId: String(run_id),
        status,
        at,
        ...(follower == null ? {} : { follower }),
      }));
    },

    *leaveEnds(ids: readonly number[], follower: number): Read<void> {
      yield* objects(leave, [JSON.stringify(ids), follower]);
    },

    *removeEnds(ids: readonly number[]): Read<void> {
      yield* objects(forget, [JSON.stringify(ids)]);
    },

    *linkRuns(links: readonly ChainedRun[]): Read<void> {
      for (const { runId, upstream } of links)
        yield* objects(link, [Number(runId), Number(upstream.runId), upstream.jobId]);
    },

    /** The uids of the jobs that follow these, each with the id of its upstream job. */
    *followersOf(upstreams: readonly string[]): Read<readonly FollowerRow[]> {
      return (yield* objects(followers, [JSON.stringify(upstreams)])) as readonly FollowerRow[];
    },
  } satisfies UpstreamScripts & Record<'linkRuns' | 'followersOf', unknown>;
}

/** A run that the end of another one made. */
export interface ChainedRun {
  readonly runId: string;
  readonly upstream: ChainLink;
}

/** An operation of {@link UpstreamTables}, as the statements that it sends. */
type UpstreamScripts = {
  readonly [M in Exclude<keyof UpstreamTables, 'lockUpstream' | 'lockFollowers'>]: (
    ...args: Parameters<UpstreamTables[M]>
  ) => Read<ReturnType<UpstreamTables[M]>>;
};
