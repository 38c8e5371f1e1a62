export { openSqliteContents } from './contents.ts';
export { type FileLock, type FileLockOutcome, takeFileLock } from './file-lock.ts';
export { createSqliteStore, type SqliteStoreOptions } from './store.ts';
