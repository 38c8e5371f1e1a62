import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Quick files first: the first test that fails ends the run of a changed rule. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      Number(moduleId.includes('/store-contract/')) + 2 * Number(moduleId.includes('.property.'));
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** The tests of the rules: pure functions, and the transactions over a store in memory. */
export default defineConfig({
  test: {
    include: [
      'packages/jobs/src/core/**/*.test.ts',
      'packages/jobs/test/core/*.test.ts',
      'packages/jobs/test/store-contract/memory.test.ts',
    ],
    setupFiles: 'scripts/test-quality/fixed-seed.ts',
    sequence: { sequencer: QuickFirst },
    isolate: false,
    testTimeout: 60_000,
  },
});
