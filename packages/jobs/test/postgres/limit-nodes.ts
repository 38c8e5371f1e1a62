import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import type { RegroupHow } from '../../src/core/store/limit-store.ts';
import type { TypeLimits } from '../../src/core/type-limits/type-limits.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { definitionOf, ON_DEMAND, T0, TYPES } from '../store-contract/rig.ts';
import { testNodes } from './test-nodes.ts';

export const triggerOf = (jobId: string, payload?: object) => ({
  jobId,
  command: { kind: 'trigger', ...(payload && { payload: JSON.stringify(payload) }) } as const,
});

/** Stores of nodes and transactions of callers, for tests of types with limits. */
export function limitNodes(prefix: string) {
  const nodes = testNodes(prefix);
  return {
    rows: nodes.rows,
    /** A node with a store of its own. All nodes of a test share a clock. */
    async startNode(clock = createFakeClock(T0)) {
      const store = createPostgresStore({ url: nodes.url(), clock, ownClock: true });
      await store.open();
      onTestFinished(() => store.close());
      const regroup = async (how?: RegroupHow) => {
        for (let after: number | undefined = 0; after !== undefined; )
          after = await store.regroupRuns(after, how);
      };
      return {
        store,
        clock,
        regroup,
        async limit(limits: TypeLimits) {
          const done = await store.setTypeLimits([{ type: 'noop', version: 1, limits }]);
          if (done.length > 0) await regroup({ done });
        },
        createJob: (id: string, payload = '{}') =>
          store.insertJob({
            definition: definitionOf(id, { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 9, payload }),
          }),
        trigger: (jobId: string, payload?: object) => store.command(triggerOf(jobId, payload)),
        claim: () => store.claim({ node: 'node', types: TYPES, places: 20, prefetch: 0 }),
      };
    },
    async openTransaction(begin = 'BEGIN'): Promise<pg.Client> {
      const client = new pg.Client({ connectionString: nodes.url() });
      await client.connect();
      onTestFinished(() => client.end());
      client.on('error', () => undefined);
      // A failed test empties the database before the connection ends.
      await client.query("SET idle_in_transaction_session_timeout = '5s'");
      await client.query(begin);
      return client;
    },
    /** Resolves when a statement waits for a lock. */
    untilOneWaits: () => expect.poll(async () => (await nodes.rows(WAITS)).length).toBe(1),
  };
}

const WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
