import { defaultExclude, defineConfig } from 'vitest/config';
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

/** Nothing but functions that leave nothing behind: the next file needs no process of its own, which takes longer than they do. */
const PURE = ['packages/console/src/**/*.test.ts', 'packages/jobs/{src,test}/core/**/*.test.ts'];
const ALL = ['{packages,apps}/*/{src,test}/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ALL,
          exclude: [...defaultExclude, ...PURE],
          globalSetup: ['packages/jobs/test/postgres/global-setup.ts'],
        },
      },
    ],
    // Longer than what a test waits for: that says what did not come.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Those that run side by side mostly wait: for other processes, for times, for the disk.
    maxConcurrency: 10,
    maxWorkers: 3,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    // Machines are shared and slow at times: a condition has long to come true, and a test ends as soon as it does.
    expect: { poll: { timeout: 10_000 } },
  },
});
