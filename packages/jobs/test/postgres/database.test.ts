import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { connect, type Database, type Queries } from '../../src/stores/postgres/database.ts';
import { numberOf } from '../../src/stores/rows/first-column.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let test: TestDatabase;
let db: Database;
let other: pg.Client;

beforeAll(async () => {
  test = await createTestDatabase(inject('postgresUrl'), `database_${randomUUID().slice(0, 8)}`);
  db = connect({ url: test.url, max: 2 });
  other = new pg.Client({ connectionString: test.url });
  await other.connect();
  await other.query('CREATE TABLE counters (n integer)');
  await other.query('INSERT INTO counters VALUES (0)');
});
afterAll(async () => {
  await db.close();
  await other.end();
  await test.drop();
});

describe('the connections of the PostgreSQL store', () => {
  it('P10: one that the server ends between two statements fails its transaction, and nothing else', async () => {
    const lost = db.transaction(async (q) => {
      await q.run('UPDATE counters SET n = n + 1');
      await other.query('SELECT pg_terminate_backend($1)', [await backendOf(q)]);
      await expect.poll(() => lockIsHeld()).toBe(false);
      await q.run('UPDATE counters SET n = n + 1');
    });
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    expect(await db.run('UPDATE counters SET n = n + 10')).toBe(1);
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 10 }]);
  });

  it('P9: a transaction whose process stands still lets its locks go within a lease', async () => {
    const thawed = Promise.withResolvers<void>();
    const standing = db.transaction(async (q) => {
      await q.run('UPDATE counters SET n = 100');
      await thawed.promise;
      await q.run('UPDATE counters SET n = 200');
    });
    const before = performance.now();
    await expect.poll(() => lockIsHeld()).toBe(true);
    await other.query('UPDATE counters SET n = 1');
    expect(performance.now() - before).toBeLessThan(15_000);
    thawed.resolve();
    await expect(standing).rejects.toMatchObject({ code: 'unavailable' });
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 1 }]);
  });

  it("P7: its transactions come one after the other at a row, whatever the database's own isolation level is", async () => {
    const name = new URL(test.url).pathname.slice(1);
    await other.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
    const strict = connect({ url: test.url, max: 10 });
    onTestFinished(() => strict.close());
    const add = (q: Queries) => q.run('UPDATE counters SET n = n + 1');
    await other.query('UPDATE counters SET n = 0');
    await Promise.all(Array.from({ length: 50 }, () => strict.boundedTransaction(add)));
    expect((await other.query('SELECT n FROM counters')).rows).toEqual([{ n: 50 }]);
  });
});

async function backendOf(q: Queries): Promise<number | undefined> {
  return numberOf((await q.arrays('SELECT pg_backend_pid()'))[0]);
}

async function lockIsHeld(): Promise<boolean> {
  const { rows } = await other.query(HELD);
  return rows.length > 0;
}

const HELD = `SELECT FROM pg_locks WHERE relation = 'counters'::regclass AND pid <> pg_backend_pid()`;
