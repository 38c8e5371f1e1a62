export { type ContinueIdsOptions, continueIds } from './file/continue-ids.ts';
export { type FileLock, type FileLockOutcome, type LockHolder, takeFileLock } from './file/file-lock.ts';
export { type FileWatch, watchDatabaseFile } from './file/file-watch.ts';
export { type DatabaseIdentity, readDatabaseIdentity, replaceDatabaseId } from './file/info.ts';
export { checkBeforeWork, checkIntegrity, type Integrity, type StartCheck } from './file/integrity.ts';
export { findLogDamage } from './file/log-damage.ts';
export { openSqliteContents } from './rows/contents.ts';
export { sqlite } from './sqlite.ts';
export type { SqliteOptions } from './store.ts';
