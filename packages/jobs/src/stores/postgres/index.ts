export { type Ask, findServerFault, type UsedSchema } from './server-fault.ts';
export { createPostgresStore, type PostgresStoreOptions } from './store.ts';
