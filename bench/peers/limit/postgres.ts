import pg from 'pg';
import { type Batch, batchesOf, FIRST_FENCE, HOUR_MS, type LiveRow, liveRowOf } from './batches.ts';

/**
 * Writes what a drain of the first `jobs` jobs writes. Each of `connections` connections has its own jobs and
 * writes `batch` runs at a time. Returns the seconds.
 */
export async function writeRowsOnPostgres(
  connectionString: string,
  {
    jobs,
    connections,
    batch,
  }: { readonly jobs: number; readonly connections: number; readonly batch: number },
): Promise<number> {
  const rows = await readLive(connectionString, jobs);
  const writers = Array.from({ length: connections }, (_, n) => ({
    client: new pg.Client({ connectionString }),
    batches: batchesOf(
      rows.filter(({ jobUid }) => jobUid % connections === n),
      batch,
    ),
  }));
  await Promise.all(writers.map(({ client }) => client.connect()));
  const begin = performance.now();
  await Promise.all(writers.map(({ client, batches }, n) => write(client, batches, n)));
  const seconds = (performance.now() - begin) / 1_000;
  await Promise.all(writers.map(({ client }) => client.end()));
  return seconds;
}

async function readLive(connectionString: string, jobs: number): Promise<readonly LiveRow[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<unknown[]>({ text: LIVE, values: [jobs], rowMode: 'array' });
  await client.end();
  return rows.map(liveRowOf);
}

async function write(client: pg.Client, batches: readonly Batch[], n: number): Promise<void> {
  const run = (name: string, text: string, values: unknown[]) => client.query({ name, text, values });
  let fence = FIRST_FENCE + n * FENCES;
  for (const { rows, ends } of batches) {
    const now = Date.now();
    const ids = rows.map(({ id }) => id);
    await client.query('BEGIN');
    await run('claim', CLAIM, [ids, ids.map(() => fence++), now]);
    await run('delete', DELETE, [ids]);
    await run('insert', INSERT, [
      ids,
      rows.map(({ jobUid }) => jobUid),
      rows.map(({ queuedAt }) => queuedAt),
      now,
    ]);
    await run('end job', END_JOB, [[...ends.keys()], [...ends.values()], now]);
    await run('count hour', COUNT_HOUR, [now - (now % HOUR_MS), rows.length, n]);
    await client.query('COMMIT');
  }
}

/** For each connection. */
const FENCES = 10_000_000;
const LIVE = `SELECT id, job_uid, queued_at FROM greenvue_jobs.live_runs
  WHERE job_uid IN (SELECT DISTINCT job_uid FROM greenvue_jobs.live_runs ORDER BY job_uid LIMIT $1) ORDER BY available_at, id`;
const CLAIM = `UPDATE greenvue_jobs.live_runs SET node = 'limit', fence = new.fence, started_at = $3, status = 'running'
  FROM unnest($1::bigint[], $2::bigint[]) AS new (id, fence) WHERE live_runs.id = new.id`;
const DELETE = 'DELETE FROM greenvue_jobs.live_runs WHERE id = ANY ($1::bigint[])';
const INSERT = `INSERT INTO greenvue_jobs.runs
    (id, job_uid, trigger, catch_up, missed, queued_at, status, attempt, recoveries, node, started_at, finished_at)
  SELECT id, job_uid, 'manual', false, 0, queued_at, 'succeeded', 1, 0, 'limit', $4, $4
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS run (id, job_uid, queued_at)`;
const END_JOB = `UPDATE greenvue_jobs.jobs SET last_run_at = $3, last_success_at = $3, last_end_at = $3,
    last_status = 'succeeded', finished_count = finished_count + ended.count
  FROM unnest($1::bigint[], $2::bigint[]) AS ended (uid, count) WHERE jobs.uid = ended.uid`;
const COUNT_HOUR = `INSERT INTO greenvue_jobs.hour_counts (hour, status, shard, count) VALUES ($1, 'succeeded', $3, $2)
  ON CONFLICT (hour, status, shard) DO UPDATE SET count = hour_counts.count + excluded.count`;
