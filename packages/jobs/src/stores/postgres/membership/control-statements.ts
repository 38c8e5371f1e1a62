import { LEASE_MS } from '../../../core/nodes/lease.ts';
import { KEYS_KNOWN } from '../rows/type-keys.ts';
import { LOCK_CLASS } from './control-protocol.ts';

/** The statements of the control connection. Time is the database's. */
const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
/** The same for all of a statement, so that an index can be asked for it. */
const STABLE_NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';
const CLOCK = `(SELECT ${NOW} AS now_ms) AS clock`;

/**
 * When a node is unreachable, its backend releases the lock, but only after the lease has ended: until then
 * the node relies on it. `read committed` overrides the database's default, so statements see committed rows.
 */
export const SET_UP = `SELECT set_config('tcp_keepalives_idle', '8', false), set_config('tcp_keepalives_interval', '4', false),
  set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '20000', false),
  set_config('default_transaction_isolation', 'read committed', false)`;

/** Parameters: id, version, places, types, start, lease, state. */
export const REGISTER = `INSERT INTO greenvue_jobs.nodes
    (id, version, places, types, started_at, beat_at, lease_until, holds_lock, state)
  SELECT $1, $2, $3, $4, $5, now_ms, now_ms + $6::bigint, false, $7 FROM ${CLOCK}
  ON CONFLICT (id) DO NOTHING`;

/**
 * Of this node's own lock: those of others are only read. Not waited for: a backend that is gone may hold it
 * for a while.
 */
export const TRY_LOCK = `SELECT pg_try_advisory_lock(${LOCK_CLASS}, lock_key) FROM greenvue_jobs.nodes WHERE id = $1`;

/**
 * Parameters: id, lease, holds_lock, watching, state. Gives whether there is such a node, and which of its
 * runs were asked to stop.
 */
export const BEAT = `WITH beat AS (
    UPDATE greenvue_jobs.nodes SET beat_at = now_ms, lease_until = now_ms + $2::bigint, holds_lock = $3, watching = $4, state = $5
    FROM ${CLOCK} WHERE id = $1 RETURNING 1)
  SELECT EXISTS (SELECT FROM beat),
    ARRAY(SELECT id::text FROM greenvue_jobs.live_runs WHERE node = $1 AND cancel IS NOT NULL)`;

/** All listen, and look at the nodes when they hear it. */
export const NOTIFY_NODES = 'SELECT pg_notify($1, $2)';

/**
 * Not within a lease of `since`: a clock that has gone far back (P17, clock) must not keep the dead alive
 * until it is as late again.
 */
const isLong = (since: string) =>
  `clock_timestamp() - ${since} NOT BETWEEN '-${LEASE_MS} ms' AND '${LEASE_MS} ms'`;
/**
 * After a crash of a backend, the server restarts in the same process; it forgets its statistics, as after
 * any crash.
 */
const SERVER = `server AS MATERIALIZED (
    SELECT timeline <> old_timeline AS is_other,
      timeline = old_timeline AND ${isLong('to_timestamp(since / 1000.0)')} AND ${isLong('pg_postmaster_start_time()')}
        AND coalesce(${isLong('pg_stat_get_bgwriter_stat_reset_time()')}, true) AS is_settled
    FROM (SELECT timeline AS old_timeline, since, left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline
      FROM greenvue_jobs.server) AS seen)`;
const HELD = `held AS MATERIALIZED (
    SELECT objid FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = ${LOCK_CLASS}::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;
/** Of the types that the node has: the indexes begin with them. */
const IS_DUE = `(SELECT EXISTS (SELECT FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      SELECT FROM greenvue_jobs.job_wakes
      WHERE type_key = known.key AND wake_at IS NOT NULL AND wake_at <= ${STABLE_NOW} LIMIT 1) AS due)
    OR EXISTS (SELECT FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      SELECT FROM greenvue_jobs.live_runs
      WHERE type_key = known.key AND held = 'no' AND node IS NULL AND available_at <= ${STABLE_NOW} LIMIT 1) AS due))`;

/**
 * One small query twice a second. Parameters: types, id, whether to ask if something is due when there are no
 * others. A row for each of the others, or one without: the backend, whether the server is another one than
 * before, whether something is due, the node ({@link SeenNode}). For one lease after the start or the
 * promotion of the server nobody is dead: all have to come back first.
 */
export const LOOK = `WITH ${SERVER}, ${HELD}
  SELECT pg_backend_pid(), is_other, CASE WHEN nodes.id IS NOT NULL OR $3 THEN ${IS_DUE} ELSE false END,
    CASE WHEN nodes.id IS NOT NULL THEN json_build_object('id', nodes.id, 'beatAt', beat_at,
      'isExpired', is_settled AND lease_until < ${NOW},
      'isFree', is_settled AND holds_lock AND NOT EXISTS (SELECT FROM held WHERE objid = lock_key::oid),
      'isWatching', watching, 'types', types) END
  FROM server LEFT JOIN greenvue_jobs.nodes ON nodes.id <> $2`;

export const NOTE_SERVER = `UPDATE greenvue_jobs.server SET timeline = now.timeline, since = ${NOW}
  FROM (SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline) AS now
  WHERE server.timeline <> now.timeline`;

/**
 * Only one that has no claims: those are taken back once the process has ended. Gives whether the row is
 * gone.
 */
export const LEAVE = `WITH gone AS (
    DELETE FROM greenvue_jobs.nodes WHERE id = $1
      AND NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE node = $1) RETURNING 1)
  SELECT EXISTS (SELECT FROM gone) OR NOT EXISTS (SELECT FROM greenvue_jobs.nodes WHERE id = $1)`;
