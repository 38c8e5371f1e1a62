import pg from 'pg';
import type { Place } from './place.ts';

/** As autovacuum does in production: without it, the first queries are planned for empty tables. */
export async function tidy(place: Place): Promise<void> {
  if (place.kind !== 'postgres') return;
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await client.end();
}
