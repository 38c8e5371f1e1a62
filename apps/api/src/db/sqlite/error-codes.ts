import { DatabaseError, type DatabaseErrorKind } from '../errors.ts';
import type { SqlFailure } from './protocol.ts';

/** Makes a thread's failure the error that callers can act on. */
export function databaseError(failure: SqlFailure): DatabaseError {
  const known = lookUp(failure.errcode);
  return new DatabaseError({ ...known, message: failure.message });
}

// Extended result codes first: a plain code is the low byte of its extended ones
// (https://sqlite.org/rescode.html).
const CODES: ReadonlyMap<number, readonly [string, DatabaseErrorKind]> = new Map([
  [2067, ['SQLITE_CONSTRAINT_UNIQUE', 'unique']],
  [1555, ['SQLITE_CONSTRAINT_PRIMARYKEY', 'unique']],
  [2579, ['SQLITE_CONSTRAINT_ROWID', 'unique']],
  [787, ['SQLITE_CONSTRAINT_FOREIGNKEY', 'foreign_key']],
  [275, ['SQLITE_CONSTRAINT_CHECK', 'check']],
  [3091, ['SQLITE_CONSTRAINT_DATATYPE', 'check']],
  [1811, ['SQLITE_CONSTRAINT_TRIGGER', 'check']],
  [1299, ['SQLITE_CONSTRAINT_NOTNULL', 'not_null']],
  [5, ['SQLITE_BUSY', 'busy']],
  [6, ['SQLITE_LOCKED', 'busy']],
  [8, ['SQLITE_READONLY', 'unavailable']],
  [10, ['SQLITE_IOERR', 'unavailable']],
  [11, ['SQLITE_CORRUPT', 'damaged']],
  [26, ['SQLITE_NOTADB', 'damaged']],
  [13, ['SQLITE_FULL', 'full']],
  // No room for the index of the log.
  [4874, ['SQLITE_IOERR_SHMSIZE', 'full']],
  [14, ['SQLITE_CANTOPEN', 'unavailable']],
  [19, ['SQLITE_CONSTRAINT', 'check']],
]);

function lookUp(errcode: number | undefined): { readonly code: string; readonly kind: DatabaseErrorKind } {
  if (errcode === undefined) return { code: 'SQLITE_MISUSE', kind: 'other' };
  const entry = CODES.get(errcode) ?? CODES.get(errcode & 0xff);
  if (entry === undefined) return { code: `SQLITE_${errcode}`, kind: 'other' };
  return { code: entry[0], kind: entry[1] };
}
