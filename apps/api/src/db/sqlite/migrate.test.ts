import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../testing/test-database.ts';
import type { AppDatabase } from '../database.ts';
import { NewerDatabaseError } from '../errors.ts';
import type { Migration } from '../migrations/migration-files.ts';
import { openSqlite } from './open.ts';

const ONE: Migration = { version: 1, name: '0001-one.sql', sql: 'CREATE TABLE one (a INTEGER) STRICT;' };
const TWO: Migration = {
  version: 2,
  name: '0002-two.sql',
  sql: 'INSERT INTO one VALUES (1); INSERT INTO one VALUES (2);',
};

it('applies each migration once, however often and by however many it is opened', async () => {
  const file = join(await temporaryFolder(), 'app.db');
  const opened = await Promise.all([1, 2, 3].map(() => open(file, [ONE, TWO])));
  const again = await open(file, [ONE, TWO]);
  for (const database of [...opened, again]) expect(await countOne(database)).toBe(2);
});

it('applies new migrations', async () => {
  const file = join(await temporaryFolder(), 'app.db');
  expect(await countOne(await open(file, [ONE]))).toBe(0);
  expect(await countOne(await open(file, [ONE, TWO]))).toBe(2);
});

it('leaves nothing of a migration that fails', async () => {
  const file = join(await temporaryFolder(), 'app.db');
  const broken = { ...TWO, sql: 'INSERT INTO one VALUES (1); INSERT INTO nowhere VALUES (2);' };
  await expect(open(file, [ONE, broken])).rejects.toThrow('no such table: nowhere');
  expect(await countOne(await open(file, [ONE]))).toBe(0);
});

it('refuses a database that is newer than the code, and says what to do', async () => {
  const file = join(await temporaryFolder(), 'app.db');
  await open(file, [ONE, TWO]);
  const refused = open(file, [ONE]);
  await expect(refused).rejects.toThrow(NewerDatabaseError);
  await expect(refused).rejects.toThrow(
    /app\.db has schema version 2, newer than 1, .*: start the newer GreenVue/,
  );
});

it('says that it is not available when the file is gone once it is up to date', async () => {
  const file = join(await temporaryFolder(), 'app.db');
  const removing: Migration = {
    ...ONE,
    get sql() {
      rmSync(file);
      return ONE.sql;
    },
  };
  await expect(open(file, [removing])).rejects.toMatchObject({ name: 'DatabaseError', kind: 'unavailable' });
});

it('writes to a disk that keeps what was committed', async () => {
  const database = await open(join(await temporaryFolder(), 'app.db'), []);
  const pragma = async (name: 'journal_mode' | 'synchronous' | 'foreign_keys') => {
    const { rows } = await sql<Record<string, unknown>>`PRAGMA ${sql.raw(name)}`.execute(database.kysely);
    return rows[0]?.[name];
  };
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
});

async function open(file: string, migrations: readonly Migration[]): Promise<AppDatabase> {
  const database = await openSqlite({ file, isolation: 'thread', migrations });
  onTestFinished(() => database.close());
  return database;
}

async function countOne({ kysely }: AppDatabase): Promise<unknown> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM one`.execute(kysely);
  return rows[0]?.count;
}
