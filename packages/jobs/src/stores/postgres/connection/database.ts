import { Socket } from 'node:net';
import type pg from 'pg';
import { type AbortFlag, refuseAborted } from '../../../core/model/errors.ts';
import { fail, isAnswer, mustTryAgain, statementFailed } from './database-errors.ts';
import { driver } from './driver.ts';
import { type Param, preparing, type Queries, queriesOn, type Statements, together } from './queries.ts';
import { SET_SESSION } from './session-settings.ts';
import { StatementNames } from './statement-names.ts';
import { runTransaction } from './transaction.ts';

export interface Bounds<Opened> {
  /**
   * The longest wait for each lock, default {@link LOCK_WAIT_MS}. After it, the transaction rejects as
   * `busy`.
   */
  readonly lockWaitMs?: number;
  /**
   * Sends the first statements together with the BEGIN. Because the BEGIN may fail, they may only read, lock
   * or draw ids. A statement that writes must have the condition {@link HAS_BEGUN}.
   */
  readonly opening?: ((q: Queries) => Promise<Opened>) | undefined;
  /**
   * If it has fired before the BEGIN, the transaction does not start, and rejects as `aborted`. Later it has
   * no effect.
   */
  readonly signal?: AbortFlag | undefined;
}

export interface DatabaseOptions {
  readonly url: string;
  /** The most connections of the pool. */
  readonly max: number;
  /** Idle connections that stay open, so that a run that becomes due does not wait for a new connection. */
  readonly min?: number;
  /** The longest wait for a connection (ms), by default {@link CONNECT_MS}. */
  readonly connectMs?: number;
  /** A statement that takes longer has lost its server without a notice. Absent: no limit. */
  readonly statementMs?: number;
  /** Receives the database's time from each transaction, with the monotonic instants before and after. */
  readonly clock?: { monotonic(): number; learn(sample: TimeSample): void };
}

/** The database's time `now`, which it read between two monotonic instants. */
export interface TimeSample {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly now: number;
}

const TRIES = 5;
const CONNECT_MS = 5_000;
/** The longest time that a frozen or disconnected process can hold locks inside a transaction. */
const IDLE_MS = 10_000;
/** The longest wait for a job that a caller's transaction has locked. */
export const LOCK_WAIT_MS = 2_000;
/**
 * The store's own transactions hold locks for a few milliseconds. If a lock is held longer, a caller's
 * transaction holds it.
 */
export const SHORT_WAIT_MS = 100;
const INT8 = 20;
const INT8_ARRAY: number = 1016;

const types: pg.CustomTypesConfig = {
  // Ids, fences and milliseconds are safe integers.
  getTypeParser: (oid, format) => {
    if (oid === INT8) return Number;
    return oid === INT8_ARRAY ? numbersOf : driver.types.getTypeParser(oid, format);
  },
};

/** Parses a whole array in one call, without a string for each number. */
function numbersOf(array: string): unknown {
  return JSON.parse(`[${array.slice(1, -1).replaceAll('NULL', 'null')}]`);
}

/** A pool of connections to the database. Every rejection is a {@link StoreError}. */
export class Database implements Statements {
  readonly #clock: DatabaseOptions['clock'];
  readonly #pool: pg.Pool;
  readonly #sockets = new Set<Socket>();
  readonly #names = new StatementNames();
  readonly #prepare = preparing((sql) => this.#names.of(sql));
  readonly #sessions = new WeakSet<pg.PoolClient>();
  readonly #boundedSessions = new WeakSet<pg.PoolClient>();

