import { Socket } from 'node:net';
import pg from 'pg';
import { type AbortFlag, refuseAborted } from '../../../core/model/errors.ts';
import { fail, isAnswer, mustTryAgain, statementFailed } from './database-errors.ts';
import { type Param, preparing, type Queries, queriesOn, together, waitingForAll } from './queries.ts';
import { runTransaction } from './transaction.ts';

export interface Bounds<Opened> {
  /** The longest wait for each lock, default {@link LOCK_WAIT_MS}; after that it rejects as `busy`. */
  readonly lockWaitMs?: number;
  /**
   * Asks for what comes first of all, together with the BEGIN: only reads, locks and ids, since that may
   * fail; or what writes only if it {@link HAS_BEGUN}.
   */
  readonly opening?: ((q: Queries) => Promise<Opened>) | undefined;
  /**
   * Once it has fired, the transaction does not begin, and this rejects as `aborted`. One that has begun
   * continues.
   */
  readonly signal?: AbortFlag | undefined;
}

/** The database as the store sees it: every rejection is a {@link StoreError}. */
export interface Database extends Queries {
  /**
   * One transaction: all of `work`, durable once the promise resolves, or nothing of it. `now` is the
   * database's time at its begin.
   */
  transaction<T>(work: (q: Queries, now: number) => Promise<T>): Promise<T>;
  /** One that waits for no lock for long, and whose statements are planned by index. */
  boundedTransaction<T, Opened = undefined>(
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    bounds?: Bounds<Opened>,
  ): Promise<T>;
  /**
   * One of a single statement, without BEGIN and COMMIT; gives rows as arrays. Planned as those of a bounded
   * one, by settings of its session: only for connections that have none but bounded ones. Undefined, and not
   * done, behind a pooler, whose sessions are also others'.
   */
  boundedStatement(
    sql: string,
    params: readonly Param[],
    signal?: AbortFlag,
  ): Promise<readonly unknown[] | undefined>;
  /** One that sees one state of the database and writes nothing. */
  snapshot<T>(work: (q: Queries, now: number) => Promise<T>): Promise<T>;
  /** Breaks all connections: what is under way on them fails now, and what comes gets new ones. */
  reset(): void;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly url: string;
  /** Connections at most. */
  readonly max: number;
  /** Connections that stay though nothing uses them: what has just come due need not wait for a new one. */
  readonly min?: number;
  /**
   * A statement that takes longer has lost its server, or the way to it, without a word. Absent: it may take
   * any time.
   */
  readonly statementMs?: number;
  /** Hears what the database's time was, between two instants of the process's monotonic clock. */
  readonly clock?: { monotonic(): number; learn(sample: TimeSample): void };
}

export interface TimeSample {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly now: number;
}

const TRIES = 5;
const CONNECT_MS = 5_000;
/** The longest time that a frozen or disconnected process may hold rows in the middle of a transaction. */
const IDLE_MS = 10_000;
/** A caller's transaction may hold a job for long; nobody else waits for it for longer than this. */
export const LOCK_WAIT_MS = 2_000;
/** Those of the store take some milliseconds; whoever holds a job for longer is somebody else. */
export const SHORT_WAIT_MS = 100;
const INT8 = 20;
const INT8_ARRAY: number = 1016;

const types: pg.CustomTypesConfig = {
  // Ids, fences and milliseconds are safe integers.
  getTypeParser: (oid, format) => {
    if (oid === INT8) return Number;
    return oid === INT8_ARRAY ? numbersOf : pg.types.getTypeParser(oid, format);
  },
};

/** Many at once, without a text for each. */
function numbersOf(array: string): unknown {
  return JSON.parse(`[${array.slice(1, -1).replaceAll('NULL', 'null')}]`);
}

