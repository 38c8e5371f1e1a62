// How `npm run mutation` changes the rules and tests each change. Every kind of change is on, also of texts.
export default {
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/test-quality/vitest.config.ts', related: false },
  // A changed rule meets only the tests that run it.
  coverageAnalysis: 'perTest',
  // Results of unchanged rules and tests are kept, so a run continues where the last one ended.
  incremental: true,
  incrementalFile: 'dist/mutation/results.json',
  tempDirName: 'dist/mutation/copies',
  ignorePatterns: [
    '/apps',
    '/bench',
    '/dist',
    '/docs',
    '/examples',
    '/ops',
    '/packages/accounts',
    '/packages/cli',
    '/packages/console',
  ],
  // Stryker reads it with the API of an older TypeScript. Vitest does not need it.
  tsconfigFile: 'none',
  reporters: ['json', 'html', 'clear-text', 'dots'],
  jsonReporter: { fileName: 'dist/mutation/report.json' },
  htmlReporter: { fileName: 'dist/mutation/report.html' },
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  concurrency: 2,
  // A change may make a loop endless.
  timeoutMS: 5_000,
  timeoutFactor: 3,
  allowConsoleColors: false,
};
