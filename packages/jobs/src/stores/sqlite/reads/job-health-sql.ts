import type { TypeVersions } from '../../../core/nodes/membership.ts';
import {
  emptyHealthCounts,
  HEALTH_STATUSES,
  type HealthFilter,
  LATE_AFTER_MS,
  UNHEALTHY,
} from '../../../core/rules/health.ts';
import { CLOCK_TOLERANCE_MS } from '../../../core/rules/resume.ts';
import type { HealthCounts } from '../../../core/store/store-views.ts';
import type { Database, Param } from '../database.ts';
import { healthCountOf } from '../rows/run-rows.ts';

/** A part of a statement, and what is bound to the `?` in it. */
export interface Composed {
  readonly sql: string;
  readonly params: readonly Param[];
}

interface Known {
  readonly handlers: TypeVersions;
  readonly now: number;
}

const RUNNING = 'SELECT 1 FROM live_runs WHERE job_uid = uid AND live_runs.status = 1';

const WAITING = 'SELECT 1 FROM live_runs WHERE job_uid = uid AND held = 0 AND node IS NULL';

/**
 * A condition on rows of `jobs`: those that may have this health, and all that have it. `healthOf` decides.
 */
export function mayHave(health: HealthFilter, known: Known): Composed {
  const { handlers, now } = known;
  switch (health) {
    case 'unhealthy':
      return anyOf(UNHEALTHY.map((one) => mayHave(one, known)));
    case 'no_handler':
      return { sql: NO_HANDLER, params: [JSON.stringify(handlers)] };
    case 'zombie':
      return { sql: `EXISTS (${RUNNING} AND zombie_since IS NOT NULL)`, params: [] };
    case 'failing':
      return { sql: 'failed_in_row > 0', params: [] };
    case 'late': {
      const sql = `status = 'active' AND (next_run_at < ? OR EXISTS (${WAITING} AND available_at < ?)
        OR (last_slot_at > ? AND (next_run_at IS NULL OR next_run_at > last_slot_at)))`;
      return { sql, params: [now - LATE_AFTER_MS, now - LATE_AFTER_MS, now + CLOCK_TOLERANCE_MS] };
    }
    case 'overrunning':
      return {
        sql: `mode = 'fixed_rate' AND EXISTS (${RUNNING} AND started_at < ? - every_ms)`,
        params: [now],
      };
    case 'paused':
      return { sql: "status = 'paused'", params: [] };
    case 'ok':
      return { sql: 'failed_in_row = 0', params: [] };
    default:
      return health satisfies never;
  }
}

/** So many jobs are counted in one go, which takes some milliseconds: other reads come between. */
const COUNTED_AT_ONCE = 5_000;

export function countHealth(
  db: Database,
  { handlers, after = '0' }: { readonly handlers: TypeVersions; readonly after?: string },
  now: number,
): { readonly counts: HealthCounts; readonly next?: string } {
  const worst = worstOf({ handlers, now });
  const found = db
    .arrays(
      `SELECT health, count(*), max(uid) FROM (
        SELECT uid, ${worst.sql} AS health FROM jobs WHERE deleted_at IS NULL AND uid > ? ORDER BY uid LIMIT ?)
      GROUP BY health`,
    )
    .all(...worst.params, Number(after), COUNTED_AT_ONCE)
    .map(healthCountOf);
  const counts = emptyHealthCounts();
  let counted = 0;
  let last = 0;
  for (const { health, count, lastUid } of found) {
    counts[health] = count;
    counted += count;
    last = Math.max(last, lastUid);
  }
  return counted < COUNTED_AT_ONCE ? { counts } : { counts, next: String(last) };
}

/** The first that a job has, in the order of `core`: the worst. */
function worstOf(known: Known): Composed {
  const signs = HEALTH_STATUSES.filter((health) => health !== 'ok').map((health) => ({
    health,
    ...mayHave(health, known),
  }));
  const cases = signs.map(({ health, sql }) => `WHEN ${sql} THEN '${health}'`);
  return { sql: `CASE ${cases.join(' ')} ELSE 'ok' END`, params: signs.flatMap(({ params }) => params) };
}

function anyOf(parts: readonly Composed[]): Composed {
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(' OR '),
    params: parts.flatMap(({ params }) => params),
  };
}

/** Which types those are is found out once for a statement, not for each job. */
const NO_HANDLER = `type_key NOT IN (SELECT known.key FROM job_types AS known
  JOIN json_each(?) AS handler ON handler.key = known.type AND handler.value >= known.version)`;
