import type { Kysely } from 'kysely';
import { describe, expect, it } from 'vitest';
import { passingOverLocked, takeTurn } from './locks.ts';
import type { Database, Queries } from './schema.ts';
import { openTestDatabase } from './test-database.ts';

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  it('transactions that take turns see what those before them did', async () => {
    const { kysely } = await openTestDatabase(dialect);
    await kysely.insertInto('settings').values({ key: 'n', value: '' }).execute();
    const append = (letter: string) =>
      kysely.transaction().execute(async (trx) => {
        await takeTurn(trx, 'letters');
        const { value } = await trx.selectFrom('settings').select('value').executeTakeFirstOrThrow();
        await trx
          .updateTable('settings')
          .set({ value: value + letter })
          .execute();
      });
    await Promise.all([...'abcdefgh'].map(append));
    const { value } = await kysely.selectFrom('settings').select('value').executeTakeFirstOrThrow();
    expect([...value].sort().join('')).toBe('abcdefgh');
  });

  it('transactions that take rows at the same time take different ones', async () => {
    const { kysely } = await openTestDatabase(dialect);
    const keys = ['a', 'b', 'c', 'd'];
    await kysely
      .insertInto('settings')
      .values(keys.map((key) => ({ key, value: '' })))
      .execute();
    const taken = await Promise.all([takeTwo(kysely), takeTwo(kysely)]);
    expect(taken.flat().sort()).toEqual(keys);
  });
});

it('on PostgreSQL, those that take turns at another thing do not wait', async () => {
  const { kysely } = await openTestDatabase('postgres');
  await kysely.transaction().execute(async (outer) => {
    await takeTurn(outer, 'one');
    await kysely.transaction().execute((inner) => takeTurn(inner, 'another'));
  });
});

async function takeTwo(kysely: Kysely<Database>): Promise<readonly string[]> {
  return kysely.transaction().execute(async (trx) => {
    const rows = await passingOverLocked(trx, firstTwo(trx), 'settings').execute();
    const keys = rows.map(({ key }) => key);
    // On SQLite the two come one after the other; on PostgreSQL the rows stay locked until the end.
    await trx.deleteFrom('settings').where('key', 'in', keys).execute();
    return keys;
  });
}

function firstTwo(queries: Queries) {
  return queries.selectFrom('settings').select('key').where('value', '=', '').orderBy('key').limit(2);
}
