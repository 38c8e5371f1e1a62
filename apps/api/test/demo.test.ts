import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  backfillJob,
  connect,
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
} from '@greenvue/jobs/client';
import { expect, test, vi } from 'vitest';
import { CONDITION_MS, TEST_MS } from '../../../scripts/test-deadlines.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { freePort, startProcess } from '../src/testing/test-process.ts';
import { blocksOf, statusesOf } from './guide-program.ts';
import { ROOT } from './shell.ts';

const PAGE = readFileSync(join(ROOT, 'docs/demo.md'), 'utf8');

/** The commands of docs/demo.md below a heading, for the folder of the variables. */
const commandsBelow = (heading: string) =>
  blocksOf(PAGE, { language: 'bash', heading }).replaceAll('DATA_DIR=./data/demo ', '');

/** Starts the demo, waits until it is there, and gives the API to its admin. */
async function startDemo(env: Record<string, string>) {
  const demo = startProcess('cli.ts', env, ['demo']);
  await demo.printed('npm run demo continues it.', TEST_MS);
  return { ...demo, ...(await becomeAdmin(env)) };
}

async function becomeAdmin({ PORT = '', ...env }: Record<string, string>) {
  const token = startProcess('cli.ts', env, ['token']);
  expect(await token.ended()).toBe(0);
  const connection = connect({ url: `http://127.0.0.1:${PORT}/api`, token: token.output.stdout.trim() });
  return { connection };
}

test(
  'the demo seeds a day with an incident, which the commands of docs/demo.md solve, and the jobs go on',
  async () => {
    expect(commandsBelow('Start it')).toBe('npm run demo\n');
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
    await vi.waitFor(async () => {
      const running = (await listRuns(connection, { status: 'running' })).data;
      expect(running.map(({ job_id }) => job_id)).toContain('recommendations');
    }, CONDITION_MS);

    // The cause is in the log of the last run.
    const [failed] = (await listJobRuns(connection, 'payouts-nordbank', { status: 'failed', limit: 1 })).data;
    const log = await getRunLogs(connection, failed?.id ?? '');
    expect(log.map(({ message }) => message)).toContainEqual(expect.stringContaining('No money has moved'));
    const from = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const solved = await statusesOf(commandsBelow('Solve an incident'), env);
    expect(solved).toEqual(['200', '200', '200', '200', '200', '202', '200']);
    const backfill = async () => (await listBackfills(connection, { job_id: 'payouts-nordbank' }))[0];
    expect((await backfill())?.slots).toBeGreaterThanOrEqual(3);
    await vi.waitFor(async () => expect((await backfill())?.status).toBe('finished'), {
      timeout: TEST_MS,
      interval: 1_000,
    });
    const missing = async () => backfillJob(connection, 'payouts-nordbank', { from, dry_run: true });
    // A slot may have come meanwhile, whose run has not begun yet.
    await vi.waitFor(
      async () => expect(await missing()).toMatchObject({ slots: 0, left_out: { live: 0, waiting: 0 } }),
      { timeout: CONDITION_MS, interval: 1_000 },
    );
    expect((await getJob(connection, 'payouts-nordbank')).health.status).toBe('ok');

    // The jobs of the market run on its data.
    const index = (await listJobRuns(connection, 'update-search-index', { status: 'succeeded' })).data;
    expect(index.length).toBeGreaterThan(0);

    const [token = ''] = commandsBelow('Solve an incident').split('\n');
    const watching = `${token}\n${commandsBelow('Watch the three jobs of the market')}`
      .replace('--max-time 120', '--max-time 1')
      .replace(/^(curl -N .*)$/m, '$1 || true');
    expect(await statusesOf(watching, env)).toEqual(['200', '200', '202']);

    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    const again = await startDemo(env);
    expect(again.output.stderr).not.toContain('Making a day of history');
    expect((await getJob(again.connection, 'payouts-nordbank')).status).toBe('active');
  },
  2 * TEST_MS,
);
