// What is tested on the oldest Node that is supported: see scripts/test-floor.mjs.
import { configOf } from './vitest.config.ts';

/**
 * What all others of this folder are about is PostgreSQL, the network and other processes, not Node; they run
 * on the Node of the project. These are about how it is reached, and about an engine on it.
 */
const OF_POSTGRES = ['completion', 'control-connection', 'database', 'locked-channels', 'priority-queues'];
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
  `packages/jobs/test/postgres/!(${OF_POSTGRES.join('|')}).test.ts`,
  // About other processes, which are killed.
  'packages/jobs/test/chaos/**',
  'packages/jobs/test/process/{kill,*-kill,poison}.test.ts',
  'packages/jobs/test/alerts/kill-alerts.test.ts',
  // Runs the engine over memory, as test/engine does, but for a minute of the processor. found.test.ts is short.
  'packages/jobs/test/simulation/simulation.test.ts',
  // The built package has tests of its own on each supported Node: see scripts/release.ts.
  'packages/jobs/test/package/**',
  // SQLite comes with Node, so the contract of stores is tested over it. An engine needs no more than the
  // contract, so the engine is tested over memory; sqlite-only.test.ts has what it does with SQLite's threads.
  'packages/jobs/test/store-contract/{postgres,postgres-without-shortcuts,memory}.test.ts',
  'packages/jobs/test/engine/{postgres,sqlite}.test.ts',
  // The adapter of node:http hands its requests to that of fetch, and Koa's to that of node:http. Fastify's
  // uses what Fastify gives it.
  'packages/jobs/test/rest/{fastify,fetch,koa}.test.ts',
  ...ABOUT_TEXTS.map((name) => `packages/jobs/test/${name}.test.ts`),
];

export default configOf({ leftOut: LEFT_OUT });
