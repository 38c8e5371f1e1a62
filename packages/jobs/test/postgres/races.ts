import pg from 'pg';
import { afterAll, beforeEach, expect, inject, onTestFinished } from 'vitest';
import type { NodeListener } from '../../src/core/nodes/membership.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import type { JobStore } from '../../src/core/store/store.ts';
import type { ClaimedRun } from '../../src/core/store/store-passes.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { definitionOf, ON_DEMAND, TYPES } from '../store-contract/rig.ts';
import { createNetwork, type Network } from './dead-network.ts';
import { createTestDatabase } from './test-database.ts';

/** For each test of a file: a store, and another connection that holds locks in its database. */
export interface Races {
  /** The URL of the database without the network. */
  readonly url: string;
  /** Between the store and the database. */
  readonly network: Network;
  readonly store: JobStore;
  readonly other: pg.Client;
  claim(places: number): ReturnType<JobStore['claim']>;
  trigger(): ReturnType<JobStore['command']>;
  /** Claims this many runs of the job `a`, one by one. */
  claimed(count: number, schedule?: Schedule): Promise<readonly ClaimedRun[]>;
  /**
   * While another transaction holds the job `a`, starts `work`, and then makes `change` in that transaction.
   */
  whileHeld<T>(work: () => Promise<T>, change: string, values?: unknown[]): Promise<T>;
  /** Whether a statement waits for a lock. */
  isWaiting(): Promise<boolean>;
}

/** Call it once in a file; it makes a database of its own. */
export async function createRaces(): Promise<Races> {
  const database = await createTestDatabase(inject('postgresUrl'), 'races');
  let network: Network;
  let store: JobStore;
  let other: pg.Client;

  beforeEach(async () => {
    await database.empty();
    network = await createNetwork(database.url);
    store = postgres(network.url);
    await store.open();
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
    onTestFinished(async () => {
      await store.close();
      await other.end();
      await network.close();
    });
  });
  afterAll(() => database.drop());

  const claim = (places: number) => store.claim({ node: 'here', types: TYPES, places, prefetch: 0 });
  const trigger = () => store.command({ jobId: 'a', command: { kind: 'trigger' } });

  async function claimed(count: number, schedule: Schedule = ON_DEMAND) {
    await store.insertJob({ definition: definitionOf('a', { schedule, overlap: 'allow' }) });
    for (let n = 0; n < count; n++) await trigger();
    return (await claim(count)).runs;
  }

  async function whileHeld<T>(work: () => Promise<T>, change: string, values: unknown[] = []): Promise<T> {
    await other.query("BEGIN; SELECT FROM greenvue_jobs.jobs WHERE id = 'a' FOR UPDATE");
    const working = work();
    await expect.poll(isWaiting, { interval: 2 }).toBe(true);
    await other.query(change, values);
    await other.query('COMMIT');
    return working;
  }

  async function isWaiting(): Promise<boolean> {
    // A transaction keeps the statistics that it has read once.
    await other.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await other.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  }

  return {
    url: database.url,
    get network() {
      return network;
    },
    get store() {
      return store;
    },
    get other() {
      return other;
    },
    claim,
    trigger,
    claimed,
    whileHeld,
    isWaiting,
  };
}

/** Moves the job `a` to a newer version of its type. Another job must already have that version. */
export const NEW_VERSION = `UPDATE greenvue_jobs.jobs SET version = version + 1, type_key =
  (SELECT key FROM greenvue_jobs.job_types WHERE type = 'noop' AND version = 2) WHERE id = 'a'`;

const nothing = () => undefined;
/** A listener that ignores everything. */
export const NOOP_LISTENER: NodeListener = {
  notice: nothing,
  others: nothing,
  missed: nothing,
  recovered: nothing,
  lease: nothing,
  lost: nothing,
  degraded: nothing,
  drain: nothing,
  state: () => ({ busy: 0, buffered: 0, throttled: false, eventLoopDelayMs: 0 }),
};
