import { DatabaseSync } from 'node:sqlite';
import type { StoreContents, TableRow, TableRows } from '../../../core/store/table-rows.ts';
import { HELD, LEVEL, REASON, STATUS, TRIGGER } from './codes.ts';

/**
 * Opens the database of a store that no process has open, and that is up to date
 * (`createSqliteStore().open()` sees to that), for reading all of it. A claim in it stands for a process that
 * is gone: the first node to start on the copy takes its run back (P9, lost nodes).
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

/** The word in place of the code in a column. */
function word(column: string, codes: Readonly<Record<string, number>>): string {
  const cases = Object.entries(codes).map(([name, code]) => `WHEN ${code} THEN '${name}'`);
  return `CASE ${column} ${cases.join(' ')} END AS ${column}`;
}

/**
 * Nodes have a name alone where several share a database; one that was forgotten is called as reads call it.
 */
const NODE = "coalesce((SELECT nodes.id FROM nodes WHERE nodes.key = node), 'unknown')";
const ORIGIN = `id, job_uid, ${word('trigger', TRIGGER)}, scheduled_for, catch_up, missed, missed_from, payload, retry_of,
  queued_at`;

/**
 * What fills each table, in an order in which what a row refers to is there before it. `counter` is `lastId`;
 * `nodes` are the living, and nobody lives here.
 */
const TABLES: Readonly<Record<string, string>> = {
  job_types: 'SELECT key, type, version FROM job_types',
  jobs: 'SELECT * FROM jobs ORDER BY uid',
  live_runs: `SELECT ${ORIGIN}, type_key, ${word('status', STATUS)}, ${word('held', HELD)}, available_at,
    CASE WHEN node IS NOT NULL THEN ${NODE} END AS node, fence, started_at, failures, recoveries, errors,
    ${word('cancel', REASON)}, zombie_since, progress, trace
    FROM live_runs ORDER BY id`,
  runs: `SELECT ${ORIGIN}, ${word('status', STATUS)}, ${word('reason', REASON)}, attempt, recoveries,
    CASE WHEN node IS NOT NULL THEN ${NODE} END AS node, started_at, finished_at, progress, result, errors
    FROM runs ORDER BY id`,
  run_logs: `SELECT run_id, seq, at, ${word('level', LEVEL)}, bytes, message, fields FROM run_logs ORDER BY run_id, seq`,
  dedupe_keys: 'SELECT job_uid, key, run_id, at, pruned_run FROM dedupe_keys ORDER BY job_uid, key',
  audit: 'SELECT id, at, actor, action, target, change FROM audit ORDER BY id',
  hour_counts: `SELECT hour, ${word('status', STATUS)}, 0 AS shard, count FROM hour_counts ORDER BY hour`,
  job_hour_counts: `SELECT job_uid, hour, ${word('status', STATUS)}, count FROM job_hour_counts ORDER BY job_uid, hour`,
};

const LAST_GIVEN: Readonly<Record<string, { readonly column: string; readonly select: string }>> = {
  job_types: { column: 'key', select: 'SELECT coalesce(max(key), 0) FROM job_types' },
  audit: { column: 'id', select: 'SELECT coalesce(max(id), 0) FROM audit' },
};
