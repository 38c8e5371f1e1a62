import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { heading, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();
const JOB = { id: 'index', name: 'Index', type: 'update_search_index', interval: '1h' };

async function connect(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

test(
  'the overview says who holds the oldest snapshot of PostgreSQL for long, and how to end it',
  async () => {
    const env = await databaseEnv('postgres');
    const { DATABASE_URL: database = '' } = env;
    const { url, admin } = await startConsoleServer({}, env);
    await done(admin, 'POST', '/api/jobs', JOB);
    const report = await connect(database, 'nightly report');
    await report.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const { rows } = await report.query('SELECT pg_backend_pid() AS pid');
    const pid: unknown = rows[0]?.pid;
    await (await connect(database, 'shop')).query(TRANSACTIONS);

    expect(await done(admin, 'GET', '/api/job-stats')).toMatchObject({
      database: {
        horizon: {
          is_long: true,
          holder: { kind: 'session', pid, name: 'nightly report', state: 'idle in transaction' },
        },
        wraparound: { is_near: false },
      },
    });
    const { page, faults, goTo } = await open(url);
    await goTo('/');
    await signIn(page);
    await heading(page, 'Overview');
    const warning = page.getByRole('status').filter({ hasText: "PostgreSQL can't remove dead rows" });
    await warning
      .getByText(`the session “nightly report” (pid ${pid}, user postgres, idle in transaction)`)
      .waitFor();
    await warning.getByText(`SELECT pg_terminate_backend(${pid});`).waitFor();
    const panel = page.getByRole('region', { name: 'Database' });
    await panel.getByText('Dead rows of live_runs').waitFor();
    await panel.getByText('nightly report').waitFor();
    expect(await findings(page)).toEqual([]);
    await looksWell(page);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test('on SQLite there is nothing to say about it', async () => {
  const { admin } = await startConsoleServer();
  expect(await done(admin, 'GET', '/api/job-stats')).toMatchObject({ database: null });
});

/** As many as a busy server has in minutes. */
const TRANSACTIONS = `DO $$ BEGIN
  FOR n IN 1..500000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
END $$`;
