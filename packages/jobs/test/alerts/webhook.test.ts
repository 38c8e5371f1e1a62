import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { createHarness, job } from '../engine/engine-harness.ts';
import { serve, serveBytes } from '../outbound/test-server.ts';
import { alertJobs, eventually, failJob, receiver } from './alert-rig.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const undeliverableOrTried = (jobs: Awaited<ReturnType<typeof alertJobs>>, channel: string) =>
  eventually(async () => {
    const { rows } = await jobs.listAlertDeliveries({ channel });
    return rows.find(({ tries }) => tries > 0);
  });

// Promise P24, alerts.
it('a failed run is told to a webhook within a second', async () => {
  const { url, received, until } = await receiver();
  const alerts = { consoleUrl: 'https://jobs.example.com/' };
  const h = await createHarness({ autoRun: true, outbound: { allow: ['127.0.0.1'] }, alerts });
  onTestFinished(() => h.close());
  await h.engine.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url } });
  h.deps.handler = () => Promise.reject(new Error('disk full'));
  await h.engine.createJob(job({ maxAttempts: 1 }));
  await h.engine.trigger('job');
  const before = h.clock.now();
  await h.pass(1_000);
  // The clock stands still from here.
  await until(1);
  expect(h.clock.now()).toBe(before + 1_000);
  expect(received).toHaveLength(1);
});

// Promise P24, alerts.
it('a failed run is told to a webhook, signed as Standard Webhooks says', async () => {
  const { url, received, until } = await receiver();
  const jobs = await alertJobs();
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url, secret: SECRET } });
  await failJob(jobs, 'nightly');
  await until(1);
  const [first] = received;
  if (first === undefined) throw new Error('nothing came');
  const verified = new Webhook(SECRET).verify(first.text, first.headers as Record<string, string>);
  expect(verified).toMatchObject({
    type: 'alert.failed',
    data: {
      title: 'Job "Job nightly" failed',
      count: 1,
      counts: { failed: 1 },
      alerts: [
        {
          condition: 'failed',
          job_id: 'nightly',
          error: { name: 'Error', message: 'disk full' },
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
      ],
    },
  });
  const { data } = verified as { readonly data: { readonly text: string; readonly link: string } };
  expect(data.link).toMatch(/^https:\/\/jobs\.example\.com\/console\/runs\/\d+$/);
  expect(data.text).toContain('Error: Error: disk full');
  expect(data.text).toContain(data.link);
  expect(data.text).toMatch(
    /\nAll runs that failed in the same way: https:\/\/jobs\.example\.com\/console\/failures\?fingerprint=[0-9a-f]{16}&range=7d$/,
  );
  const content = `${first.headers['webhook-id']}.${first.headers['webhook-timestamp']}.${first.text}`;
  const mac = createHmac('sha256', Buffer.alloc(32, 7)).update(content).digest('base64');
  expect(first.headers['webhook-signature']).toBe(`v1,${mac}`);
  const sent = await eventually(async () => (await jobs.listAlertDeliveries({ status: 'sent' })).rows[0]);
  expect(sent).toMatchObject({ tries: 1, message: first.headers['webhook-id'] });
});

it('a message that was refused comes again with the same id', async () => {
  const { url, received, until } = await receiver((n) => (n === 0 ? 500 : 204));
  const jobs = await alertJobs();
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url } });
  await failJob(jobs, 'a');
  const failed = await undeliverableOrTried(jobs, 'ops');
  expect(failed).toMatchObject({ status: 'pending', tries: 1 });
  expect(failed.error).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answered with status 500, not with 2xx$/);
  await until(2);
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it.each([
  ['\0\0 \n\0', ''],
  ['\n No\0room ', ': No room'],
])('an answer of %j is told without what cannot be seen', async (answer, told) => {
  const port = await serve((_, response) => response.writeHead(500).end(answer));
  const jobs = await alertJobs();
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url: `http://127.0.0.1:${port}/` } });
  await failJob(jobs, 'a');
  const { error } = await undeliverableOrTried(jobs, 'ops');
  expect(error).toBe(`http://127.0.0.1:${port} answered with status 500, not with 2xx${told}`);
});

