import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../../core/model/errors.ts';
import type { Database } from '../database.ts';
import { resolveDatabaseFile } from './database-file.ts';

/** What a start learns about a database. */
export interface OpenedInfo {
  /** The last process that had it open ended without closing it: a crash, a kill, a power cut. */
  readonly endedUncleanly: boolean;
}

/**
 * Records that the database is open, and sets its id if it has none (`id`, or a random one). Throws a
 * `StoreError` `unusable` if it has another id. Call it once the schema is up to date.
 */
export function noteOpened(db: Database, id: string | undefined): OpenedInfo {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.write(ADD_ID, id ?? null);
    const found = db.statement(FIND).get('id')?.value;
    if (id !== undefined && found !== id)
      throw new StoreError(
        'unusable',
        `The job database has the id ${found}, not ${id}: it belongs to another installation. Put the right file in its place.`,
      );
    const closed = db.statement(REMOVE_CLOSED).get();
    db.exec('COMMIT');
    return { endedUncleanly: closed === undefined };
  } catch (error) {
    if (db.isInTransaction()) db.exec('ROLLBACK');
    throw error;
  }
}

/** Records that the database was closed in order. */
export function noteClosed(db: Database): void {
  db.write(ADD_CLOSED);
}

/**
 * The state of a database file, read before it is opened. `empty`: there is no file, or no store was ever
 * opened on it.
 */
export type DatabaseIdentity =
  | { readonly kind: 'empty' }
  /** Opening it will report the reason. */
  | { readonly kind: 'unreadable' }
  /**
   * `id` is undefined for a database of an earlier version; `isClosed`: the last process that had it open has
   * closed it in order.
   */
  | { readonly kind: 'filled'; readonly id: string | undefined; readonly isClosed: boolean };

/** Reads the identity of a database without changes to it. */
export function readDatabaseIdentity(file: string): DatabaseIdentity {
  const { name, path } = resolveDatabaseFile(file);
  if (path === undefined || !existsSync(path)) return { kind: 'empty' };
  try {
    const db = new DatabaseSync(name, { readOnly: true, timeout: 1_000 });
    try {
      const tables = tablesOf(db);
      if (!tables.includes('jobs')) return { kind: 'empty' };
      const find = tables.includes('info') ? db.prepare(FIND) : undefined;
      const id = find?.get('id')?.value;
      const isClosed = find?.get('closed') !== undefined;
      return { kind: 'filled', id: typeof id === 'string' ? id : undefined, isClosed };
    } finally {
      db.close();
    }
  } catch {
    return { kind: 'unreadable' };
  }
}

/**
 * Replaces the id of a database that no process has open. A database of an earlier version has no id and gets
 * none.
 */
export function replaceDatabaseId(file: string, id: string): void {
  const db = new DatabaseSync(resolveDatabaseFile(file).name, { timeout: 1_000 });
  try {
    if (tablesOf(db).includes('info')) db.prepare(SET_ID).run(id);
  } finally {
    db.close();
  }
}

/** Which of the two tables exist that a database's identity is read from. */
function tablesOf(db: DatabaseSync): readonly unknown[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('jobs', 'info')";
  return db
    .prepare(sql)
    .all()
    .map(({ name }) => name);
}

const ADD_ID =
  "INSERT INTO info (key, value) VALUES ('id', coalesce(?, lower(hex(randomblob(16))))) ON CONFLICT DO NOTHING";
const FIND = 'SELECT value FROM info WHERE key = ?';
const SET_ID = "UPDATE info SET value = ? WHERE key = 'id'";
const REMOVE_CLOSED = "DELETE FROM info WHERE key = 'closed' RETURNING value";
const ADD_CLOSED = "INSERT INTO info (key, value) VALUES ('closed', 'in order') ON CONFLICT DO NOTHING";
