import { expect, it } from 'vitest';
import type { AlertKind, AlertNotice } from '../../src/index.ts';
import { createHarness, job, runOnce, T0 } from '../engine/engine-harness.ts';
import { alertJobs, eventually, failJob, receiver } from './alert-rig.ts';

const MINUTE = 60_000;

// Promise P24, alerts.
it('Slack gets one text, without marks that the error would smuggle in', async () => {
  const { url, received, until } = await receiver(() => 200);
  const jobs = await alertJobs();
  await jobs.createAlertChannel({ id: 'chat', kind: 'slack', config: { url } });
  await failJob(jobs, 'a', '<!channel> & more');
  await until(1);
  const { text } = JSON.parse(received[0]?.text ?? '{}') as { readonly text: string };
  expect(text.split('\n')[0]).toBe('*Job "Job a" failed*');
  expect(text).toContain('Error: Error: &lt;!channel&gt; &amp; more');
  expect(text).toContain('https://jobs.example.com/console/runs/');
});

it('a kind of the host gets the alert and the settings, and is called again when it rejects', async () => {
  const notices: AlertNotice[] = [];
  const pager: AlertKind = async (notice, { key }, signal) => {
    notices.push(notice);
    expect(key).toBe('k-1');
    expect(signal.aborted).toBe(false);
    if (notices.length === 1) throw new Error('the line is busy');
  };
  const jobs = await alertJobs({ alerts: { kinds: { pager } } });
  const made = await jobs.createAlertChannel({ id: 'me', kind: 'pager', config: { key: 'k-1' } });
  expect(made.config).toEqual({ key: '[hidden]' });
  await failJob(jobs, 'a');
  await eventually(async () => (notices.length === 2 ? true : undefined));
  expect(notices[0]).toEqual(notices[1]);
  expect(notices[0]).toMatchObject({
    title: 'Job "Job a" failed',
    count: 1,
    isDigest: false,
    alerts: [{ jobId: 'a', condition: 'failed' }],
  });
  expect(notices[0]).not.toHaveProperty('link');
});

it('a channel whose kind this server does not have says so', async () => {
  const file = (await import('./alert-rig.ts')).databaseFile();
  const first = await alertJobs({ file, alerts: { kinds: { pager: async () => undefined } } });
  await first.createAlertChannel({ id: 'me', kind: 'pager' });
  await first.stop();
  const jobs = await alertJobs({ file });
  expect(await jobs.testAlertChannel('me')).toMatchObject({
    delivered: false,
    error: expect.stringContaining('no alert channels of the kind "pager"'),
  });
});

it('a job that has not succeeded in time is told once, and its recovery, too', async () => {
  const notices: AlertNotice[] = [];
  const pager: AlertKind = async (notice) => void notices.push(notice);
  const h = await createHarness({ alerts: { kinds: { pager } } });
  await h.engine.createAlertChannel({ id: 'me', kind: 'pager' });
  await h.engine.createJob(job({ expect: { successWithin: '1h' } }));
  await h.engine.tick();
  expect(notices).toEqual([]);
  h.clock.advance(61 * MINUTE);
  await h.engine.tick();
  h.clock.advance(MINUTE);
  await h.engine.tick();
  expect(notices.map(({ title }) => title)).toEqual(['Job "Job" has had no success for too long']);
  expect(notices[0]?.text).toContain(`Since: ${new Date(T0 + 60 * MINUTE).toISOString().slice(0, 10)}`);
  h.clock.advance(MINUTE);
  await runOnce(h);
  h.clock.advance(MINUTE);
  await h.engine.tick();
  expect(notices.map(({ alerts }) => alerts[0]?.condition)).toEqual(['overdue', 'recovered']);
  await h.close();
});
