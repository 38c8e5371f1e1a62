import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startSmtp } from '../src/testing/test-smtp.ts';
import { done, startConsoleServer } from './console/console-server.ts';

const exportListings = defineJobType({
  type: 'export_listings',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async () => {
    throw new Error('disk full');
  },
});
const channel = { id: 'ops', kind: 'email', config: { to: ['ann@example.com', 'bo@example.com'] } };
const job = {
  id: 'nightly',
  name: 'Nightly export',
  type: 'export_listings',
  on_demand: true,
  max_attempts: 1,
};

test('a failed job is told by e-mail over the mail server of GreenVue', async () => {
  const smtp = await startSmtp();
  const env = { SMTP_URL: smtp.url, PUBLIC_URL: 'https://jobs.example.com' };
  const { admin } = await startConsoleServer({ jobTypes: [exportListings] }, env);
  await done(admin, 'POST', '/api/alert-channels', channel);
  expect(await done(admin, 'POST', '/api/alert-channels/ops/test', {})).toMatchObject({ delivered: true });
  await done(admin, 'POST', '/api/jobs', job);
  await done(admin, 'POST', '/api/jobs/nightly/runs', {});
  await expect.poll(() => smtp.received.length).toBe(2);
  const [sample, alert] = smtp.received;
  // Long lines are broken on the way.
  const text = alert?.message.replaceAll(/=\r?\n/g, '');
  expect(sample?.message).toContain('This is a test of the channel');
  expect(alert?.to).toEqual(['ann@example.com', 'bo@example.com']);
  expect(text).toContain('Job "Nightly export" failed');
  expect(text).toContain('Error: Error: disk full');
  expect(text).toContain('https://jobs.example.com/console/runs/');
  expect(smtp.messageIds()[1]).toMatch(/^<alert_\d+_\d+@/);
});

test('a mail server that refuses or is gone is shown with its answer', async () => {
  const smtp = await startSmtp({
    onRcptTo: (_, __, done) => done(Object.assign(new Error('no such user'), { responseCode: 550 })),
  });
  const { admin } = await startConsoleServer({ jobTypes: [exportListings] }, { SMTP_URL: smtp.url });
  await done(admin, 'POST', '/api/alert-channels', channel);
  expect(await done(admin, 'POST', '/api/alert-channels/ops/test', {})).toMatchObject({
    delivered: false,
    error: expect.stringContaining('no such user'),
  });
  await smtp.close();
  expect(await done(admin, 'POST', '/api/alert-channels/ops/test', {})).toMatchObject({
    delivered: false,
    error: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a mail server that never answers delays no run, and the alert is tried again', async () => {
  let messages = 0;
  const smtp = await startSmtp({
    onData: (stream) => {
      messages += 1;
      stream.resume();
    },
  });
  const { admin } = await startConsoleServer({ jobTypes: [exportListings] }, { SMTP_URL: smtp.url });
  await done(admin, 'POST', '/api/alert-channels', channel);
  await done(admin, 'POST', '/api/jobs', job);
  await done(admin, 'POST', '/api/jobs/nightly/runs', {});
  await expect.poll(() => messages).toBe(1);
  await done(admin, 'POST', '/api/jobs/nightly/runs', {});
  const { body } = await admin.ask('GET', '/api/alert-deliveries');
  expect(body).toMatchObject({ data: [{ status: 'pending', tries: 0 }] });
  const runs = async () => (await admin.ask('GET', '/api/jobs/nightly/runs?status=failed')).body;
  await expect.poll(runs).toMatchObject({ data: [{}, {}] });
  const tried = async () => (await admin.ask('GET', '/api/alert-deliveries')).body;
  await expect.poll(tried).toMatchObject({ data: [{ tries: 1, delivery_error: expect.any(String) }] });
});

test('without a mail server, a channel of kind email is refused with what to do', async () => {
  const { admin } = await startConsoleServer({ jobTypes: [exportListings] });
  const { status, body } = await admin.ask('POST', '/api/alert-channels', channel);
  expect(status).toBe(422);
  expect(JSON.stringify(body)).toContain('SMTP_URL');
});
