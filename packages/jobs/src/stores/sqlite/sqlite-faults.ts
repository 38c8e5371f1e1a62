import { StoreError, type StoreErrorCode } from '../../core/model/errors.ts';

/** https://sqlite.org/rescode.html; primary codes are the low byte of extended ones. */
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
/** No room for the index of the log. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** The code of a `StoreError` for an error of SQLite or of the file system. */
export function faultCode(error: unknown): StoreErrorCode {
  if (error instanceof StoreError) return error.code;
  if (!(error instanceof Error)) return 'unavailable';
  if ('errcode' in error && typeof error.errcode === 'number') return codeOf(error.errcode);
  return 'code' in error && error.code === 'ENOSPC' ? 'full' : 'unavailable';
}

function codeOf(errcode: number): StoreErrorCode {
  if (errcode === SQLITE_IOERR_SHMSIZE) return 'full';
  switch (errcode & 0xff) {
    case SQLITE_FULL:
      return 'full';
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return 'damaged';
    default:
      return 'unavailable';
  }
}
