export { type Ask, findServerFault, type UsedSchema } from './connection/server-fault.ts';
export { type PostgresOptions, postgres } from './postgres.ts';
export {
  type ContentsToWrite,
  type TablesToWrite,
  WriteTablesError,
  writePostgresContents,
  writeTables,
} from './tables/write-tables.ts';
