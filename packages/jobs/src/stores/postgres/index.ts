export { type Ask, findServerFault, type UsedSchema } from './connection/server-fault.ts';
export { createPostgresStore, type PostgresStoreOptions } from './store.ts';
export { type ContentsToWrite, writePostgresContents } from './tables/write-contents.ts';
export { type TablesToWrite, WriteTablesError, writeTables } from './tables/write-tables.ts';
