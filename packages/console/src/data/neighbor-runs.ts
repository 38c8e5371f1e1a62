import { type Connection, eachRun, type Run } from '@greenvue/jobs/client';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Lists are newest first, so the next run is looked for in ranges that grow. */
const SPANS_MS = [MINUTE_MS, HOUR_MS, DAY_MS, 30 * DAY_MS, 400 * DAY_MS];

/** A run of the same job as it was made, so that a new job with the same id has other runs. */
type Place = Pick<Run, 'id' | 'job_id' | 'job_uid' | 'queued_at'>;

/** The run of the job before this one; undefined for the first one. */
export async function previousRun(connection: Connection, run: Place): Promise<Run | undefined> {
  let isPassed = false;
  for await (const one of eachRun(connection, { job_id: run.job_id, to: msAfter(run, 1), limit: 20 })) {
    if (isPassed && one.job_uid === run.job_uid) return one;
    isPassed ||= one.id === run.id;
  }
  return undefined;
}

/** The run of the job after this one; undefined for the newest one. */
export async function nextRun(connection: Connection, run: Place): Promise<Run | undefined> {
  for (const span of SPANS_MS) {
    let after: Run | undefined;
    const query = { job_id: run.job_id, from: run.queued_at, to: msAfter(run, span), limit: 200 };
    for await (const one of eachRun(connection, query)) {
      if (one.id === run.id) break;
      if (one.job_uid === run.job_uid) after = one;
    }
    if (after !== undefined) return after;
  }
  return undefined;
}

function msAfter({ queued_at: at }: Pick<Run, 'queued_at'>, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
