import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short files that take a minute: begun last, they would go on alone. */
const LONG = /\/test\/(store-contract|engine|process|chaos)\/(sqlite|postgres|kill|chaos)\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
    ],
    globalSetup: ['packages/jobs/test/postgres/global-setup.ts'],
    // Longer than what a test waits for: that says what did not come.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Those that run side by side mostly wait: for other processes, for times, for the disk.
    maxConcurrency: 10,
    maxWorkers: 3,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    // Machines are shared and slow at times: a condition has long to come true, and a test ends as soon as it
    // does.
    expect: { poll: { timeout: 10_000 } },
  },
});
