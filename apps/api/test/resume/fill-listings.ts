import { type Kysely, sql } from 'kysely';
import type { Database } from '../../src/db/schema.ts';

/** Adds listings by one seller to an empty SQLite database: each has a word of its own. */
export async function fillListings(database: Kysely<Database>, count: number): Promise<void> {
  const seller = { id: 'seller', email: 's@example.com', name: 's', password_hash: 'none', created_at: 1 };
  await database.insertInto('users').values(seller).execute();
  await sql`WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ${count - 1})
    INSERT INTO listings (id, seller_id, title, description, category, price_cents, currency, condition, created_at, updated_at)
    SELECT 'l' || n, 'seller', 'Lamp' || n, 'A lamp of brass, as good as new, with a cord of two meters', 'home', 1, 'EUR', 'good', n, n
    FROM n`.execute(database);
}
