export {
  createMemoryDatabase,
  createMemoryStore,
  type MemoryDatabase,
  type MemoryStoreOptions,
} from '../stores/memory/index.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { type RunJobOptions, type RunJobReport, runJob } from './run-job.ts';
