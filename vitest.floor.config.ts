// What is tested on the oldest Node that is supported: see scripts/test-floor.mjs.
import { configOf } from './vitest.config.ts';

/**
 * What these are about is PostgreSQL, the network and other processes, not Node; they run on the Node of the
 * project.
 */
const ABOUT_OTHERS = [
  'server',
  'soundness',
  'migrations',
  'store-races',
  'trigger-at-once',
  'insert-jobs',
  'transactions',
  'lost-nodes',
  'lost-control',
  'server-faults',
  'poison',
  'nodes',
  'full-nodes',
  'transaction-locks',
  'deploys',
];
const LEFT_OUT = [
  // As of those above: about other processes, which are killed.
  'packages/jobs/test/chaos/**',
  'packages/jobs/test/process/kill.test.ts',
  'packages/jobs/test/process/poison.test.ts',
  // The contract and the engine on this Node are tested over SQLite, which comes with it, and how PostgreSQL
  // is reached by the rest.
  // The built package has tests of its own on each supported Node: see scripts/release.ts.
  'packages/jobs/test/package/**',
  'packages/jobs/test/store-contract/postgres.test.ts',
  'packages/jobs/test/store-contract/postgres-without-shortcuts.test.ts',
  'packages/jobs/test/engine/postgres.test.ts',
  ...ABOUT_OTHERS.map((name) => `packages/jobs/test/postgres/${name}.test.ts`),
];

export default configOf({ leftOut: LEFT_OUT });
