import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { JobContext } from '../../src/index.ts';

/**
 * What the tests write down beside the engine, in a schema of its own. Times are ms of the database's clock.
 */
export const CHAOS_SCHEMA = `
  CREATE SCHEMA chaos;
  -- One row for each time that a handler ran.
  CREATE TABLE chaos.ledger (
    run_id bigint NOT NULL,
    fence bigint NOT NULL,
    job_id text NOT NULL,
    -- The node and its life.
    node text NOT NULL,
    attempt integer NOT NULL,
    started_at double precision NOT NULL,
    ended_at double precision,
    -- When a handler that was told to stop did: its end may not have reached the database.
    gave_up_at double precision,
    PRIMARY KEY (run_id, fence)
  );
  CREATE INDEX ledger_job ON chaos.ledger (job_id, started_at);
  CREATE INDEX ledger_ended ON chaos.ledger (ended_at);
  -- How far the slots of a job have been verified; their rows may be gone.
  CREATE TABLE chaos.verified (job_uid bigint PRIMARY KEY, upto bigint NOT NULL);
`;

/** The ledger as handlers write it, over connections of their own. */
export interface Ledger {
  /** Writes that the handler has begun, does its work for `ms`, and writes that it has ended. */
  record(ctx: JobContext<unknown>, ms: number): Promise<{ readonly fence: number }>;
  close(): Promise<void>;
}

export interface LedgerOptions {
  readonly url: string;
  readonly life: string;
  gaveUp(runId: string, fence: number): void;
}

/** No answer for so long: the connection is taken for broken, and another one tries. */
const ANSWER_MS = 3_000;
const TRY_AGAIN_MS = 100;

export function createLedger({ url, life, gaveUp }: LedgerOptions): Ledger {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    application_name: 'chaos-ledger',
  });
  pool.on('error', () => undefined);
  // A handler's effect: it is there, or the handler has not succeeded, whatever happens to the database
  // meanwhile.
  const write = async (sql: string, values: readonly unknown[], signal: AbortSignal) => {
    for (;;) {
      signal.throwIfAborted();
      try {
        await unlessAborted(pool.query(sql, [...values]), signal);
        return;
      } catch {
        await delay(TRY_AGAIN_MS, undefined, { signal });
      }
    }
  };
  return {
    async record({ run, job, signal }, ms) {
      try {
        await write(BEGAN, [run.id, run.fence, job.id, life, run.attempt], signal);
        await delay(ms, undefined, { signal });
        await write(ENDED, [run.id, run.fence], signal);
        return { fence: run.fence };
      } catch (error) {
        gaveUp(run.id, run.fence);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

const NOW = 'extract(epoch FROM clock_timestamp()) * 1000';
const BEGAN = `INSERT INTO chaos.ledger (run_id, fence, job_id, node, attempt, started_at)
  VALUES ($1, $2, $3, $4, $5, ${NOW}) ON CONFLICT (run_id, fence) DO NOTHING`;
const ENDED = `UPDATE chaos.ledger SET ended_at = ${NOW} WHERE run_id = $1 AND fence = $2 AND ended_at IS NULL`;
