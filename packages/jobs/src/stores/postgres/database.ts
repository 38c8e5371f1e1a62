import pg from 'pg';
import { StoreError } from '../../core/errors.ts';

/** A value that can be bound to a parameter; an array goes to a parameter of an array type. */
export type Param = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** Runs statements, prepared once for each connection. */
export interface Queries {
  /** Rows as objects. */
  objects(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Rows as arrays: faster, for the hot path. */
  arrays(sql: string, params?: readonly Param[]): Promise<readonly unknown[]>;
  /** Runs a statement and returns how many rows it touched. */
  run(sql: string, params?: readonly Param[]): Promise<number>;
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
}

/** The database as the store sees it: every rejection is a {@link StoreError}. */
export interface Database extends Queries {
  /** One transaction: all of `work`, durable once the promise resolves, or nothing of it. */
  transaction<T>(work: (q: Queries) => Promise<T>): Promise<T>;
  /** One that sees one state of the database and writes nothing. */
  snapshot<T>(work: (q: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly url: string;
  /** Connections at most. */
  readonly max: number;
  /** A statement that takes longer has lost its server, or the way to it, without a word. Absent: it may take any time. */
  readonly statementMs?: number;
}

/** Two transactions that wait for each other, or that can't be put in an order: one is undone, and tried again. */
const UNDONE = new Set(['40001', '40P01']);
const TRIES = 5;
const CONNECT_MS = 5_000;
const INT8 = 20;

const types: pg.CustomTypesConfig = {
  // Ids, fences and milliseconds are safe integers.
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

export function connect({ url, max, statementMs = 0 }: ConnectOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: statementMs,
    keepAlive: true,
    application_name: 'greenvue-jobs',
  });
  // A connection that breaks is replaced by the next request: an idle one, and one in a transaction between two statements,
  // where nobody waits for an answer that could tell of it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const names = new Map<string, string>();
  const nameOf = (sql: string) => {
    let name = names.get(sql);
    if (name === undefined) {
      name = `gv${names.size}`;
      names.set(sql, name);
    }
    return name;
  };

  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect().catch(fail);
    let broken: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      if (!isAnswer(error)) broken = error instanceof Error ? error : new Error(String(error));
      return fail(error);
    } finally {
      client.release(broken);
    }
  };

  const inTransaction = async <T>(begin: string, work: (q: Queries) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await withClient(async (client) => {
          await client.query(begin);
          try {
            const result = await work(queriesOn(client, nameOf));
            await client.query('COMMIT');
            return result;
          } catch (error) {
            if (isAnswer(error)) await client.query('ROLLBACK').catch(() => undefined);
            throw error;
          }
        });
      } catch (error) {
        if (tries >= TRIES || !isUndone(error)) throw error;
      }
    }
  };

  const alone = <T>(work: (q: Queries) => Promise<T>) =>
    withClient((client) => work(queriesOn(client, nameOf)));
  return {
    objects: (sql, params) => alone((q) => q.objects(sql, params)),
    arrays: (sql, params) => alone((q) => q.arrays(sql, params)),
    run: (sql, params) => alone((q) => q.run(sql, params)),
    script: (sql) => alone((q) => q.script(sql)),
    transaction: (work) => inTransaction('BEGIN', work),
    snapshot: (work) => inTransaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    close: () => pool.end(),
  };
}

function queriesOn(client: pg.PoolClient, nameOf: (sql: string) => string): Queries {
  const valuesOf = (params: readonly Param[]) => [...params];
  return {
    async objects(sql, params = []) {
      const { rows } = await client.query({ name: nameOf(sql), text: sql, values: valuesOf(params) });
      return rows;
    },
    async arrays(sql, params = []) {
      const { rows } = await client.query({
        name: nameOf(sql),
        text: sql,
        values: valuesOf(params),
        rowMode: 'array',
      });
      return rows;
    },
    async run(sql, params = []) {
      const { rowCount } = await client.query({ name: nameOf(sql), text: sql, values: valuesOf(params) });
      return rowCount ?? 0;
    },
    async script(sql) {
      await client.query(sql);
    },
  };
}

/** Rows as one array for each column, as `unnest` takes them. */
export function columnsOf(
  rows: readonly (readonly (string | number | boolean | null)[])[],
  width: number,
): Param[] {
  return Array.from({ length: width }, (_, n) => rows.map((row) => row[n] ?? null));
}

function fail(error: unknown): never {
  if (error instanceof StoreError) throw error;
  const message = error instanceof Error ? error.message : String(error);
  throw new StoreError('unavailable', `The database could not be used: ${message}`, { cause: error });
}

/** The server answered with an error, so that the connection is still good for more. */
function isAnswer(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  const code = codeOf(error);
  return code !== undefined && !LOST.test(code);
}

// Class 08, and 57: it was asked to end the connection. 25006: after a failover it may lead to a server that only reads.
const LOST = /^(?:08|57|25006)/;

function isUndone(error: unknown): boolean {
  return UNDONE.has(codeOf(error instanceof StoreError ? error.cause : error) ?? '');
}

/** The SQLSTATE of an error of the server. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
