export { openSqliteContents } from './contents.ts';
export { createSqliteStore, type SqliteStoreOptions } from './store.ts';
