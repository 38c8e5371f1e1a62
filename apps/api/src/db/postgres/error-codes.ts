import pg from 'pg';
import { DatabaseError, type DatabaseErrorKind } from '../errors.ts';

/**
 * Makes what `pg` throws the error that callers can act on. What the server did not answer itself is a lost
 * connection.
 */
export function databaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? 'UNKNOWN';
    return new DatabaseError({ kind: kindOf(code), code, message, cause: error });
  }
  return new DatabaseError({ kind: 'unavailable', code: codeOf(error), message, cause: error });
}

/** True when the server answered, so that the connection is good for more. */
export function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && kindOf(error.code ?? '') !== 'unavailable';
}

// By SQLSTATE, or by its class, the first two characters
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const KINDS: ReadonlyMap<string, DatabaseErrorKind> = new Map([
  ['23505', 'unique'],
  ['23503', 'foreign_key'],
  ['23502', 'not_null'],
  // A check, an exclusion, and the trigger of the audit log.
  ['23', 'check'],
  // A value that its type does not take.
  ['22', 'check'],
  ['40', 'busy'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
  ['53100', 'full'],
  ['53', 'busy'],
  ['08', 'unavailable'],
  ['57P', 'unavailable'],
  // After a failover, a connection may lead to a server that only reads.
  ['25006', 'unavailable'],
]);

function kindOf(code: string): DatabaseErrorKind {
  return KINDS.get(code) ?? KINDS.get(code.slice(0, 3)) ?? KINDS.get(code.slice(0, 2)) ?? 'other';
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'CONNECTION_LOST';
}
