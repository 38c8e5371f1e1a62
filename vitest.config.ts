import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { CONDITION_MS, TEST_MS } from './scripts/test-deadlines.ts';

/** Files that take 15 s or more: started last, one of them would run alone at the end. */
const LONG =
  /\/(store-contract\/sqlite|(store-contract|engine)\/postgres[a-z-]*|engine\/sqlite|kill|kill-alerts|chaos|simulation|(console|nodes)-journey|package\/package|console-(night|access|bad-input|hosts|tabs|what-ran|what-comes|accounts|backfill|channels|waiting|nodes)|rest\/(node|koa|fastify|fetch)|hostile-settings|restore-kill|postgres-start|main|(lost-|postgres\/)nodes|server-faults|tracing|cluster|demo|guides?|runs-commands|openapi-fuzz|linearizability|failures|outage|transactions|transaction-locks|store-races|send-notifications)\.test\.ts$/;

/** In the order in which they start. Files that share a process must follow one another to find it. */
const PROJECTS = ['isolated', 'browser', 'shared'];

/** The long ones first. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) =>
      2 * PROJECTS.indexOf(project.name) + (LONG.test(moduleId) ? 0 : 1);
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/**
 * Tests that share a process: they mock no module, and undo what they change of the process. Each module is
 * loaded once there; loading was half of their time.
 */
const SHARED = [
  'packages/console/**/*.test.ts',
  'packages/jobs/src/{bounded-map,{core,engine,fastify,http,testing}/**/*,stores/{postgres,rows}/**/*}.test.ts',
  'packages/jobs/src/stores/sqlite/{migrate,sqlite-faults,threads/thread-codec,writer/job-table}.test.ts',
  'packages/jobs/test/{*,{client,core,metrics,rest}/**/*,{engine,store-contract}/memory}.test.ts',
  'packages/jobs/test/postgres/{claim-planned,insert-jobs,migrations,move,soundness,trigger-at-once,vacuum}.test.ts',
  'apps/api/src/{auth,config,console,db,health,http}/**/*.test.ts',
  'apps/api/src/{listings,notifications,rest,search,security-log}/**/*.test.ts',
  'packages/cli/{src,test}/**/*.test.ts',
  'packages/accounts/**/*.test.ts',
  'apps/api/test/cli/*.test.ts',
  'apps/api/src/jobs/{cleanup-expired-listings,update-search-index,weekly-seller-digest}.test.ts',
  'apps/api/src/{commands/back-up,data-dir/data-dir,tracing/tracing-config}.test.ts',
  'apps/api/test/{audit,races,systemd-unit}.test.ts',
];
/** Tests that share a process with their browser, which takes as long to start as many of them. */
const BROWSER = ['apps/api/test/console-*.test.ts'];
const ALL = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'apps/*/src/**/*.test.ts',
  'apps/*/test/**/*.test.ts',
];

const COMMON = {
  testTimeout: TEST_MS,
  hookTimeout: TEST_MS,
  expect: { poll: { timeout: CONDITION_MS, interval: 10 } },
  // Those that run side by side mostly wait: for other processes, for times, for the disk.
  maxConcurrency: 10,
  // On two cores, servers of more workers would be too slow to connect to their databases in time.
  maxWorkers: 3,
  pool: 'forks',
  setupFiles: 'scripts/test-threads/use-bundles.ts',
} as const;

export interface TestRun {
  /** Patterns of files that do not run: `--exclude` has no effect on projects. */
  readonly leftOut: readonly string[];
  /** Node loads the sources itself and counts what runs, in threads and child processes, too. */
  readonly isCounted?: boolean;
}

const COUNTED = {
  experimental: { viteModuleRunner: false },
  setupFiles: 'scripts/test-quality/write-coverage.ts',
};

export function configOf({ leftOut, isCounted = false }: TestRun) {
  const exclude = [...configDefaults.exclude, ...leftOut];
  const common = isCounted ? { ...COMMON, ...COUNTED } : COMMON;
  const postgres = 'packages/jobs/test/postgres/global-setup.ts';
  return defineConfig({
    test: {
      ...common,
      globalSetup: isCounted ? [postgres] : [postgres, 'scripts/test-threads/bundle-threads.ts'],
      sequence: { sequencer: LongFirst },
      projects: [
        { test: { ...common, name: 'shared', include: SHARED, exclude, isolate: false } },
        { test: { ...common, name: 'browser', include: BROWSER, exclude, isolate: false } },
        { test: { ...common, name: 'isolated', include: ALL, exclude: [...exclude, ...SHARED, ...BROWSER] } },
      ],
    },
  });
}

export default configOf({ leftOut: [] });
