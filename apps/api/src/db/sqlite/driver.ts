import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Channel } from './channel.ts';
import type { SqlResult, SqlValue } from './protocol.ts';
import { createWriteLock, type WriteLock } from './write-lock.ts';

/** One connection that writes, and some that only read. */
export interface Channels {
  readonly writer: Channel;
  readonly readers: readonly Channel[];
}

/**
 * Kysely over our connections. A transaction has the writer to itself from `BEGIN IMMEDIATE` on. Outside of
 * one, a SELECT goes to the least busy reader, which sees all that was committed before, and never waits for
 * a writer; any other statement, raw SQL included, takes the writer for itself alone.
 */
export function sqliteDialect(channels: Channels): Dialect {
  return {
    createDriver: () => new SqliteDriver(channels),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new ConcurrentSqliteAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

/** Kysely's own lets one query run at a time, for a single connection. */
class ConcurrentSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #channels: Channels;
  readonly #lock = createWriteLock();

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  async init(): Promise<void> {
    // The channels are open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new LogicalConnection(this.#channels, this.#lock);
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return ours(connection).begin();
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return ours(connection).commit();
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return ours(connection).rollback();
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return ours(connection).rollback();
  }

  async destroy(): Promise<void> {
    // Who opened the channels closes them.
  }
}

function ours(connection: DatabaseConnection): LogicalConnection {
  if (connection instanceof LogicalConnection) return connection;
  throw new Error('a connection of another driver');
}

/** What Kysely holds for one query or one transaction. */
class LogicalConnection implements DatabaseConnection {
  readonly #channels: Channels;
  readonly #lock: WriteLock;
  /** Present while a transaction of this connection is open: gives the writer back. */
  #endTransaction: (() => void) | undefined;

  constructor(channels: Channels, lock: WriteLock) {
    this.#channels = channels;
    this.#lock = lock;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const command = { kind: 'query', sql: query.sql, parameters: query.parameters.map(toSqlValue) } as const;
    if (this.#endTransaction !== undefined) return queryResult(await this.#channels.writer.send(command));
    if (SelectQueryNode.is(query.query)) return queryResult(await this.#reader().send(command));
    const release = await this.#lock.acquire();
    try {
      return queryResult(await this.#channels.writer.send(command));
    } finally {
      release();
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for the method.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not supported: page by key instead');
  }

  async begin(): Promise<void> {
    const release = await this.#lock.acquire();
    try {
      await this.#channels.writer.send({ kind: 'script', sql: 'BEGIN IMMEDIATE' });
    } catch (error) {
      release();
      throw error;
    }
    this.#endTransaction = release;
  }

  /** When it throws, the transaction is still to be rolled back, and the writer still held. */
  async commit(): Promise<void> {
    await this.#channels.writer.send({ kind: 'script', sql: 'COMMIT' });
    this.#end();
  }

  /** Does nothing without an open transaction. */
  async rollback(): Promise<void> {
    if (this.#endTransaction === undefined) return;
    try {
      await this.#channels.writer.send({ kind: 'rollback' });
    } finally {
      this.#end();
    }
  }

  #end(): void {
    this.#endTransaction?.();
    this.#endTransaction = undefined;
  }

  #reader(): Channel {
    return this.#channels.readers.reduce(
      (least, reader) => (reader.pending < least.pending ? reader : least),
      this.#channels.readers[0] ?? this.#channels.writer,
    );
  }
}

function toSqlValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} can't be a parameter of a query`);
}

function queryResult<R>(result: SqlResult): QueryResult<R> {
  // Kysely's types say what the columns hold; the rows come as the database gives them.
  const rows = result.rows as unknown as R[];
  if (result.changes === undefined) return { rows };
  return {
    rows,
    numAffectedRows: BigInt(result.changes),
    ...(result.lastInsertRowid === undefined ? {} : { insertId: BigInt(result.lastInsertRowid) }),
  };
}
