import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';

/** The superuser's connection, which bypasses the proxies. It repeats statements while the server is down. */
export interface Admin {
  rows<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Runs several queries on one snapshot of the database. */
  snapshot<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type Ask = <T>(sql: string, params?: readonly unknown[]) => Promise<T[]>;

const GIVE_UP_MS = CONDITION_MS;
const TRY_AGAIN_MS = 100;
const INT8 = 20;

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

export function createAdmin(url: string): Admin {
  const pool = new pg.Pool({ connectionString: url, max: 2, types, application_name: 'chaos-admin' });
  pool.on('error', () => undefined);
  // A connection can break between two statements.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
    const until = performance.now() + GIVE_UP_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isAway(error) || performance.now() > until) throw error;
        await delay(TRY_AGAIN_MS);
      }
    }
  };
  return {
    rows: <T>(sql: string, params: readonly unknown[] = []) =>
      persistently(async () => (await pool.query(sql, [...params])).rows as T[]),
    snapshot: (work) =>
      persistently(async () => {
        const client = await pool.connect();
        try {
          await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
          const result = await work(
            async <T>(sql: string, params: readonly unknown[] = []) =>
              (await client.query(sql, [...params])).rows as T[],
          );
          await client.query('COMMIT');
          client.release();
          return result;
        } catch (error) {
          client.release(true);
          throw error;
        }
      }),
    close: () => pool.end(),
  };
}

/** Whether the error is about the connection and not about the statement. */
function isAway(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  const { code = '' } = error;
  return code.startsWith('57') || code.startsWith('08') || code.startsWith('53');
}
