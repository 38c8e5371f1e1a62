import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { CONDITION_MS } from '../../../../../scripts/test-deadlines.ts';
import { backfillPlanSchema, backfillSchema, backfillsSchema } from '../../../src/http/views/backfill.ts';
import { runSchema } from '../../../src/http/views/runs/run.ts';
import { bodyOf, createJob, faultAt, problemOf, send } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

const runsSchema = z.looseObject({ data: z.array(runSchema) });
const DAY_MS = 24 * 3_600_000;
/** At 03:00 every day, so that all slots before today are past ones of a new job. */
const DAILY = { cron: '0 3 * * *', timezone: 'UTC' };

// Promise P37, backfill.
export function backfills(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const day = (n: number) => new Date(today + n * DAY_MS).toISOString();
  const ask = (jobId: string, body: object) => send(server, 'POST', `/jobs/${jobId}/backfill`, { body });
  const week = { from: day(-7), to: day(0) };
  const finished = (id: string) =>
    vi.waitFor(async () => {
      const found = bodyOf(await send(server, 'GET', `/backfills/${id}`), 200, backfillSchema);
      expect(found.status).toBe('finished');
      return found;
    }, CONDITION_MS);

  describe('POST /jobs/:job_id/backfill', () => {
    test('says in a dry run which slots it would run, and changes nothing', async () => {
      await createJob(server, 'dry', DAILY);
      const plan = bodyOf(await ask('dry', { ...week, dry_run: true }), 200, backfillPlanSchema);
      expect(plan).toMatchObject({ id: null, job_id: 'dry', slots: 7, only_missing: true, ...week });
      expect(plan.first[0]).toBe(new Date(today - 7 * DAY_MS + 3 * 3_600_000).toISOString());
      expect(plan.left_out).toEqual({ succeeded: 0, live: 0, waiting: 0, blackout: 0 });
      const { data } = bodyOf(await send(server, 'GET', '/backfills?job_id=dry'), 200, backfillsSchema);
      expect(data).toEqual([]);
    });

    test('runs each slot, and a second request finds none that is missing', async () => {
      await createJob(server, 'week', DAILY);
      const answer = await ask('week', week);
      const { id } = bodyOf(answer, 202, backfillPlanSchema);
      expect(answer.headers.location).toMatch(new RegExp(`/backfills/${id}$`));
      const done = await finished(String(id));
      expect(done).toMatchObject({ slots: 7, waiting: 0, runs: { succeeded: 7, failed: 0 } });
      const page = runsSchema.parse((await send(server, 'GET', '/jobs/week/runs')).json());
      expect(page.data.map(({ trigger }) => trigger)).toEqual(Array(7).fill('backfill'));
      expect(page.data.at(-1)?.scheduled_for).toBe(
        new Date(today - 7 * DAY_MS + 3 * 3_600_000).toISOString(),
      );
      expect(page.data.map(({ backfill_id: backfill }) => backfill)).toEqual(Array(7).fill(id));
      const ofBackfill = runsSchema.parse((await send(server, 'GET', `/runs?backfill_id=${id}`)).json());
      expect(ofBackfill.data).toEqual(page.data);
      expect(runsSchema.parse((await send(server, 'GET', '/runs?backfill_id=1')).json()).data).toEqual([]);
      expect(faultAt(await send(server, 'GET', '/runs?backfill_id=x'), '/backfill_id')).toContain(
        'must be the id',
      );
      const again = bodyOf(await ask('week', week), 200, backfillPlanSchema);
      expect(again).toMatchObject({ id: null, slots: 0, left_out: { succeeded: 7 } });
      const twice = bodyOf(await ask('week', { ...week, only_missing: false }), 202, backfillPlanSchema);
      expect((await finished(String(twice.id))).runs.succeeded).toBe(7);
    });

    test('refuses a paused job, a job without past slots, and too many slots, and says what to do', async () => {
      await createJob(server, 'paused', DAILY);
      await send(server, 'POST', '/jobs/paused/pause');
      expect(problemOf(await ask('paused', week), 409).detail).toMatch(/is paused.*Resume it/);
      await createJob(server, 'by-hand', { on_demand: true });
      expect(problemOf(await ask('by-hand', week), 409).detail).toMatch(/Only a job with .* has past slots/);
      await createJob(server, 'minutes', { cron: '* * * * *' });
      const month = await ask('minutes', { from: day(-30), to: day(0) });
      const split = new Date(today - 30 * DAY_MS + 10_000 * 60_000).toISOString();
      expect(faultAt(month, '/to')).toContain(`the first 10,000 slots end before ${split}`);
      expect(
        bodyOf(await ask('minutes', { from: day(-30), to: split, dry_run: true }), 200, backfillPlanSchema)
          .slots,
      ).toBe(10_000);
      expect(faultAt(await ask('minutes', { from: day(0), to: day(-1) }), '/from')).toMatch(
        /earlier than to/,
      );
      expect(faultAt(await ask('minutes', { from: day(-1), to: day(2) }), '/to')).toMatch(/future/);
      problemOf(await ask('nobody', week), 404);
    });

    test('depends on the version of the job, if the request names one', async () => {
      const { etag } = await createJob(server, 'guarded', DAILY);
      await send(server, 'PATCH', '/jobs/guarded', { body: { name: 'Other' } });
      const headers = { 'if-match': etag };
      problemOf(await send(server, 'POST', '/jobs/guarded/backfill', { body: week, headers }), 412);
    });
  });

  describe('DELETE /backfills/:backfill_id', () => {
    test('drops the slots that have no run yet, and refuses one that is over', async () => {
      await createJob(server, 'stopped', { ...DAILY, type: 'wait' });
      const { id } = bodyOf(await ask('stopped', week), 202, backfillPlanSchema);
      await vi.waitFor(async () => {
        const found = bodyOf(await send(server, 'GET', `/backfills/${id}`), 200, backfillSchema);
        expect(found.runs.running).toBe(1);
      }, CONDITION_MS);
      const cancelled = bodyOf(
        await send(server, 'DELETE', `/backfills/${id}?cancel_live=true`),
        200,
        backfillSchema,
      );
      expect(cancelled).toMatchObject({ status: 'cancelled', waiting: 0, slots: 7 });
      await vi.waitFor(async () => {
        const found = bodyOf(await send(server, 'GET', `/backfills/${id}`), 200, backfillSchema);
        expect(found.runs).toMatchObject({ running: 0, cancelled: 1 });
      }, CONDITION_MS);
      expect(problemOf(await send(server, 'DELETE', `/backfills/${id}`), 409).detail).toMatch(/is over/);
      problemOf(await send(server, 'DELETE', '/backfills/4711'), 404);
    });
  });

  test('a caller with a scope has the backfills of its own jobs', async () => {
    const scoped = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }),
    });
    await createJob(server, 'acme-1', DAILY);
    await createJob(server, 'other-1', DAILY);
    const [own, other] = await Promise.all(
      ['acme-1', 'other-1'].map(async (jobId) => bodyOf(await ask(jobId, week), 202, backfillPlanSchema).id),
    );
    expect(bodyOf(await send(scoped, 'GET', `/backfills/${own}`), 200, backfillSchema).job_id).toBe('acme-1');
    const asked = { body: week };
    problemOf(await send(scoped, 'POST', '/jobs/other-1/backfill', asked), 404);
    problemOf(await send(scoped, 'GET', `/backfills/${other}`), 404);
    problemOf(await send(scoped, 'DELETE', `/backfills/${other}`), 404);
    const { data } = bodyOf(await send(scoped, 'GET', '/backfills'), 200, backfillsSchema);
    expect(data.map(({ job_id: jobId }) => jobId)).toEqual(['acme-1']);
    await scoped.close();
  });
}
