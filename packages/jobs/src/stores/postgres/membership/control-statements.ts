import { LEASE_MS } from '../../../core/nodes/lease.ts';
import { LIMITS_REVISION } from '../limits/known-limits.ts';
import { KEYS_KNOWN } from '../rows/type-keys.ts';
import { LOCK_CLASS } from './control-protocol.ts';

/** The statements of the control connection use the database's time. */
const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
/** The same value for a whole statement, so that the planner can use an index. */
const STABLE_NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';
const CLOCK = `(SELECT ${NOW} AS now_ms) AS clock`;

/**
 * If a node becomes unreachable, its backend must release the lock only after the lease has ended.
 */
export const SET_UP = `SELECT set_config('tcp_keepalives_idle', '8', false), set_config('tcp_keepalives_interval', '4', false),
  set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '20000', false)`;

/**
 * Parameters: id, version, places, types, start, lease, state, host, process id, drain, release, declares.
 */
export const REGISTER = `INSERT INTO greenvue_jobs.nodes
    (id, version, places, types, started_at, beat_at, lease_until, holds_lock, state, host, pid, drain, release, declares)
  SELECT $1, $2, $3, $4, $5, now_ms, now_ms + $6::bigint, false, $7, $8, $9, $10, $11, $12 FROM ${CLOCK}
  ON CONFLICT (id) DO NOTHING`;

/**
 * Tries to take the node's own lock, without a wait: a backend of a lost connection may still hold it. Nodes
 * only read the locks of others.
 */
export const TRY_LOCK = `SELECT pg_try_advisory_lock(${LOCK_CLASS}, lock_key) FROM greenvue_jobs.nodes WHERE id = $1`;

/**
 * Parameters: id, lease, holds_lock, watching, state. Returns whether the node has a row, which of its
 * runs were asked to stop, and its drain.
 */
export const BEAT = `WITH beat AS (
    UPDATE greenvue_jobs.nodes SET beat_at = now_ms, lease_until = now_ms + $2::bigint, holds_lock = $3, watching = $4, state = $5
    FROM ${CLOCK} WHERE id = $1 RETURNING drain)
  SELECT EXISTS (SELECT FROM beat),
    ARRAY(SELECT id::text FROM greenvue_jobs.live_runs WHERE node = $1 AND cancel IS NOT NULL),
    (SELECT drain FROM beat)`;

/** All nodes receive it, and then check the nodes. */
export const NOTIFY_NODES = 'SELECT pg_notify($1, $2)';

/**
 * True if `since` is more than one lease away, in the past or the future. If the clock has jumped far back
 * (P17, clock), dead nodes must not count as alive until it catches up.
 */
const isLong = (since: string) =>
  `clock_timestamp() - ${since} NOT BETWEEN '-${LEASE_MS} ms' AND '${LEASE_MS} ms'`;
/**
 * Detects another server. After a backend crash, the server restarts in the same process and loses its
 * statistics.
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
/** Only for the types of the node, because the indexes start with the type. */
const IS_DUE = `(SELECT EXISTS (SELECT FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      SELECT FROM greenvue_jobs.job_wakes
      WHERE type_key = known.key AND wake_at IS NOT NULL AND wake_at <= ${STABLE_NOW} LIMIT 1) AS due)
    OR EXISTS (SELECT FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      SELECT FROM greenvue_jobs.live_runs
      WHERE type_key = known.key AND held = 'no' AND node IS NULL AND available_at <= ${STABLE_NOW} LIMIT 1) AS due)
    OR EXISTS (SELECT FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      SELECT FROM greenvue_jobs.limit_looks WHERE type_key = known.key AND at <= ${STABLE_NOW} LIMIT 1) AS due))`;

/**
 * One query, twice a second. Parameters: types, id, whether to check for due work without other nodes. A row
 * for each other node, or one row without: backend, is another server, has due work, revision of the limits
 * of types, {@link SeenNode}. For one lease after a start or promotion of the server, no node is dead.
 */
export const LOOK = `WITH ${SERVER}, ${HELD}
  SELECT pg_backend_pid(), is_other, CASE WHEN nodes.id IS NOT NULL OR $3 THEN ${IS_DUE} ELSE false END,
    ${LIMITS_REVISION}, CASE WHEN nodes.id IS NOT NULL THEN json_build_object('id', nodes.id, 'beatAt', beat_at,
      'isExpired', is_settled AND lease_until < ${NOW},
      'isFree', is_settled AND holds_lock AND NOT EXISTS (SELECT FROM held WHERE objid = lock_key::oid),
      'isWatching', watching, 'types', types) END
  FROM server LEFT JOIN greenvue_jobs.nodes ON nodes.id <> $2`;

export const NOTE_SERVER = `UPDATE greenvue_jobs.server SET timeline = now.timeline, since = ${NOW}
  FROM (SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline) AS now
  WHERE server.timeline <> now.timeline`;

/**
 * Deletes the node's row only if it has no claims. Otherwise other nodes take the claims back after the
 * process has ended. Returns whether the row is gone.
 */
export const LEAVE = `WITH gone AS (
    DELETE FROM greenvue_jobs.nodes WHERE id = $1
      AND NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE node = $1) RETURNING 1)
  SELECT EXISTS (SELECT FROM gone) OR NOT EXISTS (SELECT FROM greenvue_jobs.nodes WHERE id = $1)`;
