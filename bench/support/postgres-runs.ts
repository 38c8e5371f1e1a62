import pg from 'pg';
import { engineOnPostgres } from './postgres-engine.ts';

/** Copies each existing run this many times. */
const COPY_RUNS = `INSERT INTO greenvue_jobs.live_runs
    (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
  SELECT nextval('greenvue_jobs.ids'), job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at
  FROM greenvue_jobs.live_runs, generate_series(1, $1::integer)`;

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
  await client.query(COPY_RUNS, [runsOfEach - 1]);
  await client.end();
}
