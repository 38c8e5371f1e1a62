import pg from 'pg';
import { createDatabase, dropDatabase } from './server.ts';
import { requireSound } from './soundness.ts';

/** A database of its own for the tests of a file. */
export interface TestDatabase {
  readonly url: string;
  /** Forgets all jobs and runs; throws if there is a row among them that should not be. */
  empty(): Promise<void>;
  /** As long after the death of all nodes: they have no rows any more, and their claims are still there. */
  forgetNodes(): Promise<void>;
  drop(): Promise<void>;
}

/** `serverUrl` is that of a user who may make databases. */
export async function createTestDatabase(serverUrl: string, name: string): Promise<TestDatabase> {
  const url = await createDatabase(serverUrl, name);
  return {
    url,
    empty: () =>
      connected(url, async (client) => {
        try {
          await requireSound(client);
        } finally {
          await client.query(EMPTY);
        }
      }),
    forgetNodes: () =>
      connected(url, async (client) => {
        await client.query(FORGET_NODES);
      }),
    drop: () => dropDatabase(serverUrl, name),
  };
}

async function connected(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const FORGET_NODES = 'DELETE FROM greenvue_jobs.nodes';
const EMPTY = 'DROP SCHEMA IF EXISTS greenvue_jobs CASCADE';
