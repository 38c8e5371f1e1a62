import pg from 'pg';
import { createDatabase, dropDatabase } from './server.ts';

/** A database of its own for the tests of a file. */
export interface TestDatabase {
  readonly url: string;
  /** Forgets all jobs and runs. */
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
    empty: () => run(url, EMPTY),
    forgetNodes: () => run(url, FORGET_NODES),
    drop: () => dropDatabase(serverUrl, name),
  };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const FORGET_NODES = 'DELETE FROM greenvue_jobs.nodes';
const EMPTY = 'DROP SCHEMA IF EXISTS greenvue_jobs CASCADE';
