import { sql } from 'kysely';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { openTestDatabase, runSql } from '../../testing/test-database.ts';
import { DatabaseError } from '../errors.ts';

it('gives 64-bit integers as numbers', async () => {
  const { kysely } = await openTestDatabase('postgres');
  const { rows } = await sql`SELECT count(*) AS count, 9007199254740991::bigint AS most`.execute(kysely);
  expect(rows).toEqual([{ count: 0 + 1, most: Number.MAX_SAFE_INTEGER }]);
});

it('says that it is not available when its connections are cut, and takes new ones', async () => {
  const { kysely, location } = await openTestDatabase('postgres');
  const url = 'url' in location ? location.url : '';
  const name = new URL(url).pathname.slice(1);
  const cutOff = kysely.transaction().execute(async (trx) => {
    await trx.insertInto('settings').values({ key: 'a', value: '1' }).execute();
    // Between two statements nobody waits for an answer: nothing may crash then.
    await runSql(
      inject('postgresUrl'),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
    await trx.insertInto('settings').values({ key: 'b', value: '1' }).execute();
  });
  await expect(cutOff).rejects.toThrow(DatabaseError);
  await expect(cutOff).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await kysely.selectFrom('settings').selectAll().execute()).toEqual([]);
});

it('undoes a transaction that went on after a statement in it had failed', async () => {
  const { kysely } = await openTestDatabase('postgres');
  const swallowed = kysely.transaction().execute(async (trx) => {
    await trx.insertInto('settings').values({ key: 'a', value: '1' }).execute();
    await trx
      .insertInto('settings')
      .values({ key: 'a', value: '2' })
      .execute()
      .catch(() => undefined);
  });
  await expect(swallowed).rejects.toThrow();
  expect(await kysely.selectFrom('settings').selectAll().execute()).toEqual([]);
});

it('needs no search_path, and leaves none behind', async () => {
  const { kysely } = await openTestDatabase('postgres');
  await kysely.selectFrom('settings').selectAll().execute();
  const { rows } = await sql<{ search_path: string }>`SHOW search_path`.execute(kysely);
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  const fresh = await client.query('SHOW search_path');
  await client.end();
  expect(rows).toEqual(fresh.rows);
});
