import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { dataFiles } from '../src/data-dir/data-dir.ts';
import { listOf, partOf, textOf, textsOf } from '../src/testing/test-bodies.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { startSmtp, type TestSmtp } from '../src/testing/test-smtp.ts';
import { becomeOperator, fillFolder, type Operator, startServer } from './operator.ts';
import { until } from './shell.ts';

const DAY_MS = 86_400_000;

async function environment() {
  return { DATA_DIR: await temporaryFolder(), PORT: String(await freePort()) };
}

/** Creates on-demand jobs. */
async function createJobs(operator: Operator, jobs: Readonly<Record<string, object>>): Promise<void> {
  for (const [id, job] of Object.entries(jobs)) {
    const { status, body } = await operator.ask('POST', '/api/jobs', {
      id,
      name: id,
      on_demand: true,
      ...job,
    });
    expect(status, JSON.stringify(body)).toBe(201);
  }
}

/**
 * The recipients of mails whose subject starts with this text, sorted. A subject with an umlaut is encoded.
 */
function recipients({ received }: TestSmtp, subject: string): string[] {
  const forms = [subject, `=?UTF-8?Q?${subject.replaceAll(' ', '_')}`].map((form) => `\nSubject: ${form}`);
  const mails = received.filter(({ message }) => forms.some((form) => message.includes(form)));
  return mails.flatMap(({ to }) => to).toSorted();
}

test('the job types do their work when they are run over REST', async () => {
  const env = await environment();
  const market = await fillFolder(env.DATA_DIR, { sellers: 20, listings: 400, notifications: 40 });
  const monthAgo = Date.now() - 30 * DAY_MS;
  const expired = market.listings.filter(({ created_at }) => created_at < monthAgo);
  const emailOf = new Map(market.sellers.map(({ id, email }) => [id, email]));
  const smtp = await startSmtp();
  await startServer({ ...env, SMTP_URL: smtp.url });
  const operator = await becomeOperator(env);
  const mails = (template: string) => ({ type: 'send_notifications', payload: { template, batchSize: 7 } });
  await createJobs(operator, {
    cleanup: { type: 'cleanup_expired_listings', payload: { days_old: 30 } },
    index: { type: 'update_search_index' },
    rebuild: { type: 'update_search_index', payload: { fullReindex: true } },
    mails: mails('default'),
    'mails-expired': mails('listing_expired'),
    digest: { type: 'weekly_seller_digest' },
    'mails-digest': mails('seller_digest'),
  });
  const find = async (title: string | undefined): Promise<string[]> => {
    const query = new URLSearchParams({ q: title ?? '', limit: '50' });
    const { body } = await operator.ask('GET', `/api/listings?${query}`);
    return textsOf(listOf(body, 'data'), 'id');
  };
  const [oldest, newest] = [market.listings[0], market.listings.at(-1)];

  // The index contains a listing only after the job has run.
  expect(await find(newest?.title)).toEqual([]);
  expect(await operator.run('index')).toMatchObject({ indexed: 400, removed: 0 });
  expect(await find(newest?.title)).toContain(newest?.id);
  expect(await find(oldest?.title)).toContain(oldest?.id);

  // Listings older than 30 days leave the lists at once, and the index with its next update.
  expect(await operator.run('cleanup')).toMatchObject({ removed: 60 });
  expect(await operator.run('cleanup')).toEqual({ removed: 0, batches: 0 });
  expect((await operator.ask('GET', `/api/listings/${oldest?.id}`)).status).toBe(404);
  expect((await operator.ask('GET', `/api/listings/${newest?.id}`)).status).toBe(200);
  expect(await find(oldest?.title)).not.toContain(oldest?.id);
  expect(await operator.run('index')).toMatchObject({ indexed: 0, removed: 60 });
  expect(await operator.run('rebuild')).toMatchObject({ indexed: 340 });
  expect(await find(newest?.title)).toContain(newest?.id);

  // Each due mail is sent once; the mail about a listing's end goes to its seller.
  expect(await operator.run('mails')).toEqual({ sent: 20, failed: 0, remaining: 0 });
  expect(smtp.received).toHaveLength(20);
  expect(await operator.run('mails')).toEqual({ sent: 0, failed: 0, remaining: 0 });
  expect(await operator.run('mails-expired')).toEqual({ sent: 60, failed: 0, remaining: 0 });
  expect(recipients(smtp, 'Your listing')).toEqual(
    expired.map(({ seller_id }) => emailOf.get(seller_id)).toSorted(),
  );

  // The custom type: one digest for each seller.
  const active = new Set(market.listings.slice(expired.length).map(({ seller_id }) => seller_id));
  expect(await operator.run('digest')).toEqual({ queued: active.size });
  expect(await operator.run('mails-digest')).toEqual({ sent: active.size, failed: 0, remaining: 0 });
  expect(recipients(smtp, 'Your week')).toEqual([...active].map((id) => emailOf.get(id)).toSorted());
  expect(smtp.received).toHaveLength(20 + 60 + active.size);
});

test('a cleanup that kill -9 interrupted continues at the next start, and notifies each seller once of each listing', async () => {
  const COUNT = 8_000;
  const env = await environment();
  await fillFolder(env.DATA_DIR, { sellers: 50, listings: COUNT, notifications: 0 }, (market) => ({
    ...market,
    listings: market.listings.map((listing) => ({
      ...listing,
      created_at: listing.created_at - 60 * DAY_MS,
    })),
  }));
  const database = new DatabaseSync(dataFiles(env.DATA_DIR).app, { readOnly: true });
  onTestFinished(() => database.close());
  const ask = (query: string): number => Number(Object.values(database.prepare(query).get() ?? {})[0]);
  const left = () => ask('SELECT count(*) FROM listings');

  const server = await startServer(env);
  const operator = await becomeOperator(env);
  const job = { id: 'cleanup', name: 'Clean up', type: 'cleanup_expired_listings', interval: '1h' };
  const next_run = textOf((await operator.ask('POST', '/api/jobs', job)).body, 'next_run');
  const id = textOf((await operator.ask('POST', '/api/jobs/cleanup/runs')).body, 'id');
  await until('the cleanup has done some batches', () => left() < COUNT - 400 || undefined);
  server.child.kill('SIGKILL');
  expect(await server.ended()).toBe('SIGKILL');
  const leftByTheKill = left();
  expect(leftByTheKill).toBeGreaterThan(0);
  expect(leftByTheKill).toBeLessThan(COUNT);

  await startServer(env);
  // Taken back before the server answers, without using up an attempt.
  expect((await operator.ask('GET', `/api/runs/${id}`)).body).toMatchObject({ recoveries: 1, errors: [] });
  const run = await operator.finished(id);
  expect(run).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 1 });
  // It counts what it had removed before; a kill may leave the last batch uncounted.
  const removed = Number(partOf(run, 'result', 'removed'));
  expect(removed).toBeGreaterThan(leftByTheKill);
  expect(removed).toBeLessThanOrEqual(COUNT);
  expect(left()).toBe(0);
  const expiryMails = "FROM notifications WHERE template = 'listing_expired'";
  expect(ask(`SELECT count(*) ${expiryMails}`)).toBe(COUNT);
  expect(ask(`SELECT count(DISTINCT data ->> 'listing_id') ${expiryMails}`)).toBe(COUNT);
  // The schedule did not move, and there is only one run.
  expect((await operator.ask('GET', '/api/jobs/cleanup')).body).toMatchObject({
    next_run,
    last_status: 'succeeded',
  });
  const { body } = await operator.ask('GET', '/api/jobs/cleanup/runs');
  expect(listOf(body, 'data')).toHaveLength(1);
});
