import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { runPageSchema } from '../../../../src/http/views/runs/run-list.ts';
import { statsSchema } from '../../../../src/http/views/stats.ts';
import { bodyOf, createJob, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

// Promise P36, tags and bulk.
export function tags(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    await createJob(server, 'invoice', { type: 'greet', on_demand: true, tags: ['eu', 'billing'] });
    await createJob(server, 'mail', { type: 'greet', on_demand: true, tags: ['eu'] });
    await createJob(server, 'plain');
    for (const id of ['invoice', 'mail', 'plain'])
      await runThatIs(server, (await runJob(server, id)).id, 'succeeded');
  });
  afterAll(() => server.close());

  const jobsWith = async (query: string) =>
    bodyOf(await send(server, 'GET', `/jobs${query}`), 200, pageSchema(jobSchema)).data.map(({ id }) => id);

  test('GET /jobs?tag= lists the jobs with the tag, and with all of several', async () => {
    expect(await jobsWith('?tag=eu')).toEqual(['invoice', 'mail']);
    expect(await jobsWith('?tag=eu&tag=billing')).toEqual(['invoice']);
    expect(await jobsWith('?tag=none')).toEqual([]);
    const first = bodyOf(await send(server, 'GET', '/jobs?tag=eu&limit=1'), 200, pageSchema(jobSchema));
    expect(await jobsWith(`?tag=eu&limit=1&cursor=${first.next_cursor}`)).toEqual(['mail']);
  });

  test('GET /runs?tag= lists their runs, and GET /job-stats?tag= counts them', async () => {
    const runs = bodyOf(await send(server, 'GET', '/runs?tag=eu'), 200, runPageSchema).data;
    expect(runs.map(({ job_id }) => job_id)).toEqual(['mail', 'invoice']);
    const stats = bodyOf(await send(server, 'GET', '/job-stats?tag=billing'), 200, statsSchema);
    expect(stats.jobs).toEqual({ active: 1, paused: 0, finished: 0 });
    expect(stats.hours.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    expect(stats.nodes).toHaveLength(1);
  });

  test('GET /job-tags lists the tags in use, most used first', async () => {
    expect((await send(server, 'GET', '/job-tags')).json()).toEqual({
      data: [
        { tag: 'eu', jobs: 2 },
        { tag: 'billing', jobs: 1 },
      ],
    });
  });

  test.each(['/jobs?tag=Not%20a%20tag', '/runs?tag=', '/job-stats?tag=a&tag=B'])(
    'what is no tag is refused, with what a tag is: %s',
    async (url) => {
      const { errors } = problemOf(await send(server, 'GET', url), 422);
      expect(errors?.[0]?.pointer).toMatch(/^\/tag/);
      expect(errors?.[0]?.detail).toMatch(/^must be 1 to 63 lower-case letters/);
    },
  );
}
