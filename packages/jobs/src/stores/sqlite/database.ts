import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** A value that can be bound to a parameter. */
export type Param = SQLInputValue;

/** One connection with its prepared statements. */
export interface Database {
  /** Rows as objects. */
  statement(sql: string): StatementSync;
  /** Rows as arrays: faster, for the hot path. */
  arrays(sql: string): StatementSync;
  /**
   * Runs a statement that returns no rows: quicker than its `run`, which makes an object of how much it
   * changed.
   */
  write(sql: string, ...params: readonly Param[]): void;
  exec(sql: string): void;
  isInTransaction(): boolean;
  /** Whether SQLite refuses statements that edit the text of the schema. */
  protectSchema(isProtected: boolean): void;
  close(): void;
}

const WAIT_FOR_LOCK_MS = 5_000;
/**
 * Not more: many commits make SQLite walk over all pages that it keeps; what it does not keep comes from the
 * system's memory.
 */
const WRITER_CACHE_KIB = 16 * 1024;
/** Who reads commits nothing. */
const READER_CACHE_KIB = 64 * 1024;
/**
 * Pages of 4 KiB: a checkpoint of 16 MiB takes some 10 ms, and pages written over and over are copied back
 * once.
 */
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
  const objects = new Map<string, StatementSync>();
  const arrays = new Map<string, StatementSync>();
  const statementOf = (sql: string): StatementSync => {
    let statement = objects.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      objects.set(sql, statement);
    }
    return statement;
  };
  return {
    statement: statementOf,
    arrays(sql) {
      let statement = arrays.get(sql);
      if (statement === undefined) {
        statement = db.prepare(sql);
        statement.setReturnArrays(true);
        arrays.set(sql, statement);
      }
      return statement;
    },
    write: (sql, ...params) => void statementOf(sql).get(...params),
    exec: (sql) => db.exec(sql),
    isInTransaction: () => db.isTransaction,
    protectSchema: (isProtected) => db.enableDefensive(isProtected),
    close: () => db.close(),
  };
}
