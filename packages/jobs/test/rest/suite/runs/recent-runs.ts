import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { type JobJson, jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { bodyOf, createJob, faultAt, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

export function recentRuns(makeMount: MakeMount): void {
  const jobsPage = pageSchema(jobSchema);
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    await createJob(server, 'good');
    await createJob(server, 'bad', { type: 'fail', on_demand: true });
    await createJob(server, 'idle');
    for (let n = 0; n < 3; n += 1) await runThatIs(server, (await runJob(server, 'good')).id, 'succeeded');
    await runThatIs(server, (await runJob(server, 'bad')).id, 'failed');
  });
  afterAll(() => server.close());

  const list = async (query: string): Promise<readonly JobJson[]> =>
    bodyOf(await send(server, 'GET', `/jobs${query}`), 200, jobsPage).data;
  const idsOf = async (query: string) => (await list(query)).map(({ id }) => id);

  describe('GET /jobs?recent_runs=', () => {
    test('shows the newest runs of each job, newest first', async () => {
      const jobs = await list('?recent_runs=2&sort=id');
      expect(jobs.map(({ id }) => id)).toEqual(['bad', 'good', 'idle']);
      const [bad, good, idle] = jobs.map((job) => job.recent_runs);
      expect(bad).toMatchObject([{ status: 'failed', reason: 'error' }]);
      expect(good).toHaveLength(2);
      expect(idle).toEqual([]);
      const all = await list('?recent_runs=20');
      const ids = all.find(({ id }) => id === 'good')?.recent_runs?.map(({ id }) => Number(id)) ?? [];
      expect(ids).toHaveLength(3);
      expect(ids).toEqual(ids.toSorted((one, other) => other - one));
      expect(good?.[0]).toEqual({
        id: String(ids[0]),
        status: 'succeeded',
        reason: null,
        queued_at: expect.stringMatching(/Z$/),
        started_at: expect.stringMatching(/Z$/),
        finished_at: expect.stringMatching(/Z$/),
      });
    });

    test.each(['', '?recent_runs=0'])('is null when it is not asked for: "%s"', async (query) => {
      expect((await list(query)).map(({ recent_runs }) => recent_runs)).toEqual([null, null, null]);
      expect(bodyOf(await send(server, 'GET', '/jobs/good'), 200, jobSchema).recent_runs).toBeNull();
    });

    test.each(['21', '-1', '1.5', 'all', '', '0x2'])('refuses %j', async (value) => {
      expect(faultAt(await send(server, 'GET', `/jobs?recent_runs=${value}`), '/recent_runs')).not.toBe('');
    });
  });

  describe('GET /jobs?health=unhealthy', () => {
    test('lists the jobs that need attention, of every kind', async () => {
      expect(await idsOf('?health=unhealthy')).toEqual(['bad']);
      expect(await idsOf('?health=ok')).toEqual(['good', 'idle']);
      expect(await list('?health=unhealthy&recent_runs=1')).toMatchObject([
        { health: { status: 'failing' }, recent_runs: [{ status: 'failed' }] },
      ]);
    });
  });
}
