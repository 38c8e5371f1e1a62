export { type Ask, findServerFault, type UsedSchema } from './connection/server-fault.ts';
export { postgres } from './postgres.ts';
export type { PostgresOptions } from './store.ts';
export {
  type ContentsToWrite,
  type TablesToWrite,
  WriteTablesError,
  writePostgresContents,
  writeTables,
} from './tables/write-tables.ts';
