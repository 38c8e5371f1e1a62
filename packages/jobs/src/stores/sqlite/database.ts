import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** A value that can be bound to a parameter. */
export type Param = SQLInputValue;

/** A connection with its prepared statements. */
export interface Database {
  /** Rows as objects. */
  statement(sql: string): StatementSync;
  /** Rows as arrays: faster, for frequent statements. */
  arrays(sql: string): StatementSync;
  /**
   * Runs a statement that returns no rows. Faster than its `run`, which creates an object with the changes.
   */
  write(sql: string, ...params: readonly Param[]): void;
  exec(sql: string): void;
  isInTransaction(): boolean;
  /** Sets whether SQLite refuses statements that edit the text of the schema. */
  protectSchema(isProtected: boolean): void;
  close(): void;
}

const WAIT_FOR_LOCK_MS = 5_000;
/** No larger: in many commits, SQLite walks over all cached pages. */
const WRITER_CACHE_KIB = 16 * 1024;
/** A connection that only reads has no commits. */
const READER_CACHE_KIB = 64 * 1024;
/** 16 MiB: a checkpoint takes about 10 ms, and copies a frequently written page only once. */
const CHECKPOINT_PAGES = 4_000;
const MAX_WAL_BYTES = 64 * 1024 * 1024;

/**
 * The only connection that writes. Every commit reaches the disk before it returns (`synchronous = FULL`).
 */
export function openForWriting(file: string): Database {
  const db = new DatabaseSync(file, { timeout: WAIT_FOR_LOCK_MS });
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${WRITER_CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${MAX_WAL_BYTES};
  `);
  return withStatements(db);
}

/** A connection that can only read. */
export function openForReading(file: string): Database {
  const db = new DatabaseSync(file, { readOnly: true, timeout: WAIT_FOR_LOCK_MS });
  db.exec(`PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${READER_CACHE_KIB};`);
  db.function('folded', { deterministic: true }, (text) => String(text).toLowerCase());
  return withStatements(db);
}

function withStatements(db: DatabaseSync): Database {
  const statements = (returnArrays: boolean) => {
    const prepared = new Map<string, StatementSync>();
    return (sql: string): StatementSync => {
      let statement = prepared.get(sql);
      if (statement === undefined) {
        statement = db.prepare(sql);
        statement.setReturnArrays(returnArrays);
        prepared.set(sql, statement);
      }
      return statement;
    };
  };
  const statement = statements(false);
  return {
    statement,
    arrays: statements(true),
    write: (sql, ...params) => void statement(sql).get(...params),
    exec: (sql) => db.exec(sql),
    isInTransaction: () => db.isTransaction,
    protectSchema: (isProtected) => {
      // Node 22 has no such switch, and never protects the schema.
      if ('enableDefensive' in db) db.enableDefensive(isProtected);
    },
    close: () => db.close(),
  };
}

/** Throws unless this connection can read the tables of live runs. */
export function checkTables(db: Database): void {
  db.statement('SELECT uid FROM jobs LIMIT 1').get();
  db.statement('SELECT id FROM live_runs LIMIT 1').get();
}

/**
 * Throws unless the file is a database with these tables now. An open connection would not notice: it keeps
 * pages in memory and continues with a removed file.
 */
export function checkFile(file: string): void {
  const db = openForReading(file);
  try {
    checkTables(db);
  } finally {
    db.close();
  }
}
