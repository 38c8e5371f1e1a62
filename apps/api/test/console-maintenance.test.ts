import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { databaseEnv } from '../src/testing/test-app.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { button, heading, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

// Promise P36, tags and bulk.
test.each(['sqlite', 'postgres'] as const)(
  'an operator pauses all jobs for maintenance, everybody sees why, and resumes them; tags filter the jobs (%s)',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({}, await databaseEnv(dialect));
    for (const [id, tags] of [
      ['bills', ['billing', 'eu']],
      ['mails', ['eu']],
      ['plain', []],
    ] as const)
      await done(admin, 'POST', '/api/jobs', {
        id,
        name: `The ${id}`,
        type: 'update_search_index',
        interval: '1h',
        tags,
      });
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs');
    await signIn(page);
    const row = (id: string) => page.getByRole('row', { name: `The ${id}` });
    await row('plain').waitFor();

    // A tag is a link to its jobs, and the filter lists the tags in use.
    await row('bills').getByRole('link', { name: 'billing', exact: true }).click();
    await row('mails').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?tag=billing');
    await page.getByRole('combobox', { name: 'Tag' }).selectOption({ label: 'eu (2)' });
    await row('mails').waitFor();
    await row('plain').waitFor({ state: 'detached' });

    await button(page, 'Pause all').click();
    const dialog = page.getByRole('dialog', { name: 'Pause all jobs' });
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('Database upgrade');
    await dialog.getByRole('button', { name: '1 hour' }).click();
    expect(await findings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Pause all jobs' }).click();
    const banner = page.getByRole('status').filter({ hasText: 'All jobs are paused' });
    await banner.getByText('Database upgrade').waitFor();
    // No countdown beside the banner: the pause holds the next run.
    await row('bills')
      .getByText(/^held until /)
      .waitFor();
    expect(await done(admin, 'GET', '/api/job-pause')).toMatchObject({
      paused_all: { reason: 'Database upgrade', until: expect.stringMatching(/Z$/) },
    });
    await goTo('/');
    await heading(page, 'Overview');
    await banner.waitFor();
    expect(await findings(page)).toEqual([]);
    await banner.getByRole('button', { name: 'Resume all' }).click();
    const question = page.getByRole('dialog', { name: 'Resume all jobs?' });
    await question.getByText('3 jobs can start runs again.').waitFor();
    expect(await findings(page)).toEqual([]);
    await banner.waitFor();
    await question.getByRole('button', { name: 'Resume all jobs' }).click();
    await banner.waitFor({ state: 'detached' });
    expect(await done(admin, 'GET', '/api/job-pause')).toEqual({ paused_all: null });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
