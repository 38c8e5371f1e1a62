import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createJobs, defineJobType, type Engine, type JobType, type Transaction } from '@greenvue/jobs';
import { postgres } from '@greenvue/jobs/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createTestPostgres, temporaryFolder } from '../src/testing/test-database.ts';
import { ROOT } from './shell.ts';

const execute = promisify(execFile);

/** The programs of a guide, as files that resolve packages like those of the workspace. */
async function programs(page: string): Promise<(name: string) => string> {
  const folder = await temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(ROOT, 'apps/api/test/fixtures/generated'), join(folder, 'generated'));
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

/** What the guide to exactly once has for a library, and how the library begins a transaction. */
interface Library {
  connect(pool: pg.Pool): Record<string, (work: (tx: unknown) => Promise<void>) => Promise<void>>;
  within(tx: unknown): Transaction;
}

test.each([
  ['Drizzle', 'pay-drizzle.ts', 'transaction'],
  ['Prisma', 'pay-prisma.ts', '$transaction'],
])('`enqueue` and `createJob` in a transaction of %s do both or nothing', async (_, name, method) => {
  const file = await programs('exactly-once.md');
  const url = await createTestPostgres();
  const pool = new pg.Pool({ connectionString: url });
  pool.on('connect', (client) => client.on('error', () => undefined)).on('error', () => undefined);
  onTestFinished(() => pool.end());
  await pool.query('CREATE TABLE orders (id integer PRIMARY KEY)');
  const shipped: number[] = [];
  const engine = await startEngine(url, (order) => void shipped.push(order));
  const { connect, within }: Library = await import(file(name));
  const database = connect(pool);
  const take = async (order: number) => {
    const runIds: string[] = [];
    await database[method]?.(async (transaction) => {
      const tx = within(transaction);
      const enqueue = async () =>
        (await engine.enqueue('ship_order', { order }, { tx, key: `order "${order}"`, by: 'user:42' })).run
          .id;
      runIds.push(await enqueue());
      const reminder = { type: 'remind', interval: '24h', payload: { order } } as const;
      await engine.createJob({ id: `remind-${order}`, name: `Remind of ${order}`, ...reminder }, { tx });
      runIds.push(await enqueue());
      // The refusal undoes only its own statements.
      await expect(engine.createJob({ id: 'remind-1', name: 'A', ...reminder }, { tx })).rejects.toThrow();
      await tx.query('INSERT INTO orders (id) VALUES ($1)', [order]);
      await expect(engine.getRun(runIds[0] ?? '')).rejects.toMatchObject({ code: 'not_found' });
    });
    return runIds;
  };

  const [runId = '', same] = await take(1);
  expect(same).toBe(runId);
  await expect.poll(async () => (await engine.getRun(runId)).run.status).toBe('succeeded');
  expect(shipped).toEqual([1]);
  expect((await engine.getJob('remind-1')).job).toMatchObject({ status: 'active', payload: '{"order":1}' });

  await pool.query('INSERT INTO orders (id) VALUES (2)');
  await expect(take(2)).rejects.toThrow();
  await take(3);
  await expect.poll(() => shipped).toEqual([1, 3]);
  await expect(engine.getJob('remind-2')).rejects.toMatchObject({ code: 'not_found' });
  expect((await engine.listRuns({ type: 'ship_order' })).rows).toHaveLength(2);
});

interface Program {
  readonly addPoints: JobType<Clients, 'add_points', unknown, unknown, 'inline'>;
  /** The library over a pool; `pg` needs none. */
  readonly connect?: (pool: pg.Pool) => unknown;
}

interface Clients {
  readonly pool: pg.Pool;
  readonly database: unknown;
}

// Promise P31, completion.
test.each(['pay-pg.ts', 'pay-kysely.ts', 'pay-drizzle.ts', 'pay-prisma.ts'])(
  'R10: %s of the guide to exactly once adds points once, after transactions that fail',
  async (name) => {
    const file = await programs('exactly-once.md');
    const url = await createTestPostgres();
    const pool = new pg.Pool({ connectionString: url });
    pool.on('connect', (client) => client.on('error', () => undefined)).on('error', () => undefined);
    onTestFinished(() => pool.end());
    const { addPoints, connect }: Program = await import(file(name));
    const deps = { pool, database: connect?.(pool) };
    const engine = createJobs({ store: postgres(url), types: [addPoints], deps });
    onTestFinished(() => engine.stop());
    await engine.start();
    await pool.query(ACCOUNTS);
    const policies = { maxAttempts: 4, backoff: { initial: '10ms', max: '10ms' } };
    const payload = { account: 1, points: 7 };
    await engine.createJob({
      id: 'add',
      name: 'Add',
      type: 'add_points',
      onDemand: true,
      payload,
      ...policies,
    });
    const { run } = await engine.trigger('add');
    const found = async () => (await engine.getRun(run.id)).run;
    await expect.poll(async () => (await found()).status).toBe('succeeded');
    expect(await found()).toMatchObject({
      result: '{"added":7}',
      errors: [
        { message: expect.stringContaining('commit') },
        { name: 'StoreError', message: expect.stringContaining('Another transaction has held') },
        // A conflict reaches the handler as the error of its library.
        { name: expect.not.stringContaining('StoreError') },
      ],
    });
    expect((await pool.query('SELECT points FROM accounts')).rows).toEqual([{ points: 7 }]);
  },
);

test('the program of the guide to exactly once that tries it adds the points', async () => {
  const file = await programs('exactly-once.md');
  const env = { ...process.env, DATABASE_URL: await createTestPostgres() };
  expect((await execute(process.execPath, [file('try.ts')], { env })).stdout).toBe('[ { points: 7 } ]\n');
});

test('the guide to exactly once shows the schema of the Prisma client that the tests use', () => {
  const guide = readFileSync(join(ROOT, 'docs/exactly-once.md'), 'utf8');
  const [, schema = 'none'] = /^```prisma file=schema.prisma\n(.*?)^```$/ms.exec(guide) ?? [];
  const fixture = readFileSync(join(import.meta.dirname, 'fixtures/schema.prisma'), 'utf8');
  expect(schema).toBe(fixture.replace(/^\/\/.*\n/, ''));
});

/**
 * Fails at the first commit, then twice in `ctx.complete`: no rollback undoes what a sequence has counted.
 */
const ACCOUNTS = `CREATE TABLE accounts (id integer PRIMARY KEY, points integer NOT NULL);
  INSERT INTO accounts VALUES (1, 0);
  CREATE SEQUENCE commits;
  CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('commits') = 1 THEN RAISE EXCEPTION 'fails at the commit'; END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER fail_commit AFTER UPDATE ON accounts DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail_commit();
  CREATE SEQUENCE completions;
  CREATE FUNCTION fail_completion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    CASE nextval('completions')
      WHEN 2 THEN RAISE EXCEPTION 'a lock timeout' USING ERRCODE = '55P03';
      WHEN 3 THEN RAISE EXCEPTION 'a conflict' USING ERRCODE = '40001';
      ELSE RETURN new;
    END CASE;
  END $$;
  CREATE TRIGGER fail_completion BEFORE INSERT ON greenvue_jobs.completions
    FOR EACH ROW EXECUTE FUNCTION fail_completion()`;
