import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { isHorizonLong, isWraparoundNear } from '../../src/core/store/database-upkeep.ts';
import type { JobStore } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { type PostgresServer, startPostgres } from './server.ts';

/** A server of its own: the shared one has snapshots of other tests. */
async function startServer(): Promise<{ readonly server: PostgresServer; readonly url: string }> {
  const server = await startPostgres({ settings: { max_prepared_transactions: '2', autovacuum: 'off' } });
  onTestFinished(() => server.stop());
  return { server, url: await server.createDatabase('upkeep') };
}

async function openStore(url: string): Promise<JobStore> {
  const store = createPostgresStore({ url, clock: createSystemClock() });
  onTestFinished(() => store.close());
  await store.open();
  return store;
}

async function connect(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

it('says which session, and which prepared transaction, holds the oldest snapshot, since when', async () => {
  const { url } = await startServer();
  const store = await openStore(url);
  const read = async () => (await store.readUpkeep?.())?.horizon;
  expect(await read()).toBeUndefined();

  const person = await connect(url, 'psql');
  await person.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  const { rows } = await person.query('SELECT pg_backend_pid() AS pid');
  const shop = await connect(url, 'shop');
  for (let n = 0; n < 3; n++) await shop.query('SELECT pg_current_xact_id()');
  const held = await read();
  expect(held).toMatchObject({
    age: 3,
    holder: {
      kind: 'session',
      pid: rows[0]?.pid,
      applicationName: 'psql',
      user: 'postgres',
      state: 'idle in transaction',
    },
  });
  expect(Math.abs(Date.now() - (held?.since ?? 0))).toBeLessThan(30_000);

  await person.query('COMMIT');
  await shop.query("BEGIN; CREATE TABLE two (n integer); PREPARE TRANSACTION 'both'");
  expect(await read()).toMatchObject({
    holder: { kind: 'prepared_transaction', name: 'both', user: 'postgres' },
  });
  await shop.query("ROLLBACK PREPARED 'both'");
  expect(await read()).toBeUndefined();
});

it("without pg_monitor, another role's session has no state and no start, and is still named", async () => {
  const { server, url } = await startServer();
  const admin = await connect(url, 'admin');
  await admin.query('CREATE ROLE jobs LOGIN');
  await admin.query('CREATE SCHEMA greenvue_jobs AUTHORIZATION jobs');
  const store = await openStore(`postgres://jobs@127.0.0.1:${server.port}/upkeep`);
  await admin.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await admin.query('SELECT');
  expect((await store.readUpkeep?.())?.horizon).toMatchObject({
    since: undefined,
    holder: { kind: 'session', applicationName: 'admin', user: 'postgres', state: undefined },
  });
});

it('says how many dead rows the tables of each run have, their last vacuum, and the age of the ids', async () => {
  const { url } = await startServer();
  const store = await openStore(url);
  const person = await connect(url, 'psql');
  await person.query('VACUUM greenvue_jobs.live_runs');
  // The server counts a session's rows when it is idle.
  await expect
    .poll(
      async () =>
        (await store.readUpkeep?.())?.tables.find(({ table }) => table === 'live_runs')?.lastVacuumAt,
    )
    .toBeDefined();
  const upkeep = await store.readUpkeep?.();
  expect(upkeep?.tables.map(({ table }) => table)).toEqual(['job_wakes', 'jobs', 'live_runs', 'runs']);
  expect(upkeep?.tables.find(({ table }) => table === 'jobs')).toMatchObject({
    lastVacuumAt: undefined,
    deadRows: 0,
  });
  expect(upkeep?.wraparound).toMatchObject({ freezeMaxAge: 200_000_000 });
  expect(upkeep?.wraparound.age).toBeGreaterThan(0);
});

it('a snapshot is held for long from a minute or 500,000 transactions on', () => {
  const holder = { kind: 'replication_slot', name: 'a', isActive: true } as const;
  const now = 1_000_000;
  expect(isHorizonLong({ holder, age: 499_999, since: now - 59_999 }, now)).toBe(false);
  expect(isHorizonLong({ holder, age: 0, since: now - 60_000 }, now)).toBe(true);
  expect(isHorizonLong({ holder, age: 500_000, since: undefined }, now)).toBe(true);
});

it('the wraparound is near from twice the age at which the server freezes, or the middle between it and the limit', () => {
  const near = (age: number, freezeMaxAge: number) => isWraparoundNear({ database: 'a', age, freezeMaxAge });
  expect(near(399_999_999, 200_000_000)).toBe(false);
  expect(near(400_000_000, 200_000_000)).toBe(true);
  expect(near(1_100_000_000, 1_500_000_000)).toBe(false);
  expect(near(2_072_241_824, 2_000_000_000)).toBe(true);
});
