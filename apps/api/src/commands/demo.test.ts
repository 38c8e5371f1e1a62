import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  backfillJob,
  connect,
  getBackfill,
  getJob,
  getJobHistory,
  getRunLogs,
  listAlertDeliveries,
  listBackfills,
  listJobRuns,
  listJobs,
  listJobTags,
  listRunFailures,
  listRuns,
  patchJob,
  resumeJob,
} from '@greenvue/jobs/client';
import { showProgress } from '@greenvue/jobs-cli';
import { expect, test, vi } from 'vitest';
import { dataFiles, lockDataDir, openDataDir } from '../data-dir/data-dir.ts';
import { newListingSchema } from '../listings/schemas.ts';
import { TEMPLATES } from '../notifications/templates.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { freePort, startProcess } from '../testing/test-process.ts';
import { makeMarket } from './demo-market.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);

/** Seeding a day takes a few seconds, and much longer on a busy machine. */
const SEEDING_MS = 180_000;

async function runDemo(env: Record<string, string>) {
  const cli = startProcess('cli.ts', env, ['demo']);
  const code = await cli.ended();
  return { code, ...cli.output };
}

/** Starts the demo, waits until it is there, and gives the API to its admin. */
async function startDemo(env: Record<string, string>) {
  const demo = startProcess('cli.ts', env, ['demo']);
  const seeded = vi.waitFor(() => expect(demo.output.stdout).toContain('npm run demo continues it.'), {
    timeout: SEEDING_MS,
    interval: 100,
  });
  const ended = demo.ended().then((code) => {
    throw new Error(`the demo ended with ${code}: ${demo.output.stderr}`);
  });
  ended.catch(() => undefined);
  await Promise.race([seeded, ended]);
  return { ...demo, ...(await becomeAdmin(env)) };
}

async function becomeAdmin({ PORT = '', ...env }: Record<string, string>) {
  const token = startProcess('cli.ts', env, ['token']);
  expect(await token.ended()).toBe(0);
  const connection = connect({ url: `http://127.0.0.1:${PORT}/api`, token: token.output.stdout.trim() });
  return { connection };
}

test(
  'seeds a day with an incident, and serves it: the incident can be solved, and the jobs go on',
  async () => {
    const folder = join(await temporaryFolder(), 'data');
    const env = { DATA_DIR: folder, PORT: String(await freePort()) };
    const { connection, output, child, ended } = await startDemo(env);
    expect(output.stderr).toContain('Filling the market: 100 %\n');
    expect(output.stderr).toContain('Making a day of history: 100 %\n');
    expect(output.stdout).toContain('Sign in with admin@greenvue.local and greenvue-demo\n');
    const [, alertFile = ''] = /^You are on call\. This alert has come \((.*)\):$/m.exec(output.stdout) ?? [];
    expect(output.stdout).toContain('NB-4107, format pain.001.001.03 is no longer accepted');
    expect(readFileSync(alertFile, 'utf8')).toMatch(/^Job "Payouts to Nordbank" was paused/);

    const jobs = (await listJobs(connection, { limit: 100 })).data;
    expect(jobs.length).toBeGreaterThanOrEqual(28);
    const byId = new Map(jobs.map((job) => [job.id, job]));
    expect(byId.get('payouts-nordbank')).toMatchObject({ status: 'paused', pause: { by: 'engine' } });
    expect(byId.get('autumn-offers')?.pause?.reason).toMatch(/^The prices lack VAT/);
    expect(byId.get('bank-statements')?.health.status).toBe('overdue');
    expect(byId.get('fraud-uk')?.health.status).toBe('failing');
    expect((await listJobTags(connection)).length).toBeGreaterThan(8);

    const failures = (await listRunFailures(connection, { hours: 26 })).data;
    const messages = failures.map(({ sample }) => sample.errors.at(-1)?.message ?? '');
    expect(messages.length).toBeGreaterThanOrEqual(5);
    for (const words of ['longer than 10 s', '503', 'orders_archive', "reading 'country'", 'NB-4107'])
      expect(messages.join('\n')).toContain(words);
    const deliveries = (await listAlertDeliveries(connection, { channel: 'on-call' })).data;
    expect(new Set(deliveries.map(({ condition }) => condition))).toEqual(
      new Set(['failed', 'recovered', 'paused_by_engine', 'overdue']),
    );
    expect(await listBackfills(connection)).toMatchObject([{ job_id: 'report-sales', status: 'finished' }]);
    const history = await getJobHistory(connection, {});
    expect(history.total.succeeded).toBeGreaterThan(900);
    await vi.waitFor(
      async () => {
        const running = (await listRuns(connection, { status: 'running' })).data;
        expect(running.map(({ job_id }) => job_id)).toContain('recommendations');
      },
      { timeout: 90_000 },
    );

    // The cause is in the log of the last run.
    const [failed] = (await listJobRuns(connection, 'payouts-nordbank', { status: 'failed', limit: 1 })).data;
    const log = await getRunLogs(connection, failed?.id ?? '');
    expect(log.map(({ message }) => message)).toContainEqual(expect.stringContaining('No money has moved'));
    await patchJob(connection, 'payouts-nordbank', {
      payload: { bank: 'nordbank', format: 'pain.001.001.09' },
    });
    await resumeJob(connection, 'payouts-nordbank');
    const from = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const missing = async () => backfillJob(connection, 'payouts-nordbank', { from, dry_run: true });
    expect((await missing()).slots).toBeGreaterThanOrEqual(3);
    const { id } = await backfillJob(connection, 'payouts-nordbank', { from });
    await vi.waitFor(async () => expect((await getBackfill(connection, id ?? '')).status).toBe('finished'), {
      timeout: 150_000,
      interval: 1_000,
    });
    // A slot may have come meanwhile, whose run has not begun yet.
    await vi.waitFor(
      async () => expect(await missing()).toMatchObject({ slots: 0, left_out: { live: 0, waiting: 0 } }),
      { timeout: 60_000, interval: 1_000 },
    );
    expect((await getJob(connection, 'payouts-nordbank')).health.status).toBe('ok');

    // The jobs of the market run on its data.
    const index = (await listJobRuns(connection, 'update-search-index', { status: 'succeeded' })).data;
    expect(index.length).toBeGreaterThan(0);

    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    const again = await startDemo(env);
    expect(again.output.stderr).not.toContain('Making a day of history');
    expect((await getJob(again.connection, 'payouts-nordbank')).status).toBe('active');
  },
  2 * SEEDING_MS,
);

