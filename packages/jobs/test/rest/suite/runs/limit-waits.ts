import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { CONDITION_MS } from '../../../../../../scripts/test-deadlines.ts';
import { defineJobType } from '../../../../src/core/job-types/define-job-type.ts';
import { StoreError } from '../../../../src/core/model/errors.ts';
import { jobTypesSchema } from '../../../../src/http/views/jobs/job-type.ts';
import { runSchema } from '../../../../src/http/views/runs/run.ts';
import { createMemoryStore } from '../../../../src/stores/memory/index.ts';
import { createSystemClock } from '../../../../src/system-clock.ts';
import { bodyOf, createJob, runJob, runThatIs, send } from '../../requests.ts';
import { greet, type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

const limits = { running: 1, rate: { runs: 100, per: '1m' }, per: '/tenant' };

/** Runs until its signal, one run for each tenant at a time. */
const limited = defineJobType({
  type: 'limited',
  module: import.meta.url,
  payload: z.strictObject({ tenant: z.string() }),
  limits,
  run: (ctx, _deps: undefined) =>
    new Promise((_resolve, reject) => {
      ctx.signal.addEventListener('abort', () => reject(new Error('stopped')));
    }),
});

/** Promise P29, limits and priority. */
export function limitWaits(makeMount: MakeMount): void {
  const store = createMemoryStore({ clock: createSystemClock() });
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount, {}, { store, jobTypes: [greet, limited] });
  });
  afterAll(() => server.close());

  const limitsIn = async (mount: Pick<Mount, 'send'>) => {
    const { data } = bodyOf(await send(mount, 'GET', '/job-types'), 200, jobTypesSchema);
    return data.map((type) => type.limits);
  };

  test('L1: types show their limits and what waits for them, and a run the limit that it waits for', async () => {
    expect(await limitsIn(server)).toEqual([null, { ...limits, from_version: null, full: 0, waiting: 0 }]);
    await createJob(server, 'a', {
      type: 'limited',
      on_demand: true,
      overlap: 'allow',
      payload: { tenant: 'x' },
    });
    const first = await runJob(server, 'a');
    expect(await runThatIs(server, first.id, 'running')).toMatchObject({ waits_for: null });
    const second = await runJob(server, 'a');
    await vi.waitFor(async () => {
      const run = bodyOf(await send(server, 'GET', `/runs/${second.id}`), 200, runSchema);
      expect(run).toMatchObject({ status: 'queued', waits_for: { limit: 'running', value: 'x' } });
    }, CONDITION_MS);
    expect(await limitsIn(server)).toEqual([null, { ...limits, from_version: null, full: 1, waiting: 1 }]);
    const scoped = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:42', scope: { idPrefix: 'acme-' } }),
    });
    expect(await limitsIn(scoped)).toEqual([
      null,
      { ...limits, from_version: null, full: null, waiting: null },
    ]);
    await scoped.close();
    for (const { id } of [second, first]) await send(server, 'POST', `/runs/${id}/cancel`);
    await runThatIs(server, first.id, 'cancelled');
    expect(await limitsIn(server)).toEqual([null, { ...limits, from_version: null, full: 0, waiting: 0 }]);
  });

  test('while the database is away, types show the limits in the code of the server', async () => {
    const away = new StoreError('unavailable', 'The database is away.');
    const asked = vi.spyOn(store, 'limitWaits').mockRejectedValueOnce(away);
    onTestFinished(() => asked.mockRestore());
    expect(await limitsIn(server)).toEqual([
      null,
      { ...limits, from_version: null, full: null, waiting: null },
    ]);
    asked.mockRejectedValueOnce(new Error('a bug'));
    expect((await send(server, 'GET', '/job-types')).statusCode).toBe(500);
  });

  test('L7: after a rollback, a type shows the limits of the newer version, which hold', async () => {
    const newer = { type: 'greet', version: 7, limits: { running: 3 } };
    await store.setTypeLimits([newer]);
    const held = { running: 3, rate: null, per: null, from_version: 7, full: 0, waiting: 0 };
    expect((await limitsIn(server))[0]).toEqual(held);
  });
}
