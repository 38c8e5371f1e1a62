import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { ConnectionOptions, SqlCommand, SqlFailure, SqlOutcome, SqlResult, SqlRow } from './protocol.ts';

const BUSY = 5;
const BUSY_POLL_MS = 1;
const PATIENCE_MS = 10_000;
const STATEMENTS_KEPT = 200;

const EVERY_CONNECTION = `
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -16000;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
`;
const WRITER = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 67108864;
`;

/** A connection that works on the thread that calls it. */
export interface SqliteConnection {
  /** Never throws: a failure is an outcome. */
  run(command: SqlCommand): SqlOutcome;
  close(): void;
}

/** Opens `file`, and creates it unless `readOnly`. Throws when that fails. */
export function openConnection(options: ConnectionOptions): SqliteConnection {
  const { patienceMs = PATIENCE_MS } = options;
  // A reader is hardly ever kept waiting; a writer waits by its own, fairer rule (see `patiently`).
  const database = new DatabaseSync(options.file, {
    readOnly: options.readOnly,
    timeout: options.readOnly ? patienceMs : 0,
  });
  const statements = new Map<string, Prepared>();
  const open: Open = { database, statements, patienceMs };
  try {
    patiently(open, () => database.exec(options.readOnly ? EVERY_CONNECTION : WRITER + EVERY_CONNECTION));
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    run: (command) => {
      try {
        return { ok: true, result: execute(open, command) };
      } catch (error) {
        return { ok: false, failure: failureOf(error) };
      }
    },
    close: () => database.close(),
  };
}

interface Open {
  readonly database: DatabaseSync;
  readonly statements: Map<string, Prepared>;
  readonly patienceMs: number;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

const NOTHING: SqlResult = { rows: [], changes: undefined, lastInsertRowid: undefined };

function execute(open: Open, command: SqlCommand): SqlResult {
  const { database } = open;
  switch (command.kind) {
    case 'rollback':
      // After some errors, a full disk for one, SQLite has rolled back by itself.
      if (database.isTransaction) database.exec('ROLLBACK');
      return NOTHING;
    case 'script':
      patiently(open, () => database.exec(command.sql));
      return NOTHING;
    case 'query': {
      const one = prepared(open, command.sql);
      return patiently(open, () => query(one, command.parameters));
    }
    default:
      return command satisfies never;
  }
}

function query(
  { statement, givesRows }: Prepared,
  parameters: (SqlCommand & { kind: 'query' })['parameters'],
): SqlResult {
  if (givesRows) {
    const rows: readonly SqlRow[] = statement.all(...parameters);
    return { rows, changes: undefined, lastInsertRowid: undefined };
  }
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], changes, lastInsertRowid };
}

/** Keeps the most recently used statements compiled: a Map gives its keys back in the order they were set. */
function prepared({ database, statements }: Open, sql: string): Prepared {
  const one = statements.get(sql) ?? prepare(database, sql);
  statements.delete(sql);
  statements.set(sql, one);
  const oldest = statements.keys().next();
  if (statements.size > STATEMENTS_KEPT && !oldest.done) statements.delete(oldest.value);
  return one;
}

function prepare(database: DatabaseSync, sql: string): Prepared {
  const statement = database.prepare(sql);
  const givesRows = statement.columns().length > 0;
  // The last row id of a write to a full-text index is one of its own inner rows, and may be past 2^53.
  if (!givesRows) statement.setReadBigInts(true);
  return { statement, givesRows };
}

/**
 * Tries again each millisecond while another connection holds the write lock. SQLite's own busy handler
 * sleeps ever longer, up to 100 ms, and so misses the short gaps that a job leaves between its batches. A
 * statement that found the database busy has done nothing, and can be repeated.
 */
function patiently<T>({ patienceMs }: Pick<Open, 'patienceMs'>, attempt: () => T): T {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const errcode = errcodeOf(error);
      if (errcode === undefined || (errcode & 0xff) !== BUSY || performance.now() >= deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_POLL_MS);
    }
  }
}

export function failureOf(error: unknown): SqlFailure {
  return { errcode: errcodeOf(error), message: messageOf(error) };
}

function errcodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
