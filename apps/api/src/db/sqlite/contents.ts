import { DatabaseSync } from 'node:sqlite';
import type { TableRow, TableRows } from '@greenvue/jobs';
import type { Database } from '../schema.ts';

/**
 * Opens a database that no process has open, and that is up to date, for reading all that it holds but the
 * search index, which is made out of the listings.
 */
export function openSqliteContents(file: string): {
  readonly tables: readonly TableRows[];
  close(): void;
} {
  const db = new DatabaseSync(file, { readOnly: true });
  const numberIn = (sql: string): number => {
    const value = Object.values(db.prepare(sql).get() ?? {})[0];
    if (typeof value !== 'number') throw new Error(`no number came of ${sql}`);
    return value;
  };
  const tables = Object.entries(KEYS).map(([table, { key, isGiven }]): TableRows => {
    // Not the highest existing key: the key of a removed row must never be reused.
    const last = `SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '${table}'`;
    return {
      table,
      count: numberIn(`SELECT count(*) FROM ${table}`),
      rows: () => db.prepare(`SELECT * FROM ${table} ORDER BY ${key}`).iterate() as Iterable<TableRow>,
      ...(isGiven ? { identity: { column: key, last: numberIn(last) } } : {}),
    };
  });
  return { tables, close: () => db.close() };
}

interface Key {
  readonly key: string;
  /** By the database. */
  readonly isGiven: boolean;
}

/** In an order in which referenced rows come first. */
const KEYS: Readonly<Record<keyof Database, Key>> = {
  users: { key: 'id', isGiven: false },
  sessions: { key: 'id', isGiven: false },
  refresh_tokens: { key: 'id', isGiven: false },
  password_resets: { key: 'token_hash', isGiven: false },
  email_confirmations: { key: 'token_hash', isGiven: false },
  api_tokens: { key: 'id', isGiven: false },
  audit: { key: 'id', isGiven: true },
  settings: { key: 'key', isGiven: false },
  listings: { key: 'seq', isGiven: true },
  notifications: { key: 'id', isGiven: false },
  search_changes: { key: 'seq', isGiven: true },
};
