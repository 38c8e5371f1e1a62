import type { TypeVersions } from '../../../core/nodes/membership.ts';
import {
  emptyHealthCounts,
  HEALTH_STATUSES,
  type HealthFilter,
  type HealthStatus,
  LATE_AFTER_MS,
  UNHEALTHY,
} from '../../../core/rules/health.ts';
import { CLOCK_TOLERANCE_MS } from '../../../core/rules/resume.ts';
import type { HealthCounts } from '../../../core/store/store-views.ts';
import type { Param, Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';

/** Adds a parameter, and gives the words that stand for it. */
export type Bind = (value: Param) => string;

interface Known {
  readonly handlers: TypeVersions;
  readonly now: number;
  readonly bind: Bind;
}

/** What the running runs of each job say of it. A run that runs is held by nothing, as the indexes put it. */
export const RUNNING_BY_JOB = `SELECT job_uid, min(started_at) AS first_started, max(started_at) AS last_started,
    min(zombie_since) AS zombie_since
  FROM greenvue_jobs.live_runs WHERE held = 'no' AND status = 'running' GROUP BY job_uid`;

/**
 * A condition on rows of `jobs`, with {@link RUNNING_BY_JOB} as `running`: jobs that may have this health,
 * and all that have it. `healthOf` decides.
 */
export function mayHave(health: HealthFilter, known: Known): string {
  const { bind, now } = known;
  switch (health) {
    case 'unhealthy':
      return UNHEALTHY.map((one) => `(${mayHave(one, known)})`).join(' OR ');
    case 'no_handler':
      return `NOT ${hasHandler(known)}`;
    case 'zombie':
      return 'running.zombie_since IS NOT NULL';
    case 'failing':
      return 'failed_in_row > 0';
    case 'late': {
      const jumped = `(last_slot_at > ${bind(now + CLOCK_TOLERANCE_MS)}
        AND (next_run_at IS NULL OR next_run_at > last_slot_at))`;
      const late = bind(now - LATE_AFTER_MS);
      // Read once for the statement, not for each job.
      const waits = `uid IN (SELECT job_uid FROM greenvue_jobs.live_runs
        WHERE held = 'no' AND node IS NULL AND available_at < ${late}::bigint)`;
      return `status = 'active' AND (next_run_at < ${late}::bigint OR ${waits} OR ${jumped})`;
    }
    case 'overrunning':
      return `mode = 'fixed_rate' AND running.first_started < ${bind(now)} - every_ms`;
    case 'paused':
      return "status = 'paused'";
    case 'ok':
      return `failed_in_row = 0 AND status <> 'paused' AND ${hasHandler(known)}`;
    default:
      return health satisfies never;
  }
}

/** Counted in one statement: only the counts come here, however many jobs there are. */
export async function countHealth(
  q: Queries,
  { handlers }: { readonly handlers: TypeVersions },
  now: number,
): Promise<{ readonly counts: HealthCounts }> {
  const params: Param[] = [];
  const known: Known = { handlers, now, bind: (value) => `$${params.push(value)}` };
  const rows = await q.arrays(
    `SELECT ${worstOf(known)} AS health, count(*) FROM greenvue_jobs.jobs
      LEFT JOIN (${RUNNING_BY_JOB}) AS running ON running.job_uid = uid
      WHERE deleted_at IS NULL GROUP BY health`,
    params,
  );
  const counts = emptyHealthCounts();
  for (const row of rows) {
    const [health, count] = rowOf<[HealthStatus, number]>(row);
    counts[health] = count;
  }
  return { counts };
}

/** The first that a job has, in the order of `core`: the worst. */
function worstOf(known: Known): string {
  const cases = HEALTH_STATUSES.filter((health) => health !== 'ok').map(
    (health) => `WHEN ${mayHave(health, known)} THEN '${health}'`,
  );
  return `CASE ${cases.join(' ')} ELSE 'ok' END`;
}

function hasHandler({ handlers, bind }: Known): string {
  const types = bind(Object.keys(handlers));
  const versions = bind(Object.values(handlers));
  return `type_key IN (SELECT known_types.key FROM greenvue_jobs.job_types AS known_types
    JOIN unnest(${types}::text[], ${versions}::bigint[]) AS known (type, version)
      ON known.type = known_types.type AND known.version >= known_types.version)`;
}
