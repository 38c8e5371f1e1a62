import { UNSOUND } from '../../packages/jobs/test/postgres/soundness.ts';
import { query } from './steps.ts';

const GRID = `kind = 'interval' AND mode = 'fixed_rate' AND deleted_at IS NULL`;
const TAKEN = `SELECT job_uid, id, scheduled_for AS upto, coalesce(missed_from, scheduled_for) AS since
    FROM greenvue_jobs.live_runs WHERE scheduled_for IS NOT NULL
  UNION ALL SELECT job_uid, id, scheduled_for, coalesce(missed_from, scheduled_for)
    FROM greenvue_jobs.runs WHERE scheduled_for IS NOT NULL`;

/** Needs the whole history: pruning removes finished and skipped runs of a job at different times. */
export const NEEDS_HISTORY = 'each slot has one row';

/** What must hold in the database of the new primary. Each query returns what breaks it. */
const BROKEN_BY: Readonly<Record<string, string>> = {
  [NEEDS_HISTORY]: `SELECT id, since, before FROM (
      SELECT jobs.id, every_ms, since, lag(upto) OVER (PARTITION BY job_uid ORDER BY upto) AS before
      FROM (${TAKEN}) AS taken JOIN greenvue_jobs.jobs ON uid = job_uid WHERE ${GRID}) AS tiles
    WHERE before IS NOT NULL AND since <> before + every_ms`,
  'no run is both live and finished':
    'SELECT id FROM greenvue_jobs.live_runs WHERE id IN (SELECT id FROM greenvue_jobs.runs)',
  'no job stops': `SELECT id FROM greenvue_jobs.jobs
    WHERE status = 'active' AND kind NOT IN ('on_demand', 'after') AND deleted_at IS NULL AND next_run_at IS NULL
      AND NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE job_uid = jobs.uid)`,
  'no job has more live runs than its overlap allows': `SELECT jobs.id FROM greenvue_jobs.live_runs
    JOIN greenvue_jobs.jobs ON uid = job_uid WHERE overlap <> 'allow' GROUP BY uid
    HAVING count(*) FILTER (WHERE held = 'no') > 1`,
  'no row is impossible': UNSOUND,
};

/** Checks the database, and returns descriptions of what is broken. */
export async function brokenInvariants(
  url: string,
  except: readonly string[] = [],
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const [what, sql] of Object.entries(BROKEN_BY)) {
    if (except.includes(what)) continue;
    const found = await query(url, sql);
    if (found.length > 0) broken.push(`${what}: ${JSON.stringify(found.slice(0, 3))}`);
  }
  return broken;
}