it('a receiver that hangs, redirects, lies or never ends delays no other channel and no run', async () => {
  const good = await receiver();
  const jobs = await alertJobs();
  const hits = { hang: 0, redirect: 0, target: 0 };
  const hang = await serve(() => {
    hits.hang += 1;
  });
  const target = await serve((_, response) => {
    hits.target += 1;
    response.end();
  });
  const redirect = await serve((_, response) => {
    hits.redirect += 1;
    response.writeHead(307, { location: `http://127.0.0.1:${target}/` }).end();
  });
  const endless = await serveTenGigabytes(500);
  const bad = { hang, redirect, endless: endless.port };
  for (const [id, port] of Object.entries(bad))
    await jobs.createAlertChannel({ id, kind: 'webhook', config: { url: `http://127.0.0.1:${port}/` } });
  await jobs.createAlertChannel({
    id: 'metadata',
    kind: 'webhook',
    config: { url: 'http://169.254.169.254/latest' },
  });
  await jobs.createAlertChannel({ id: 'good', kind: 'webhook', config: { url: good.url } });
  await failJob(jobs, 'a');
  await good.until(1);
  await failJob(jobs, 'b');
  await good.until(2);
  // A request to a receiver that hangs is given up after 10 s.
  expect((await jobs.listAlertDeliveries({ channel: 'hang' })).rows.map(({ tries }) => tries)).toEqual([
    0, 0,
  ]);
  expect((await undeliverableOrTried(jobs, 'redirect')).error).toContain('status 307');
  expect((await undeliverableOrTried(jobs, 'endless')).error).toContain('status 500');
  expect((await undeliverableOrTried(jobs, 'metadata')).error).toContain('169.254.169.254');
  expect(hits).toEqual({ hang: 1, redirect: expect.any(Number), target: 0 });
  expect(endless.written()).toBeLessThan(64 * 1024 ** 2);
  const failed = await undeliverableOrTried(jobs, 'hang').catch(() => undefined);
  const hung = failed ?? (await undeliverableOrTried(jobs, 'hang'));
  expect(hung.error).toBe('The channel did not take the message within 10 s.');
});

/** Claims ten gigabytes, and sends as much as somebody reads. */
async function serveTenGigabytes(status: number) {
  let written = 0;
  const port = await serve((_, response) => {
    response.writeHead(status, { 'content-length': String(10 * 1024 ** 3) });
    const chunk = Buffer.alloc(65_536, 'x');
    const more = () => {
      while (!response.destroyed && response.write(chunk)) written += chunk.length;
    };
    response.on('drain', more);
    response.on('error', () => undefined);
    more();
  });
  return { port, written: () => written };
}

it('a receiver that takes the message and answers 10 GB gets it once, and only the beginning is read', async () => {
  const { port, written } = await serveTenGigabytes(200);
  const jobs = await alertJobs();
  await jobs.createAlertChannel({
    id: 'endless',
    kind: 'webhook',
    config: { url: `http://127.0.0.1:${port}/` },
  });
  await failJob(jobs, 'a');
  expect(await undeliverableOrTried(jobs, 'endless')).toMatchObject({ status: 'sent', tries: 1 });
  expect(written()).toBeLessThan(64 * 1024 ** 2);
});

