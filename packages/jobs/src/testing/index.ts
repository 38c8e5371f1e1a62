export {
  createMemoryDatabase,
  createMemoryStore,
  type MemoryDatabase,
  type MemoryStoreOptions,
} from '../stores/memory/index.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createPastJobs, type PastJobs, type PastJobsOptions } from './past-jobs.ts';
export { type RunHandlerOptions, type RunHandlerReport, runHandler } from './run-handler.ts';
export { createTestJobs, type TestJobs, type TestJobsOptions } from './test-jobs.ts';
export type { TestLogLine, TestRun } from './test-runs.ts';
export type { TestClock } from './test-time.ts';
