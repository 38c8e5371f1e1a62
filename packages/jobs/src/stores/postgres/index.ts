export { type Ask, findServerFault, type UsedSchema } from './connection/server-fault.ts';
export { createPostgresStore, type PostgresStoreOptions } from './store.ts';
export {
  type ContentsToWrite,
  type TablesToWrite,
  WriteTablesError,
  writePostgresContents,
  writeTables,
} from './tables/write-tables.ts';
