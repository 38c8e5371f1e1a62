/** What went wrong, in words that both databases share. */
export type DatabaseErrorKind =
  | 'unique'
  | 'foreign_key'
  | 'check'
  | 'not_null'
  | 'busy'
  | 'full'
  | 'unavailable'
  | 'damaged'
  | 'other';

/**
 * A statement that the database refused. `code` is the database's own, such as
 * `SQLITE_CONSTRAINT_UNIQUE` or the SQLSTATE `23505`.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly kind: DatabaseErrorKind;
  readonly code: string;

  constructor(failure: {
    readonly kind: DatabaseErrorKind;
    readonly code: string;
    readonly message: string;
    readonly cause?: unknown;
  }) {
    super(failure.message, { cause: failure.cause });
    this.kind = failure.kind;
    this.code = failure.code;
  }
}

/** True when a row with that key exists already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === 'unique';
}

/** The database was migrated by a newer GreenVue; this one would misread it. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';
  readonly code = 'newer_database';

  constructor(versions: { readonly database: string; readonly found: number; readonly known: number }) {
    super(
      `${versions.database} has schema version ${versions.found}, newer than ${versions.known}, the latest this GreenVue knows: ` +
        'start the newer GreenVue, or restore a backup from before the upgrade.',
    );
  }
}

/** A server that GreenVue can't work with, in one line that says what to do. */
export class UnusableServerError extends Error {
  override readonly name = 'UnusableServerError';
  readonly code = 'unusable_server';
}
