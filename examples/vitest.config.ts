import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/*.test.ts'],
    globalSetup: ['../packages/jobs/test/postgres/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The programs mostly wait: for the first slot of their job, and for the slow disk.
    maxWorkers: 8,
  },
});
