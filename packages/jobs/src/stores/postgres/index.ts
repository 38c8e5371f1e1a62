export { type Ask, findServerFault, type UsedSchema } from './server-fault.ts';
export { createPostgresStore, type PostgresStoreOptions } from './store.ts';
export { type ContentsToWrite, writePostgresContents } from './write-contents.ts';
export { type TablesToWrite, WriteTablesError, writeTables } from './write-tables.ts';
