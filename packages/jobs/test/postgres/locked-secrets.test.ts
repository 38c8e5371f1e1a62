import pg from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { KEY, keeper } from '../engine/secret-keeper.ts';
import { silentLogger } from '../silent-logger.ts';
import { createTestDatabase } from './test-database.ts';

// Promise P40, secrets in payloads.
it('a stop waits only seconds for a run whose secrets another transaction has locked, and the run keeps its attempts', async () => {
  const database = await createTestDatabase(inject('postgresUrl'), 'secrets');
  onTestFinished(() => database.drop());
  const clock = createSystemClock();
  const open = () =>
    createEngine({
      store: createPostgresStore({ url: database.url, clock }),
      jobTypes: [keeper],
      deps: {},
      secretKeys: [KEY],
      clock,
      shutdownTimeoutMs: 5_000,
      logger: silentLogger,
    });
  const engine = open();
  await engine.start();
  await engine.putSecret('TOKEN', 'value');
  const input = {
    id: 'job',
    name: 'Job',
    type: 'keeper',
    onDemand: true,
    payload: { token: { $secret: 'TOKEN' } },
  };
  await engine.createJob(input);
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await other.query('BEGIN; LOCK TABLE greenvue_jobs.secrets IN ACCESS EXCLUSIVE MODE');
  const { run } = await engine.trigger('job');
  await expect.poll(async () => (await engine.getRun(run.id)).run.status).toBe('running');
  const begun = clock.monotonic();
  await engine.stop();
  expect(clock.monotonic() - begun).toBeLessThan(10_000);
  await other.query('COMMIT');
  await other.end();
  const again = open();
  await again.start();
  onTestFinished(() => again.stop());
  await expect
    .poll(async () => (await again.getRun(run.id)).run)
    .toMatchObject({ status: 'succeeded', attempt: 1 });
}, 40_000);
