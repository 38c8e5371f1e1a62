import type { Transaction } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';
import { passingOverLocked, takeTurn } from './locks.ts';
import type { Database } from './schema.ts';

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  it('transactions that take turns see what those before them did', async () => {
    const { kysely } = await openTestDatabase(dialect);
    await kysely.insertInto('settings').values({ key: 'n', value: '' }).execute();
    // Connections for all, so that they do meet.
    await Promise.all(Array.from({ length: 8 }, () => kysely.selectFrom('settings').selectAll().execute()));
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
});

it('on PostgreSQL, rows that one transaction has taken are passed over by another, until it ends', async () => {
  const { kysely } = await openTestDatabase('postgres');
  const keys = ['a', 'b', 'c', 'd'];
  await kysely
    .insertInto('settings')
    .values(keys.map((key) => ({ key, value: '' })))
    .execute();
  await kysely.transaction().execute(async (outer) => {
    expect(await takeTwo(outer)).toEqual(['a', 'b']);
    expect(await kysely.transaction().execute(takeTwo)).toEqual(['c', 'd']);
  });
  expect(await kysely.transaction().execute(takeTwo)).toEqual(['a', 'b']);
});

it('on PostgreSQL, holders of another lock do not wait', async () => {
  const { kysely } = await openTestDatabase('postgres');
  await kysely.transaction().execute(async (outer) => {
    await takeTurn(outer, 'one');
    await kysely.transaction().execute((inner) => takeTurn(inner, 'another'));
  });
});

async function takeTwo(trx: Transaction<Database>): Promise<readonly string[]> {
  const firstTwo = trx.selectFrom('settings').select('key').orderBy('key').limit(2);
  const rows = await passingOverLocked(trx, firstTwo, 'settings').execute();
  return rows.map(({ key }) => key);
}