  constructor({ url, max, min = 0, connectMs = CONNECT_MS, statementMs = 0, clock }: DatabaseOptions) {
    this.#clock = clock;
    this.#pool = new driver.Pool({
      connectionString: url,
      max,
      min,
      types,
      pipeline: true,
      connectionTimeoutMillis: connectMs,
      query_timeout: statementMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: CONNECT_MS,
      application_name: 'greenvue-jobs',
      stream: () => this.#openSocket(),
    });
    // An idle connection, or one between two statements, broke: no pending answer can report that. The pool
    // replaces the connection at the next request.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  objects(sql: string, params?: readonly Param[]): Promise<readonly unknown[]> {
    return this.#alone((q) => q.objects(sql, params));
  }

  arrays(sql: string, params?: readonly Param[]): Promise<readonly unknown[]> {
    return this.#alone((q) => q.arrays(sql, params));
  }

  run(sql: string, params?: readonly Param[]): Promise<number> {
    return this.#alone((q) => q.run(sql, params));
  }

  script(sql: string): Promise<void> {
    return this.#alone((q) => q.script(sql));
  }

  /**
   * Runs `work` as one transaction: all of it is durable when the promise resolves, or nothing happened.
   * `now`: the database's time at the BEGIN.
   */
  transaction<T>(work: (q: Queries, now: number) => Promise<T>): Promise<T> {
    return this.#transaction(TRANSACTION, work);
  }

  /** A transaction with short lock waits, whose statements use index plans. */
  boundedTransaction<T, Opened = undefined>(
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    { lockWaitMs = LOCK_WAIT_MS, ...how }: Bounds<Opened> = {},
  ): Promise<T> {
    return this.#transaction(bounded(lockWaitMs), work, how);
  }

  /**
   * Runs one statement as its own transaction, and returns rows as arrays. It relies on settings of the
   * session, so use it only on a pool without unbounded transactions. Behind a pooler, which shares sessions,
   * it does nothing and returns undefined.
   */
  boundedStatement(
    sql: string,
    params: readonly Param[],
    signal?: AbortFlag,
  ): Promise<readonly unknown[] | undefined> {
    return this.#withClient(async (client) => {
      if (!this.#names.areKept) return undefined;
      if (!this.#boundedSessions.has(client)) {
        const { rowCount } = await client.query(BOUNDED_SESSION, [backendOf(client)]);
        if (rowCount === 0) return undefined;
        this.#boundedSessions.add(client);
      }
      return queriesOn(client, this.#prepare).arrays(sql, params).catch(statementFailed);
    }, signal);
  }

  /** A read-only transaction whose statements all see the same state. */
  snapshot<T>(work: (q: Queries, now: number) => Promise<T>): Promise<T> {
    return this.#transaction(SNAPSHOT, work);
  }

  /** Breaks all connections: their work fails, and later work gets new connections. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  #alone<T>(work: (q: Statements) => Promise<T>): Promise<T> {
    return this.#withClient((client) => work(queriesOn(client, this.#prepare)));
  }

  async #transaction<T, Opened = undefined>(
    how: Begin,
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    { opening, signal }: Pick<Bounds<Opened>, 'opening' | 'signal'> = {},
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#withClient((client) => {
          const begin = () => this.#begin(client, how);
          return runTransaction(client, this.#prepare, { begin, opening, work });
        }, signal);
      } catch (error) {
        if (tries >= TRIES || !mustTryAgain(error)) throw error;
      }
    }
  }

  /** Sends a BEGIN, and returns the database's time. */
  async #begin(client: pg.PoolClient, { begin, settings }: Begin): Promise<number> {
    const askedAt = this.#clock?.monotonic() ?? 0;
    const [, answer] = await together([
      client.query(begin),
      client.query<{ readonly now: number }>({ name: this.#names.of(settings), text: settings }),
    ]);
    const now = answer.rows[0]?.now;
    if (now === undefined) throw new Error('the database did not tell its time');
    this.#clock?.learn({ askedAt, answeredAt: this.#clock.monotonic(), now });
    return now;
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>, signal?: AbortFlag): Promise<T> {
    const client = await this.#pool.connect().catch(fail);
    let broken: Error | undefined;
    try {
      refuseAborted(signal);
      await this.#names.learn(client);
      await this.#setSession(client);
      return await work(client);
    } catch (error) {
      if (!isAnswer(error)) broken = error instanceof Error ? error : new Error(String(error));
      return fail(error);
    } finally {
      client.release(broken);
    }
  }

  /** Once for each connection. */
  async #setSession(client: pg.PoolClient): Promise<void> {
    if (this.#sessions.has(client) || !this.#names.areKept) return;
    await client.query(SET_SESSION, [backendOf(client)]);
    this.#sessions.add(client);
  }

  #openSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** The backend that answered the handshake. */
function backendOf(client: pg.PoolClient): unknown {
  return Reflect.get(client, 'processID');
}

/** The statements that begin a transaction, in one round trip. */
interface Begin {
  readonly begin: string;
  /**
   * Applies the settings and returns the time. A separate prepared statement, so that the server parses it
   * once.
   */
  readonly settings: string;
}

function begin(how: string, settings: SessionSettings): Begin {
  return {
    begin: `BEGIN ISOLATION LEVEL ${how}`,
    settings: `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, ${setting(settings, true)}`,
  };
}

type SessionSettings = Readonly<Record<string, string | number>>;

function setting(settings: SessionSettings, isLocal: boolean): string {
  return Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', '${value}', ${isLocal})`)
    .join(', ');
}

const BEGUN = 'greenvue_jobs.begun';
/** The settings of every transaction of the store. */
const OURS = { idle_in_transaction_session_timeout: IDLE_MS, [BEGUN]: 'yes' };
/**
 * A condition for writes in {@link Bounds.opening}: if the BEGIN failed, each statement would commit by
 * itself.
 */
export const HAS_BEGUN = `current_setting('${BEGUN}', true) = 'yes'`;
/** After a wait for a lock, a statement sees the new commits, whatever the database's default level is. */
const TRANSACTION = begin('READ COMMITTED', OURS);
/**
 * Each connection plans a statement once. Planning a large statement takes longer than running it, and table
 * statistics help little: the tables fill and empty within seconds.
 */
const BY_INDEX = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', jit: 'off' };
const bounded = (lockWaitMs: number) =>
  begin('READ COMMITTED', { ...OURS, lock_timeout: lockWaitMs, ...BY_INDEX });
/** Does nothing if a pooler has changed the backend since the handshake. */
const BOUNDED_SESSION = `SELECT ${setting(
  { lock_timeout: LOCK_WAIT_MS, ...BY_INDEX },
  false,
)} WHERE pg_backend_pid() = $1::integer`;
const SNAPSHOT = begin('REPEATABLE READ READ ONLY', OURS);
