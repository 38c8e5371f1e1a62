import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { createTestPostgres, runSql } from '../../testing/test-database.ts';
import type { AppDatabase } from '../database.ts';
import { NewerDatabaseError } from '../errors.ts';
import type { Migration } from '../migrations/migration-files.ts';
import { openPostgres } from './open.ts';

const ONE: Migration = { version: 1, name: '0001-one.sql', sql: 'CREATE TABLE one (a integer);' };
const TWO: Migration = {
  version: 2,
  name: '0002-two.sql',
  sql: 'INSERT INTO one VALUES (1); INSERT INTO one VALUES (2);',
};

it('applies each migration once, however often and by however many it is opened', async () => {
  const url = await createTestPostgres();
  const opened = await Promise.all([1, 2, 3].map(() => open(url, [ONE, TWO])));
  const again = await open(url, [ONE, TWO]);
  for (const database of [...opened, again]) expect(await countOne(database)).toBe(2);
});

it('applies new migrations', async () => {
  const url = await createTestPostgres();
  expect(await countOne(await open(url, [ONE]))).toBe(0);
  expect(await countOne(await open(url, [ONE, TWO]))).toBe(2);
});

it('leaves nothing of all that were to be applied when one fails', async () => {
  const url = await createTestPostgres();
  const broken = { ...TWO, sql: 'INSERT INTO one VALUES (1); INSERT INTO nowhere VALUES (2);' };
  await expect(open(url, [ONE, broken])).rejects.toThrow('relation "nowhere" does not exist');
  expect(await countOne(await open(url, [ONE]))).toBe(0);
});

it('refuses a database that is newer than the code, and says what to do', async () => {
  const url = await createTestPostgres();
  await open(url, [ONE, TWO]);
  const refused = open(url, [ONE]);
  await expect(refused).rejects.toThrow(NewerDatabaseError);
  await expect(refused).rejects.toThrow(
    /The schema greenvue of the database app_\w+ has schema version 2, newer than 1, .*: start the newer GreenVue/,
  );
});

it('uses its own schema, even if another user created it, and changes no other schema', async () => {
  const url = await createTestPostgres();
  await runSql(url, 'CREATE SCHEMA greenvue; CREATE TABLE public.one (b integer)');
  expect(await countOne(await open(url, [ONE, TWO]))).toBe(2);
});

async function open(url: string, migrations: readonly Migration[]): Promise<AppDatabase> {
  const database = await openPostgres({ url, connections: 2, migrations });
  onTestFinished(() => database.close());
  return database;
}

async function countOne({ kysely }: AppDatabase): Promise<unknown> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM greenvue.one`.execute(kysely);
  return rows[0]?.count;
}
