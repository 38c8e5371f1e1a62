import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';
import { databaseError, isAnswer } from './error-codes.ts';

export interface PoolOptions {
  readonly url: string;
  /** At most. */
  readonly connections: number;
}

/** Timeout of a query that waits for a connection, and of a connection attempt. */
export const CONNECT_MS = 5_000;
/** Longer than any statement of GreenVue: the server or the network is gone. */
const QUERY_MS = 30_000;
const INT8 = 20;

// Times, sequences and counts are all safe integers.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

/** A pool of `pg` for Kysely's PostgresDialect; every rejection is a `DatabaseError`. */
export function openPool({ url, connections }: PoolOptions): PostgresPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
    application_name: 'greenvue',
  });
  // A connection that breaks tells the query that it is busy with; these listeners keep it from ending the
  // process as well.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  let ended: Promise<void> | undefined;
  return {
    options: pool.options,
    async connect() {
      try {
        const client = await pool.connect();
        return new PooledClient(client, (isLost) => client.release(isLost));
      } catch (error) {
        throw databaseError(error);
      }
    },
    end: () => {
      ended ??= pool.end();
      return ended;
    },
  };
}

/**
 * One connection, for what takes as long as it takes: for statements of one's own, and in the form that
 * Kysely asks for.
 */
export async function openConnection(
  url: string,
): Promise<{ readonly client: pg.Client; readonly pool: PostgresPool }> {
  const client = new pg.Client({
    connectionString: url,
    types,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: 'greenvue',
  });
  // A connection that breaks also rejects the query that it is busy with.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw databaseError(error);
  }
  const connect = async () => new PooledClient(client, () => undefined);
  return { client, pool: { options: {}, connect, end: () => client.end() } };
}

/** A connection for one query or one transaction. */
class PooledClient implements PostgresPoolClient {
  readonly #client: pg.ClientBase;
  readonly #release: (isLost: boolean) => void;
  #isLost = false;

  constructor(client: pg.ClientBase, release: (isLost: boolean) => void) {
    this.#client = client;
    this.#release = release;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    sql: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof sql === 'string') return this.#run<R>(sql, parameters);
    throw new Error('streaming is not supported: page by key instead');
  }

  release(): void {
    this.#release(this.#isLost);
  }

  async #run<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      // Kysely's types say what the columns hold; the rows come as the database gives them.
      return (await this.#client.query(sql, [...parameters])) as unknown as PostgresQueryResult<R>;
    } catch (error) {
      // After a timeout the connection is still busy with its query and must not be reused.
      if (!isAnswer(error)) this.#isLost = true;
      throw databaseError(error);
    }
  }
}
