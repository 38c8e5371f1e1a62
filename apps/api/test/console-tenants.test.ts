import { consolePlugin } from '@greenvue/console/fastify';
import { createJobs, defineJobType } from '@greenvue/jobs';
import { type JobScope, jobsPlugin } from '@greenvue/jobs/fastify';
import { sqlite } from '@greenvue/jobs/sqlite';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { heading, runIs, runNow, SLOW_MS, saveNew, startBrowser } from './console/visit.ts';

const open = startBrowser('/admin/jobs');

/** An app whose users belong to one tenant. Another tenant has jobs and runs, too. */
async function startApp(scope: JobScope): Promise<string> {
  const greet = defineJobType({
    type: 'greet',
    payload: z.strictObject({ name: z.string().default('world') }),
    run: async (ctx) => ({ greeted: ctx.payload.name }),
  });
  const jobs = createJobs({ store: sqlite(':memory:'), types: [greet] });
  await jobs.start();
  onTestFinished(() => jobs.stop());
  for (const tenant of ['acme', 'other']) {
    const id = `${tenant}.report`;
    await jobs.schedule(greet, { id, name: `Report of ${id}`, onDemand: true, tags: [tenant] });
    await jobs.trigger(id);
  }
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 128 } });
  onTestFinished(() => app.close());
  await app.register(jobsPlugin, {
    prefix: '/admin/api',
    engine: jobs,
    authorize: () => ({ id: 'user:1', name: 'Ann', scope }),
  });
  await app.register(consolePlugin, { prefix: '/admin/jobs', api: '/admin/api', auth: 'host' });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

test(
  'a viewer of one tenant sees its jobs alone, and no nodes',
  async () => {
    const url = await startApp({ idPrefix: 'acme.' });
    const { page, faults, goTo } = await open(url);
    const otherTenant = () => page.getByText(/other\.report/).count();

    await goTo('');
    await heading(page, 'Overview');
    await page.getByText('Active jobs', { exact: true }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    for (const title of ['Nodes', 'Runs per minute'])
      expect(await page.getByRole('heading', { name: title }).count()).toBe(0);
    expect(await page.getByText('last minute').count()).toBe(0);
    expect(await findings(page)).toEqual([]);

    await goTo('/jobs');
    await page.getByRole('link', { name: 'Report of acme.report' }).first().waitFor();
    expect(await otherTenant()).toBe(0);
    await goTo('/jobs/other.report');
    await heading(page, 'Job not found');

    await goTo('/jobs/acme.report');
    await runNow(page);
    await runIs(page, 'succeeded');

    // The form suggests an id of the tenant; any other id is refused with the reason.
    await goTo('/jobs/new');
    await page.getByRole('textbox', { name: 'Name' }).fill('Weekly mail');
    const id = page.getByRole('textbox', { name: 'Id' });
    expect(await id.inputValue()).toBe('acme.weekly-mail');
    await page.getByText('Begins with "acme.".').waitFor();
    await page.getByRole('combobox', { name: 'Job type' }).click();
    await page.getByRole('option', { name: 'greet' }).click();
    await page.getByRole('textbox', { name: 'Interval' }).fill('1h');
    await id.fill('weekly-mail');
    await saveNew(page);
    await page.getByText('must begin with "acme."; got "weekly-mail"').first().waitFor();
    await id.fill('acme.weekly-mail');
    await saveNew(page);
    await heading(page, 'Weekly mail');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test(
  'a viewer whose scope is a tag sees the jobs with it alone, and creates only such jobs',
  async () => {
    const url = await startApp({ tags: ['acme'] });
    const { page, faults, goTo } = await open(url);
    const otherTenant = () => page.getByText(/other\.report/).count();

    await goTo('/jobs');
    await page.getByRole('link', { name: 'Report of acme.report' }).first().waitFor();
    expect(await otherTenant()).toBe(0);
    await goTo('/runs');
    await page.getByText('acme.report').first().waitFor();
    expect(await otherTenant()).toBe(0);
    await goTo('/jobs/other.report');
    await heading(page, 'Job not found');

    // The events of the job arrive: the page follows its run.
    await goTo('/jobs/acme.report');
    await runNow(page);
    await runIs(page, 'succeeded');

    // The form fills in the tag; without it, the job is refused with the reason.
    await goTo('/jobs/new');
    await page.getByRole('textbox', { name: 'Name' }).fill('Weekly mail');
    await page.getByRole('combobox', { name: 'Job type' }).click();
    await page.getByRole('option', { name: 'greet' }).click();
    await page.getByRole('textbox', { name: 'Interval' }).fill('1h');
    await page.getByRole('button', { name: /^Tags, failure budget and alerts/ }).click();
    await page.getByText('At least one of these: acme.').waitFor();
    const tags = page.getByRole('textbox', { name: 'Tags' });
    expect(await tags.inputValue()).toBe('acme');
    await tags.fill('mine');
    await saveNew(page);
    await page.getByText('must contain the tag "acme"; got "mine"').first().waitFor();
    await tags.fill('mine, acme');
    await saveNew(page);
    await heading(page, 'Weekly mail');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
