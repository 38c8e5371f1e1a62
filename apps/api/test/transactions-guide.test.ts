import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJobs, defineJobType, type Engine, type JobType } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createTestPostgres, temporaryFolder } from '../src/testing/test-database.ts';
import { ROOT } from './shell.ts';

/** The programs of a guide, as files that resolve packages like those of the workspace. */
async function programs(page: string): Promise<(name: string) => string> {
  const folder = await temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const guide = readFileSync(join(ROOT, 'docs', page), 'utf8');
  for (const [, name = '', code = ''] of guide.matchAll(/^```ts file=(\S+)\n(.*?)^```$/gms))
    writeFileSync(join(folder, name), code);
  return (name) => join(folder, name);
}

async function startEngine(url: string, done: (order: number) => void): Promise<Engine> {
  const payload = z.strictObject({ order: z.int().default(0) });
  const types = ['ship_order', 'remind'].map((name) =>
    defineJobType({
      type: name,
      module: import.meta.url,
      payload,
      run: async (ctx, _deps: undefined) => done(ctx.payload.order),
    }),
  );
  const engine = createJobs({ store: postgres(url), types, deps: undefined });
  onTestFinished(() => engine.stop());
  await engine.start();
  return engine;
}

test('the programs of the guide to transactions do both or nothing', async () => {
  const file = await programs('transactions.md');
  const url = await createTestPostgres();
  const pool = new pg.Pool({ connectionString: url });
  // `pool.end()` does not wait for its connections, which the server also ends when the database is dropped.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const database = new Kysely({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => database.destroy());
  await pool.query('CREATE TABLE orders (id integer PRIMARY KEY)');
  const shipped: number[] = [];
  const engine = await startEngine(url, (order) => void shipped.push(order));

  const { takeOrder } = await import(file('orders-pg.ts'));
  const runId = await takeOrder(pool, engine, 1);
  await expect(takeOrder(pool, engine, 1)).rejects.toThrow('duplicate key');
  await expect.poll(async () => (await engine.getRun(runId)).run.status).toBe('succeeded');
  expect(shipped).toEqual([1]);

  const withKysely = await import(file('orders-kysely.ts'));
  await withKysely.takeOrder(database, engine, 2);
  await expect(withKysely.takeOrder(database, engine, 1)).rejects.toThrow('duplicate key');
  expect((await engine.getJob('remind-2')).job).toMatchObject({ createdBy: 'user:42', status: 'active' });
  await expect(engine.getJob('remind-1')).rejects.toMatchObject({ code: 'not_found' });
  // A refused run rolls back the order, because the callback throws.
  await expect(withKysely.takeOrder(database, engine, 2)).rejects.toThrow();
  const { rows } = await pool.query('SELECT id FROM orders ORDER BY id');
  expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
});

type AddPoints = JobType<Clients, 'add_points', unknown, unknown, 'inline'>;

interface Clients {
  readonly pool: pg.Pool;
  readonly database: Kysely<unknown>;
}

// Promise P31, completion.
test.each(['pay-pg.ts', 'pay-kysely.ts'])(
  '%s of the guide to exactly once adds points once',
  async (name) => {
    const file = await programs('exactly-once.md');
    const url = await createTestPostgres();
    const pool = new pg.Pool({ connectionString: url });
    pool.on('connect', (client) => client.on('error', () => undefined)).on('error', () => undefined);
    const database = new Kysely({ dialect: new PostgresDialect({ pool }) });
    onTestFinished(() => database.destroy());
    await pool.query(
      'CREATE TABLE accounts (id integer PRIMARY KEY, points integer NOT NULL CHECK (points < 10))',
    );
    await pool.query('INSERT INTO accounts VALUES (1, 0)');
    const { addPoints }: Record<'addPoints', AddPoints> = await import(file(name));
    const engine = createJobs({ store: postgres(url), types: [addPoints], deps: { pool, database } });
    onTestFinished(() => engine.stop());
    await engine.start();
    const points = { account: 1, points: 7 };
    expect(await engine.enqueueAndWait('add_points', points, { timeout: '1m' })).toEqual({ added: 7 });
    // A second time would be too much.
    const { run } = await engine.enqueue('add_points', points);
    const firstError = async () => (await engine.getRun(run.id)).run.errors[0]?.message;
    await expect.poll(firstError).toContain('violates check');
    await engine.cancelRun(run.id);
    expect((await pool.query('SELECT points FROM accounts')).rows).toEqual([{ points: 7 }]);
  },
);
