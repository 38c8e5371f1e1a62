import { DatabaseSync } from 'node:sqlite';
import type { StoreContents, TableRow, TableRows } from '../../../core/store/table-rows.ts';
import { HELD, LEVEL, MEASURE, REASON, STATUS, TRIGGER } from './codes.ts';

/**
 * Opens an up-to-date database that no process has open, to read all of it (`sqlite(file).open()`
 * migrates it). Its claims belong to a dead process: the first node that starts on the copy takes their runs
 * back (P9, lost nodes).
 */
export function openSqliteContents(file: string): StoreContents & { close(): void } {
  const db = new DatabaseSync(file, { readOnly: true });
  const numberIn = (sql: string): number => {
    const value = Object.values(db.prepare(sql).get() ?? {})[0];
    if (typeof value !== 'number') throw new Error(`no number came of ${sql}`);
    return value;
  };
  const tables = Object.entries(TABLES).map(([table, select]): TableRows => {
    const last = LAST_GIVEN[table];
    return {
      table,
      count: numberIn(`SELECT count(*) FROM ${table}`),
      rows: () => db.prepare(select).iterate() as Iterable<TableRow>,
      ...(last === undefined ? {} : { identity: { column: last.column, last: numberIn(last.select) } }),
    };
  });
  return { tables, lastId: numberIn('SELECT last FROM counter'), close: () => db.close() };
}

/** The core's word for the code in a column. */
function word(column: string, codes: Readonly<Record<string, number>>): string {
  const cases = Object.entries(codes).map(([name, code]) => `WHEN ${code} THEN '${name}'`);
  return `CASE ${column} ${cases.join(' ')} END AS ${column}`;
}

/** Only nodes of a shared database have a name. A deleted node gets the name that reads show. */
const NODE = "coalesce((SELECT nodes.id FROM nodes WHERE nodes.key = node), 'unknown')";
const ORIGIN = `id, job_uid, ${word('trigger', TRIGGER)}, scheduled_for, catch_up, missed, missed_from, payload, retry_of,
  queued_at, requested_by`;

/**
 * The query for each table, ordered so that referenced rows come first. `counter` is `lastId`; there are no
 * `nodes`, because none is alive.
 */
const TABLES: Readonly<Record<string, string>> = {
  job_types: 'SELECT key, type, version, of_type, 0 AS level FROM job_types',
  type_limits: 'SELECT type, version, limits, 1 AS regrouping, 1 AS revision FROM type_limits ORDER BY type',
  limit_groups: 'SELECT * FROM limit_groups ORDER BY id',
  limit_keys: 'SELECT key, group_id, type_key, 0 AS made_at FROM limit_keys ORDER BY key DESC',
  jobs: 'SELECT * FROM jobs ORDER BY uid',
  live_runs: `SELECT ${ORIGIN}, type_key, ${word('status', STATUS)}, ${word('held', HELD)}, available_at,
    CASE WHEN node IS NOT NULL THEN ${NODE} END AS node, fence, started_at, failures, recoveries, errors,
    ${word('cancel', REASON)}, zombie_since, progress, trace, cancelled_by, job_version, expires_at
    FROM live_runs ORDER BY id`,
  runs: `SELECT ${ORIGIN}, ${word('status', STATUS)}, ${word('reason', REASON)}, attempt, recoveries,
    CASE WHEN node IS NOT NULL THEN ${NODE} END AS node, started_at, finished_at, progress, result, errors,
    job_version, cancelled_by, fingerprint, due_at
    FROM runs ORDER BY id`,
  checkpoints: 'SELECT * FROM checkpoints ORDER BY run_id',
  upstream_ends: 'SELECT * FROM upstream_ends ORDER BY id',
  chained_runs: 'SELECT * FROM chained_runs ORDER BY run_id',
  job_versions: 'SELECT * FROM job_versions ORDER BY job_uid, version',
  backfills: 'SELECT * FROM backfills ORDER BY id',
  backfill_slots: 'SELECT * FROM backfill_slots ORDER BY backfill_id, slot',
  bulk_commands: 'SELECT * FROM bulk_commands ORDER BY id',
  run_logs: `SELECT run_id, seq, at, ${word('level', LEVEL)}, bytes, message, fields FROM run_logs ORDER BY run_id, seq`,
  dedupe_keys: 'SELECT job_uid, key, run_id, at, pruned_run FROM dedupe_keys ORDER BY job_uid, key',
  audit: 'SELECT id, at, actor, action, target, change FROM audit ORDER BY id',
  secrets: 'SELECT * FROM secrets ORDER BY name',
  calendars: 'SELECT * FROM calendars ORDER BY id',
  alert_channels: 'SELECT * FROM alert_channels ORDER BY id',
  alert_deliveries: 'SELECT * FROM alert_deliveries ORDER BY id',
  alert_conditions: 'SELECT * FROM alert_conditions ORDER BY job_id, condition',
  pause_of_all: 'SELECT one, at, reason, paused_by, until, ended_at FROM pause_of_all',
  hour_counts: `SELECT hour, ${word('status', STATUS)}, 0 AS shard, count FROM hour_counts ORDER BY hour`,
  job_hour_counts: `SELECT job_uid, hour, ${word('status', STATUS)}, count FROM job_hour_counts ORDER BY job_uid, hour`,
  hour_buckets: `SELECT subject, hour, ${word('measure', MEASURE)}, bucket, 0 AS shard, count
    FROM hour_buckets ORDER BY subject, hour`,
  job_hour_buckets: `SELECT job_uid, hour, ${word('measure', MEASURE)}, bucket, count
    FROM job_hour_buckets ORDER BY job_uid, hour`,
};

const LAST_GIVEN: Readonly<Record<string, { readonly column: string; readonly select: string }>> = {
  limit_groups: { column: 'id', select: 'SELECT coalesce(max(id), 0) FROM limit_groups' },
  // Its keys count down.
  limit_keys: { column: 'key', select: 'SELECT coalesce(min(key), 0) FROM limit_keys' },
  job_types: { column: 'key', select: 'SELECT coalesce(max(key), 0) FROM job_types' },
  upstream_ends: { column: 'id', select: 'SELECT coalesce(max(id), 0) FROM upstream_ends' },
  audit: { column: 'id', select: 'SELECT coalesce(max(id), 0) FROM audit' },
  alert_deliveries: { column: 'id', select: 'SELECT coalesce(max(id), 0) FROM alert_deliveries' },
};
