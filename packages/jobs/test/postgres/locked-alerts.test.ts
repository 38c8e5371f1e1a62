import pg from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';
import { createTestDatabase } from './test-database.ts';

// Promise P24, alerts.
it.each(['alert_channels', 'alert_deliveries'])(
  'a stop waits only seconds for alerts while another transaction has locked %s',
  async (table) => {
    const database = await createTestDatabase(inject('postgresUrl'), 'alerts');
    onTestFinished(() => database.drop());
    const clock = createSystemClock();
    const engine = createEngine({
      store: createPostgresStore({ url: database.url, clock }),
      jobTypes: [],
      deps: {},
      clock,
      logger: silentLogger,
    });
    await engine.start();
    onTestFinished(() => engine.stop());
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    onTestFinished(() => other.end());
    await other.query(`BEGIN; LOCK TABLE greenvue_jobs.${table} IN ACCESS EXCLUSIVE MODE`);
    const begun = clock.monotonic();
    await engine.stop();
    expect(clock.monotonic() - begun).toBeLessThan(10_000);
    await other.query('COMMIT');
  },
  60_000,
);
