import type { LimitTables, LockedGroup } from '../../../core/transactions/limits/limit-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { numberOf } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW, NOTE_USE_AFTER_MS, startsIn } from '../../rows/limit-rows.ts';
import { startOrderIn } from '../../rows/queue-key.ts';
import { FREE } from '../claims/priority-claims.ts';
import { columnsOf } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import { KEYS_KNOWN, versionsParam } from '../rows/type-keys.ts';
import { isAlive } from '../shortcuts/make-claimed.ts';
import type { Unit } from '../tables/unit.ts';
import { readTypeLimits } from './known-limits.ts';
import { regroupRuns } from './regroup-runs.ts';
import { takeOfGroups } from './take-of-groups.ts';

/** The operations on types with limits, and on the groups of their runs. */
export function limitTables(u: Unit, hasJoined: boolean): Pick<AsyncTables, keyof LimitTables> {
  const { q, now } = u;
  /** Known after the groups are locked. */
  let hasSuspects = false;
  return {
    readTypeLimits: (how) => readTypeLimits(q, how),
    async saveTypeLimits(limits) {
      const rows = limits.map((one) => [one.type, one.version, JSON.stringify(one.limits), one.isRegrouping]);
      await q.run(SAVE_LIMITS, columnsOf(rows, 4));
      await q.run(LOOK_AT_TYPES, [now, limits.map(({ type }) => type)]);
    },
    async seeGroups(types, { latest, runAt = null }) {
      const [row] = await q.arrays(SEE_GROUPS, [versionsParam(types), now, latest, runAt]);
      const [at, since, runSince] = rowOf<(number | null)[]>(row);
      return { at: at ?? undefined, since: since ?? undefined, runSince: runSince ?? undefined };
    },
    async lockGroups({ types, node }, { limit, latest }) {
      const params = [versionsParam(types), now, latest, node, hasJoined, limit];
      const locked = (await q.arrays(LOCK_GROUPS, params)).map((row) => {
        const [key, group, type, starts, queueKey, lookedAt] =
          rowOf<[number, number, string, string, number, number]>(row);
        const isOldLook = lookedAt <= now - MAY_MISS_END_MS;
        return { key, group, type, queueKey, isOldLook, starts: startsIn(starts) };
      });
      if (locked.length === 0) return [];
      // Not before the locks: it has to see the claims of the previous lock holders.
      const keys = locked.map(({ key }) => key);
      const [row] = await q.arrays(FORGET_AND_COUNT, [keys, locked.map(({ group }) => group)]);
      const [counts, ending, isSuspectWaiting] = rowOf<[string | null, number[] | null, boolean]>(row);
      hasSuspects = isSuspectWaiting;
      const running = new Map(
        Object.entries(Object(counts)).map(([id, count]) => [Number(id), Number(count)]),
      );
      return locked.map(
        ({ isOldLook, ...one }): LockedGroup => ({
          ...one,
          running: running.get(one.group) ?? 0,
          mayMissEnd: isOldLook || ending?.includes(one.group) === true,
        }),
      );
    },
    takeOfGroups: (input, take, jobs) => takeOfGroups(u, { node: input.node, take, jobs, hasSuspects }),
    async saveGroups(groups, types) {
      const rows = groups.map(({ key, queueKey, group, starts, roomAt, heldUntil }) => [
        key,
        queueKey,
        group,
        JSON.stringify(starts),
        roomAt ?? null,
        heldUntil ?? null,
      ]);
      const saved = await q.writeFor(SAVE_GROUPS, [versionsParam(types), now, ...columnsOf(rows, 6)]);
      return () => numberOf(saved()[0]);
    },
    wakeGroups: (runIds) => q.write(LOOK_AT_GROUPS, [now, runIds.map(Number)]),
    regroupRuns: (after, limit) => regroupRuns(u, after, limit),
  };
}

/** The end of a run adds no look to a key with a look that has waited for this time (ms). */
const OLD_LOOK_MS = 5_000;
/** Less, because the transaction of the end may be younger than the claim: see `mayMissEnd`. */
const MAY_MISS_END_MS = 1_000;

const SAVE_LIMITS = `INSERT INTO greenvue_jobs.type_limits (type, version, limits, regrouping)
  SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::boolean[])
  ON CONFLICT (type) DO UPDATE SET version = excluded.version, limits = excluded.limits, regrouping = excluded.regrouping,
    revision = type_limits.revision + 1`;
/** When the first waiting run of a key is due. */
const NEXT = `SELECT available_at AS at FROM greenvue_jobs.live_runs
      WHERE type_key = keys.key AND held = 'no' AND node IS NULL ORDER BY available_at LIMIT 1`;
/** Looks at keys now, but in the order in which their first waiting runs start. */
const lookNow = (keys: string) => `INSERT INTO greenvue_jobs.limit_looks (key, type_key, at, since)
  SELECT keys.key, keys.type_key, $1::bigint, ${startOrderIn('keys.type_key', 'least($1::bigint, next.at)')}
  FROM ${keys} LEFT JOIN LATERAL (${NEXT}) AS next ON true`;
const LOOK_AT_TYPES = `${lookNow('greenvue_jobs.limit_keys AS keys JOIN greenvue_jobs.limit_groups AS of ON of.id = group_id')}
  WHERE of.type = ANY($2::text[]) AND next.at IS NOT NULL`;
