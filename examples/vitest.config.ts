import { defineConfig } from 'vitest/config';
import { TEST_MS } from '../scripts/test-deadlines.ts';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['test/*.test.ts'],
    globalSetup: ['../packages/jobs/test/postgres/global-setup.ts'],
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    // The programs mostly wait: for the first slot of their job, and for the slow disk.
    maxWorkers: 8,
  },
});