test('is refused in one line in a folder with other data, while a server has it, and in production', async () => {
  const folder = await temporaryFolder();
  openDataDir(folder);
  const lock = await lockDataDir(folder);
  const locked = await runDemo({ DATA_DIR: folder });
  lock.release();
  expect(locked).toMatchObject({ code: 1, stderr: expect.stringMatching(/^DATA_DIR .* is in use .*\n$/) });
  const production = {
    DATA_DIR: folder,
    NODE_ENV: 'production',
    JWT_SECRET: 'WcOAHcpfo0oKd1sE3f8Yk0yNq2VnJ7m4tZb6',
  };
  expect(await runDemo(production)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The demo is not for production.*\n$/),
  });
  writeFileSync(dataFiles(folder).app, '');
  expect(await runDemo({ DATA_DIR: folder })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^DATA_DIR .* already has data that is not the demo's, .*\n$/),
  });
});

test('a market is the same each time, and everything in it is what the API and the mails take', () => {
  const size = { sellers: 50, listings: 400, notifications: 40 };
  const market = makeMarket(size, NOW);
  expect(makeMarket(size, NOW)).toEqual(market);
  expect(new Set(market.sellers.map(({ email }) => email)).size).toBe(50);
  for (const listing of market.listings) {
    const { id: _id, seller_id: _seller, created_at, updated_at: _updated, ...fields } = listing;
    expect(newListingSchema.safeParse(fields).error).toBeUndefined();
    expect(created_at).toBeLessThan(NOW);
  }
  expect(market.listings.filter(({ created_at }) => created_at < NOW - 30 * DAY_MS)).toHaveLength(60);
  expect(market.notifications.filter(({ dueAt }) => dueAt <= NOW).length).toBe(market.due);
  for (const { data } of market.notifications) expect(TEMPLATES.default.safeParse(data).success).toBe(true);
});

test('progress is a bar that grows in place on a terminal', () => {
  const written: string[] = [];
  const progress = showProgress({ isTTY: true, write: (text) => written.push(text) }, 'Filling');
  for (const done of [1, 2, 2, 4]) progress(done, 4);
  expect(written).toEqual([
    `\rFilling [${'#'.repeat(8)}${'-'.repeat(22)}]  25 %`,
    `\rFilling [${'#'.repeat(15)}${'-'.repeat(15)}]  50 %`,
    `\rFilling [${'#'.repeat(30)}] 100 %\n`,
  ]);
});