const NEXT_LOOK = `SELECT min(next.at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT at FROM greenvue_jobs.limit_looks WHERE type_key = known.key ORDER BY at LIMIT 1) AS next`;
/** The most looks that a claim reads of a type: a key may have many. */
const LOOKS = 5_000;
/** `isLookDue` in SQL. */
const DUE_LOOKS = `SELECT looks.key, looks.at, looks.since FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
    (SELECT key, at, since FROM greenvue_jobs.limit_looks WHERE type_key = known.key AND at <= $2::bigint
      ORDER BY at LIMIT ${LOOKS})
    UNION ALL (SELECT key, at, since FROM greenvue_jobs.limit_looks
      WHERE type_key = known.key AND at > $3::bigint AND at > since + 150000 AND since <= $2::bigint LIMIT ${LOOKS})) AS looks`;
/** `$4`: when the first run outside groups is due. If all priorities are normal, it starts first. */
const RUN_SINCE = `CASE WHEN (SELECT bool_or(known.key < 0) FROM (${KEYS_KNOWN}) AS known) THEN (
  SELECT min(${startOrderIn('first.key', 'first.at')}) FROM (
    SELECT known.key, due.available_at AS at FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      SELECT available_at FROM greenvue_jobs.live_runs
      WHERE type_key = known.key AND ${FREE} AND available_at >= $4::bigint AND available_at <= $2::bigint
      ORDER BY available_at LIMIT 1) AS due) AS first)
  ELSE $4::bigint END`;
const SEE_GROUPS = `SELECT (${NEXT_LOOK}), (SELECT min(since) FROM (${DUE_LOOKS}) AS due), ${RUN_SINCE}`;
/** Sorts first, so that it reads no more groups than it locks. */
const LOCK_GROUPS = `WITH alive AS MATERIALIZED (${isAlive('$4')})
  SELECT due.key, of.id, of.type, of.starts, keys.type_key, due.at
  FROM (
    SELECT key, min(since) AS since, min(at) AS at FROM (${DUE_LOOKS}) AS looks
    WHERE NOT $5::boolean OR EXISTS (SELECT FROM alive) GROUP BY key ORDER BY since, key DESC OFFSET 0) AS due
    JOIN greenvue_jobs.limit_keys AS keys ON keys.key = due.key
    JOIN greenvue_jobs.limit_groups AS of ON of.id = keys.group_id
  ORDER BY due.since, due.key DESC LIMIT $6::integer FOR NO KEY UPDATE OF of SKIP LOCKED`;
/** Whether a transaction that may still be open removes the row of a claim, because its run ends. */
const IS_ENDING = 'age(claims.xmax) <= age(pg_snapshot_xmin(pg_current_snapshot())::xid)';
/** A claim counts while its run has its fence: a node of an older version removes no rows of claims. */
const FORGET_AND_COUNT = `WITH forgotten AS (DELETE FROM greenvue_jobs.limit_looks WHERE key = ANY($1::integer[])),
  counted AS (
    SELECT claims.group_id, count(*) AS running, bool_or(${IS_ENDING}) AS is_ending
    FROM greenvue_jobs.limit_claims AS claims
      JOIN greenvue_jobs.live_runs ON live_runs.id = claims.run_id AND live_runs.fence = claims.fence
    WHERE claims.group_id = ANY($2::bigint[]) GROUP BY claims.group_id)
  SELECT (SELECT json_object_agg(group_id, running) FROM counted),
    (SELECT array_agg(group_id) FROM counted WHERE is_ending), EXISTS (
    SELECT FROM greenvue_jobs.live_runs WHERE type_key + 0 = ANY($1::integer[]) AND recoveries >= 2)`;
/** `lookAgainAt` in SQL, for groups in which runs are left. `greatest` ignores nulls. */
const SAVE_GROUPS = `WITH new AS MATERIALIZED (
    SELECT * FROM unnest($3::integer[], $4::integer[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[])
      AS new (key, type_key, group_id, starts, room_at, held_until)),
  started AS (
    UPDATE greenvue_jobs.limit_groups AS of SET starts = new.starts, used_at = $2::bigint FROM new
    WHERE of.id = new.group_id AND (of.starts <> new.starts OR of.used_at < $2::bigint - ${NOTE_USE_AFTER_MS})),
  looks AS (
    INSERT INTO greenvue_jobs.limit_looks (key, type_key, at, since)
    SELECT key, type_key, greatest(next.at, room_at, CASE WHEN next.at <= $2::bigint THEN held_until END),
      ${startOrderIn('type_key', 'next.at')}
    FROM new AS keys CROSS JOIN LATERAL (${NEXT}) AS next
    RETURNING at)
  SELECT least((SELECT min(at) FROM looks), (${NEXT_LOOK}))`;
/**
 * Lets claims look at groups whose claims end. Skips keys with a look that has waited for {@link OLD_LOOK_MS},
 * except those whose own run may wait again. Includes keys without a waiting run: one may be added before the
 * commit, and a claim may see that run and not the end.
 */
const LOOK_AT_GROUPS = `WITH own AS MATERIALIZED (
    SELECT DISTINCT type_key AS key FROM greenvue_jobs.live_runs
    WHERE type_key < ${GROUP_KEYS_BELOW} AND id = ANY($2::bigint[])),
  ended AS (DELETE FROM greenvue_jobs.limit_claims WHERE run_id = ANY($2::bigint[]) RETURNING group_id),
  groups AS MATERIALIZED (
    SELECT group_id FROM own JOIN greenvue_jobs.limit_keys USING (key) UNION SELECT group_id FROM ended),
  unseen AS MATERIALIZED (
    SELECT key, type_key FROM groups JOIN greenvue_jobs.limit_keys AS keys USING (group_id)
    WHERE key IN (SELECT key FROM own) OR NOT EXISTS (
      SELECT FROM greenvue_jobs.limit_looks AS old WHERE old.key = keys.key AND old.at <= $1::bigint - ${OLD_LOOK_MS}))
  ${lookNow('unseen AS keys')}`;
