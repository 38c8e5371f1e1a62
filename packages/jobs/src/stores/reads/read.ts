import type { Bound } from './dialect.ts';

/** A statement of a read. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly Bound[];
  /** How its rows come. */
  readonly rows: 'arrays' | 'objects';
}

/**
 * A read, written once for both databases: it yields its statements, one at a time, and is given their rows.
 * SQLite answers at once; PostgreSQL is waited for.
 */
export type Read<T> = Generator<Statement, T, readonly unknown[]>;

export function* arrays(sql: string, params: readonly Bound[] = []): Read<readonly unknown[]> {
  return yield { sql, params, rows: 'arrays' };
}

export function* objects(sql: string, params: readonly Bound[]): Read<readonly unknown[]> {
  return yield { sql, params, rows: 'objects' };
}