it.each([
  ['answers no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'HTTP'],
  [
    'breaks off its answer',
    'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort',
    'before the end of its answer',
  ],
  [
    'redirects to 169.254.169.254',
    'HTTP/1.1 307 Go\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n',
    'status 307',
  ],
])('a receiver that %s has not taken the message, and delays no other channel', async (_, answer, error) => {
  const good = await receiver();
  const port = await serveBytes((socket) => void socket.once('data', () => socket.end(answer)));
  const jobs = await alertJobs();
  await jobs.createAlertChannel({ id: 'bad', kind: 'webhook', config: { url: `http://127.0.0.1:${port}/` } });
  await jobs.createAlertChannel({ id: 'good', kind: 'webhook', config: { url: good.url } });
  await failJob(jobs, 'a');
  await good.until(1);
  const tried = await undeliverableOrTried(jobs, 'bad');
  expect(tried).toMatchObject({ status: 'pending', tries: 1, error: expect.stringContaining(error) });
});

it('a sample says at once whether a channel works', async () => {
  const { url, received } = await receiver((n) => (n === 0 ? 204 : 403));
  const jobs = await alertJobs();
  const { secret, config } = await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url } });
  expect(secret).toMatch(/^whsec_/);
  expect(config).toEqual({ url: expect.stringMatching(/:\d+\/\[hidden\]$/), secret: '[secret]' });
  expect(await jobs.getAlertChannel('ops')).not.toHaveProperty('secret');
  expect(await jobs.testAlertChannel('ops')).toMatchObject({ delivered: true });
  expect(received[0]?.text).toContain('This is a test of the channel');
  expect(await jobs.testAlertChannel('ops')).toMatchObject({
    delivered: false,
    error: expect.stringContaining('status 403'),
  });
  expect((await jobs.listAlertDeliveries()).rows).toEqual([]);
});

it('the secret of a webhook stays when its address changes, and null makes a new one', async () => {
  const { url, received, until } = await receiver();
  const jobs = await alertJobs();
  const config = { url: 'http://127.0.0.1:9/', secret: SECRET };
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config });
  expect(await jobs.patchAlertChannel('ops', { config: { url } })).not.toHaveProperty('secret');
  await jobs.testAlertChannel('ops');
  await until(1);
  new Webhook(SECRET).verify(received[0]?.text ?? '', received[0]?.headers as Record<string, string>);
  const { secret = '' } = await jobs.patchAlertChannel('ops', { config: { secret: null } });
  expect(secret).not.toBe(SECRET);
  await jobs.testAlertChannel('ops');
  new Webhook(secret).verify(received[1]?.text ?? '', received[1]?.headers as Record<string, string>);
});

it('a storm of failures becomes digests: one channel gets about ten messages', async () => {
  const { url, received } = await receiver();
  const jobs = await alertJobs({ concurrency: 50 });
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url } });
  await Promise.all(Array.from({ length: 300 }, (_, n) => failJob(jobs, `j${n}`)));
  const all = await eventually(async () => {
    const { rows } = await jobs.listAlertDeliveries({ limit: 1_000 });
    return rows.length === 300 ? rows : undefined;
  });
  expect(all).toHaveLength(300);
  await eventually(async () => received.find(({ text }) => text.includes('alert.digest')));
  expect(received.length).toBeLessThanOrEqual(11);
  const digest = received.find(({ text }) => text.includes('alert.digest'));
  const { data } = JSON.parse(digest?.text ?? '{}') as {
    readonly data: {
      readonly count: number;
      readonly alerts: readonly unknown[];
      readonly title: string;
      readonly link: string;
    };
  };
  expect(data.count).toBeGreaterThan(10);
  expect(data.alerts.length).toBeLessThanOrEqual(20);
  expect(data.title).toBe(`${data.count} alerts about jobs: ${data.count} failed`);
  expect(data.link).toBe('https://jobs.example.com/console/failures?range=7d');
});

it('what is due when the engine stops is sent before it ends', async () => {
  const { url, received } = await receiver();
  const jobs = await alertJobs();
  await jobs.createAlertChannel({ id: 'ops', kind: 'webhook', config: { url } });
  await failJob(jobs, 'a');
  await eventually(async () => ((await jobs.getJob('a')).lastStatus === 'failed' ? true : undefined));
  await jobs.stop();
  expect(received).toHaveLength(1);
});
