import { defineJobType } from '@greenvue/jobs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findings } from '../../../packages/console/test/axe.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { runIs, SLOW_MS, signIn, startBrowser } from './console/visit.ts';

const open = startBrowser();

const sync = defineJobType({
  type: 'sync',
  payload: z.strictObject({}),
  maxAttempts: 1,
  run: async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:443'), { code: 'ECONNREFUSED' });
    throw new TypeError('fetch failed', {
      cause: new AggregateError([refused, new RangeError('no route')], 'all addresses failed'),
    });
  },
});

test(
  'the page of a failed run shows the causes of its error, each with its name, message and code',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [sync] });
    const run = await done(admin, 'POST', '/api/job-types/sync/runs', {});
    const { id } = z.object({ id: z.string() }).parse(run);
    const { page, faults, goTo } = await open(url);
    await goTo(`/runs/${id}`);
    await signIn(page);
    await runIs(page, 'failed');
    const errors = page.getByRole('region', { name: 'Error', exact: true });
    await errors.getByText('TypeError: fetch failed').first().waitFor();
    const causes = await errors.getByText(/^Caused by /).allTextContents();
    expect(causes).toEqual([
      'Caused by AggregateError: all addresses failed',
      'Caused by Error: connect ECONNREFUSED 10.0.0.7:443',
      'Caused by RangeError: no route',
    ]);
    await errors.getByText('Stacks', { exact: true }).click();
    const stack = await errors.getByRole('group', { name: 'the stack' }).textContent();
    expect(stack).toMatch(/TypeError: fetch failed\n.+AggregateError: all.+RangeError: no route\n/s);
    expect(await findings(page)).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