export function connect(options: ConnectOptions): Database {
  const { pool, reset } = createPool(options);
  const names = createNames();
  const prepare = preparing(names.of);
  const boundedSessions = new WeakSet<pg.PoolClient>();

  const withClient = async <T>(
    work: (client: pg.PoolClient) => Promise<T>,
    signal?: AbortFlag,
  ): Promise<T> => {
    const client = await pool.connect().catch(fail);
    let broken: Error | undefined;
    try {
      refuseAborted(signal);
      await names.learn(client);
      return await work(client);
    } catch (error) {
      if (!isAnswer(error)) broken = error instanceof Error ? error : new Error(String(error));
      return fail(error);
    } finally {
      client.release(broken);
    }
  };

  const begun = async (client: pg.PoolClient, { begin, settings }: Begin): Promise<number> => {
    const askedAt = options.clock?.monotonic() ?? 0;
    const [, answer] = await together([
      client.query(begin),
      client.query<{ readonly now: number }>({ name: names.of(settings), text: settings }),
    ]);
    const now = answer.rows[0]?.now;
    if (now === undefined) throw new Error('the database did not tell its time');
    options.clock?.learn({ askedAt, answeredAt: options.clock.monotonic(), now });
    return now;
  };

  const inTransaction = async <T, Opened = undefined>(
    how: Begin,
    work: (q: Queries, now: number, opened: Opened | undefined) => Promise<T>,
    { opening, signal }: Pick<Bounds<Opened>, 'opening' | 'signal'> = {},
  ): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await withClient(
          (client) => runTransaction(client, prepare, { begin: () => begun(client, how), opening, work }),
          signal,
        );
      } catch (error) {
        if (tries >= TRIES || !mustTryAgain(error)) throw error;
      }
    }
  };

  const alone = <T>(work: (q: Queries) => Promise<T>) =>
    withClient((client) => work(queriesOn(client, prepare)));
  return {
    ...waitingForAll({
      objects: (sql, params) => alone((q) => q.objects(sql, params)),
      arrays: (sql, params) => alone((q) => q.arrays(sql, params)),
      run: (sql, params) => alone((q) => q.run(sql, params)),
      script: (sql) => alone((q) => q.script(sql)),
    }),
    transaction: (work) => inTransaction(TRANSACTION, work),
    boundedTransaction: (work, { lockWaitMs = LOCK_WAIT_MS, ...how } = {}) =>
      inTransaction(bounded(lockWaitMs), work, how),
    boundedStatement: (sql, params, signal) =>
      withClient(async (client) => {
        if (!names.areKept) return undefined;
        if (!boundedSessions.has(client)) {
          const { rowCount } = await client.query(BOUNDED_SESSION, [Reflect.get(client, 'processID')]);
          if (rowCount === 0) return undefined;
          boundedSessions.add(client);
        }
        return queriesOn(client, prepare).arrays(sql, params).catch(statementFailed);
      }, signal),
    snapshot: (work) => inTransaction(SNAPSHOT, work),
    reset,
    close: () => pool.end(),
  };
}

function createPool({ url, max, min = 0, statementMs = 0 }: ConnectOptions) {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: url,
    max,
    min,
    types,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: statementMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: CONNECT_MS,
    application_name: 'greenvue-jobs',
    stream() {
      const socket = new Socket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
  });
  // The next request replaces a broken connection: an idle one, or one between two statements of a
  // transaction, where no pending answer could show it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    pool,
    reset() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Names of prepared statements. None behind a pooler, which shares sessions among processes: then each
 * statement is parsed again.
 */
function createNames() {
  let isDirect: boolean | undefined;
  const names = new Map<string, string>();
  return {
    async learn(client: pg.PoolClient) {
      if (isDirect !== undefined) return;
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      // What the handshake said; a pooler makes that up.
      isDirect = rows[0]?.pid === Reflect.get(client, 'processID');
    },
    /** Sessions are ours alone, as far as is known. */
    get areKept() {
      return isDirect === true;
    },
    of(sql: string) {
      if (isDirect !== true) return undefined;
      let name = names.get(sql);
      if (name === undefined) {
        name = `gv${names.size}`;
        names.set(sql, name);
      }
      return name;
    },
  };
}

/** How a transaction begins, in one round trip: with what holds to its end, and the database's time. */
interface Begin {
  readonly begin: string;
  /** And the time. Apart, so that it need not be parsed each time. */
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
/** In each transaction of the store. */
const OURS = { idle_in_transaction_session_timeout: IDLE_MS, [BEGUN]: 'yes' };
/**
 * A condition for what writes in an {@link Bounds.opening}: were its BEGIN to fail, each statement would be a
 * transaction of its own.
 */
export const HAS_BEGUN = `current_setting('${BEGUN}', true) = 'yes'`;
/** What waited for a lock has to see what was committed meanwhile, whatever the database has for others. */
const TRANSACTION = begin('READ COMMITTED', OURS);
/**
 * Statements are planned once for each connection. Planning the larger ones each time takes longer than
 * running them, and statistics of tables that fill and empty within seconds help little.
 */
const BY_INDEX = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', jit: 'off' };
const bounded = (lockWaitMs: number) =>
  begin('READ COMMITTED', { ...OURS, lock_timeout: lockWaitMs, ...BY_INDEX });
/**
 * Nothing where another backend answers than the one of the handshake, as behind a pooler that came since
 * that was learnt.
 */
const BOUNDED_SESSION = `SELECT ${setting(
  { default_transaction_isolation: 'read committed', lock_timeout: LOCK_WAIT_MS, ...BY_INDEX },
  false,
)} WHERE pg_backend_pid() = $1::integer`;
const SNAPSHOT = begin('REPEATABLE READ READ ONLY', OURS);
