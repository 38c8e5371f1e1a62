import type { Bound } from './dialect.ts';

/** A statement of a read. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly Bound[];
  /** The form of its rows. */
  readonly rows: 'arrays' | 'objects';
}

/**
 * A read that is written once for both databases. It yields statements, one at a time, and receives their
 * rows. SQLite answers synchronously, PostgreSQL asynchronously.
 */
export type Read<T> = Generator<Statement, T, readonly unknown[]>;

export function* arrays(sql: string, params: readonly Bound[] = []): Read<readonly unknown[]> {
  return yield { sql, params, rows: 'arrays' };
}

export function* objects(sql: string, params: readonly Bound[]): Read<readonly unknown[]> {
  return yield { sql, params, rows: 'objects' };
}
