import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { JobContext } from '../../src/index.ts';

/** The tests' own records, in a separate schema. Times are ms of the database's clock. */
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

/** Where handlers record their work, over connections of their own. */
export interface Ledger {
  /** Records that the handler has begun, works for `ms`, and records that it has ended. */
  record(ctx: JobContext<unknown>, ms: number): Promise<{ readonly fence: number }>;
  close(): Promise<void>;
}

export interface LedgerOptions {
  readonly url: string;
  readonly life: string;
  gaveUp(runId: string, fence: number): void;
}

/** After this long without an answer, the ledger treats a connection as broken and uses another one. */
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
  // A handler's effect: it must be written, or the handler fails, also when the database is down for a while.
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
