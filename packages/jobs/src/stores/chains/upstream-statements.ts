import type { LastSuccesses } from '../../core/chains/gate.ts';
import type { UpstreamTables } from '../../core/transactions/chains/upstream-tables.ts';
import { objects, type Read } from '../reads/read.ts';

/** What differs between the databases in the statements about jobs that wait for others. */
export interface UpstreamSql {
  /** The prefix of table names. */
  readonly schema: string;
  /** The placeholder of the only parameter. */
  readonly parameter: string;
  /** A row for each text of the JSON array in a parameter, as `value`. */
  eachText(parameter: string): string;
  /** The status of succeeded runs, as a literal. */
  readonly succeeded: string;
  /** A statement that waits until no other transaction has run it. Absent where nobody else writes. */
  readonly lock?: string;
}

interface SuccessRow {
  readonly id: string;
  readonly started: number | null;
  readonly ended: number | null;
}

/** Runs that overlap end in another order than they were made in, so the last one made may not be the last to end. */
const NEWEST_SUCCESSES = 100;

/** The operations of {@link UpstreamTables} in the SQL of one database: written once, and run by each store. */
export function createUpstreamStatements({ schema, parameter, eachText, succeeded, lock }: UpstreamSql) {
  const isAsked = `deleted_at IS NULL AND jobs.id IN (SELECT value FROM ${eachText(parameter)})`;
  const named = `SELECT id, gate_job FROM ${schema}jobs WHERE ${isAsked}`;
  const ended = `SELECT run.finished_at FROM ${schema}runs AS run
    WHERE run.job_uid = jobs.uid AND run.status = ${succeeded} ORDER BY run.id DESC LIMIT ${NEWEST_SUCCESSES}`;
  const successes = `SELECT id, last_success_at AS started, (SELECT max(finished_at) FROM (${ended}) AS newest) AS ended
    FROM ${schema}jobs WHERE ${isAsked}`;
  return {
    *lockUpstreams(): Read<void> {
      if (lock !== undefined) yield* objects(lock, []);
    },

    *upstreamsOf(ids: readonly string[]): Read<ReadonlyMap<string, readonly string[]>> {
      const rows = (yield* objects(named, [JSON.stringify(ids)])) as readonly {
        readonly id: string;
        readonly gate_job: string | null;
      }[];
      return new Map(rows.map(({ id, gate_job: gate }) => [id, gate === null ? [] : [gate]]));
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
  } satisfies UpstreamScripts;
}

/** An operation of {@link UpstreamTables}, as the statements that it sends. */
type UpstreamScripts = {
  readonly [M in keyof UpstreamTables]: (
    ...args: Parameters<UpstreamTables[M]>
  ) => Read<ReturnType<UpstreamTables[M]>>;
};
