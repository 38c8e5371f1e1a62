export { createMemoryDatabase, type MemoryDatabase } from './memory-database.ts';
export { createMemoryStore, type MemoryStoreOptions } from './store.ts';
