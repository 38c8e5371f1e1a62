export { createMemoryDatabase, type MemoryDatabase } from './database.ts';
export { createMemoryStore, type MemoryStoreOptions } from './store.ts';
