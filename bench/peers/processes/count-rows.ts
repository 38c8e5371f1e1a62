import pg from 'pg';
import type { RunCount } from '../contestant.ts';

/** Counts waiting and finished runs by a query with these two columns. */
export async function countRows(connectionString: string, sql: string): Promise<RunCount> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    const [waiting = 0, kept = 0] = (rows[0] ?? []).map(Number);
    return { waiting, kept };
  } finally {
    await client.end();
  }
}
