import pg from 'pg';
import { engineOnPostgres } from './postgres-engine.ts';

const COPIED = 'job_uid, type_key, trigger, catch_up, missed, payload, held';
/**
 * Copies each existing run, and what lets claims look at the runs of types with limits. The first copies of
 * all runs are due first, then the next ones after `apartMs`, then the runs themselves.
 */
export const copyRuns = (times: number, apartMs = 0): string => `INSERT INTO greenvue_jobs.live_runs
    (id, ${COPIED}, queued_at, available_at)
  SELECT nextval('greenvue_jobs.ids'), ${COPIED}, queued_at - ${apartMs} * n, available_at - ${apartMs} * n
  FROM generate_series(${times}, 1, -1) AS n
    CROSS JOIN LATERAL (SELECT * FROM greenvue_jobs.live_runs ORDER BY id OFFSET 0) AS made;
  INSERT INTO greenvue_jobs.limit_looks
  SELECT key, type_key, at - ${apartMs} * n, since - ${apartMs} * n
  FROM generate_series(${times}, 1, -1) AS n CROSS JOIN greenvue_jobs.limit_looks`;

/** One run of each job through an engine, the rest as copies: requests for all would take minutes. */
export async function queueRunsOnPostgres(
  url: string,
  { jobs, runsOfEach }: { readonly jobs: number; readonly runsOfEach: number },
): Promise<void> {
  // Not measured, so it need not wait for the disk.
  const engine = engineOnPostgres(`${url}?options=-c%20synchronous_commit%3Doff`, 0);
  await engine.start();
  for (let made = 0; made < jobs; made += 100) {
    const ids = Array.from({ length: Math.min(100, jobs - made) }, (_, n) => `drain-${made + n}`);
    await Promise.all(
      ids.map(async (id) => {
        await engine.createJob({ id, name: id, type: 'noop', onDemand: true, overlap: 'allow' });
        await engine.trigger(id);
      }),
    );
  }
  await engine.stop();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(copyRuns(runsOfEach - 1));
  await client.end();
}
