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
  'vacuum',
  'claim-planned',
  'enqueue',
  'drained-nodes',
  'run-ranges',
  'audit-plans',
];
/** These read the sources and the docs, or run the compiler or a bundler. */
const ABOUT_TEXTS = [
  'advisory-locks',
  'client/bundle',
  'compiler-errors',
  'docs',
  'docs-programs',
  'import-rules',
  'promises',
  'quickstarts',
];
const LEFT_OUT = [
  // As of those above: about other processes, which are killed.
  'packages/jobs/test/chaos/**',
  'packages/jobs/test/process/{kill,backfill-kill,budget-kill,bulk-kill,poison}.test.ts',
  'packages/jobs/test/alerts/kill-alerts.test.ts',
  // The built package has tests of its own on each supported Node: see scripts/release.ts.
  'packages/jobs/test/package/**',
  // SQLite comes with Node, so the contract of stores is tested over it. An engine needs no more than the
  // contract, so the engine is tested over memory; sqlite-only.test.ts has what it does with SQLite's threads.
  // How PostgreSQL is reached is tested by database.test.ts and control-connection.test.ts.
  'packages/jobs/test/store-contract/{postgres,postgres-without-shortcuts,memory}.test.ts',
  'packages/jobs/test/engine/{postgres,sqlite}.test.ts',
  // The adapter of node:http hands its requests to that of fetch, and Koa's to that of node:http. Fastify's
  // uses what Fastify gives it.
  'packages/jobs/test/rest/{fastify,fetch,koa}.test.ts',
  ...ABOUT_OTHERS.map((name) => `packages/jobs/test/postgres/${name}.test.ts`),
  ...ABOUT_TEXTS.map((name) => `packages/jobs/test/${name}.test.ts`),
];

export default configOf({ leftOut: LEFT_OUT });
