import { REASONS } from '../../src/core/model/run.ts';

const listed = (reasons: object) => `('${Object.keys(reasons).join("', '")}')`;

/**
 * By table: the name of each fault, and a condition for its rows, which must never exist. The tables have few
 * checks of their own, since PostgreSQL parses checks again for each statement.
 */
export const NEVER: Readonly<Record<'jobs' | 'live_runs' | 'runs', Readonly<Record<string, string>>>> = {
  jobs: {
    'has a version under 1': 'version < 1',
    'has no known status': "status NOT IN ('active', 'paused', 'finished')",
    'ended in no known way': "last_status NOT IN ('succeeded', 'failed', 'cancelled')",
    'has a negative count': 'least(failed_in_row, finished_count, skipped_count) < 0',
    'has no known kind': "kind NOT IN ('interval', 'cron', 'rrule', 'run_at', 'on_demand', 'after')",
    'has no known mode': "mode NOT IN ('fixed_rate', 'fixed_delay')",
    'has no known overlap': "overlap NOT IN ('skip', 'queue', 'allow', 'cancel_previous')",
    'has no known catch-up': "catch_up NOT IN ('once', 'skip', 'all')",
    'has no known priority': "priority NOT IN ('high', 'low')",
    'has no interval, timeout, expiry or attempts':
      "least(every_ms, timeout_ms, expire_after_ms, max_attempts, max_running) < 1 OR (max_running IS NOT NULL AND overlap <> 'allow')",
    'has what is not of its kind': `(kind = 'interval') <> (interval IS NOT NULL) OR (kind = 'interval') <> (every_ms IS NOT NULL)
      OR (kind = 'interval') <> (mode IS NOT NULL) OR (kind = 'cron') <> (cron IS NOT NULL)
      OR (kind = 'rrule') <> (rrule IS NOT NULL) OR (kind IN ('cron', 'rrule')) <> (timezone IS NOT NULL) OR (kind = 'run_at') <> (run_at IS NOT NULL)
      OR (kind = 'after') <> (after_job IS NOT NULL) OR (kind = 'after') <> (after_on IS NOT NULL)
      OR (start_at IS NOT NULL AND kind NOT IN ('interval', 'cron', 'rrule'))`,
    'is paused without a time, or the other way round': "(status = 'paused') <> (paused_at IS NOT NULL)",
    'tells of a pause that there is not':
      'paused_at IS NULL AND (pause_reason IS NOT NULL OR paused_by IS NOT NULL OR pause_until IS NOT NULL)',
    'is to run, and not active': "next_run_at IS NOT NULL AND status <> 'active'",
    'is finished, though its schedule has no end':
      "status = 'finished' AND kind <> 'run_at' AND end_at IS NULL AND max_runs IS NULL",
    'counts runs without max_runs': 'runs_made IS NOT NULL AND max_runs IS NULL',
    'is deleted and planned': 'deleted_at IS NOT NULL AND (wake_at IS NOT NULL OR next_run_at IS NOT NULL)',
    'has an end without a status, or the other way round': '(last_run_at IS NULL) <> (last_status IS NULL)',
  },
  live_runs: {
    'has no known trigger': "trigger NOT IN ('schedule', 'manual', 'chain')",
    'has no known status': "status NOT IN ('queued', 'running')",
    'is held for no known reason': "held NOT IN ('no', 'overlap', 'pause', 'run_at')",
    'was cancelled by no known one': `cancel NOT IN ${listed(REASONS.cancelled)}`,
    'has a negative count': 'least(missed, failures, recoveries) < 0',
    'has a slot without a schedule, or the other way round':
      "(trigger = 'schedule') <> (scheduled_for IS NOT NULL)",
    'has missed nothing, from an instant on': 'missed_from IS NOT NULL AND missed = 0',
    'is claimed without a fence, or the other way round': '(node IS NULL) <> (fence IS NULL)',
    'runs without a start, or the other way round': "(status = 'running') <> (started_at IS NOT NULL)",
    'runs, or is to stop, and has no claim':
      "node IS NULL AND (status <> 'queued' OR cancel IS NOT NULL OR zombie_since IS NOT NULL)",
    'is claimed and held': "node IS NOT NULL AND held <> 'no'",
  },
  runs: {
    'has no known trigger': "trigger NOT IN ('schedule', 'manual', 'chain')",
    'has no known status': "status NOT IN ('succeeded', 'failed', 'cancelled', 'skipped')",
    'has a negative count': 'least(missed, attempt, recoveries) < 0',
    'ended for a reason that is not of its status': `NOT CASE status
      WHEN 'succeeded' THEN reason IS NULL
      WHEN 'failed' THEN coalesce(reason, '') IN ${listed(REASONS.failed)}
      WHEN 'cancelled' THEN coalesce(reason, '') IN ${listed(REASONS.cancelled)}
      ELSE coalesce(reason, '') IN ${listed(REASONS.skipped)} AND (scheduled_for IS NOT NULL OR reason = 'expired' OR trigger = 'chain') AND started_at IS NULL END`,
    'has a result, and has not succeeded': "result IS NOT NULL AND status <> 'succeeded'",
    'has a slot without a schedule, or the other way round':
      "(trigger = 'schedule') <> (scheduled_for IS NOT NULL)",
    'has missed nothing, from an instant on': 'missed_from IS NOT NULL AND missed = 0',
  },
};

const each = <T>(of: (table: string, what: string, rows: string) => T): T[] =>
  Object.entries(NEVER).flatMap(([table, never]) =>
    Object.entries(never).map(([what, rows]) => of(table, what, rows)),
  );

/** Triggers that refuse such rows, for tests. */
export const GUARDS = each(
  (table, what, rows) =>
    `ALTER TABLE greenvue_jobs.${table} ADD CONSTRAINT "${table} ${what}" CHECK ((${rows}) IS NOT TRUE)`,
).join('; ');

/** Finds such rows, a few of each kind: `which` (table and key) and `what` is wrong. */
export const UNSOUND = each(
  (table, what, rows) =>
    `(SELECT '${table} ' || ${table === 'jobs' ? 'uid' : 'id'} AS which, '${what}' AS what FROM greenvue_jobs.${table} WHERE ${rows} LIMIT 3)`,
).join(' UNION ALL ');
