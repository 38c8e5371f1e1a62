import { hasLimits } from '../../../core/type-limits/type-limits.ts';
import { GROUP_KEYS_BELOW, typeLimitsIn } from '../../rows/limit-rows.ts';
import { startOrderIn } from '../../rows/queue-key.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { Unit } from '../tables/unit.ts';
import { lookAtKeys } from './group-keys.ts';
import { regroupRunsOfKeys } from './regroup-runs.ts';

/** The most keys with live runs that one call reads, and the most runs that it moves. */
const KEYS = 10_000;
const RUNS = 5_000;

/** `next`: where the next call begins. Undefined: with the first key. */
export interface LeftRuns {
  readonly found: boolean;
  readonly next: number | undefined;
}

/**
 * Lets claims find the waiting runs of groups at which no claim would look. A node that did not know the
 * limits of a type has let them wait again, or has put them in a group of limits that have been removed. Removes
 * looks at groups that are gone.
 */
export async function findLeftRuns(u: Unit, before = GROUP_KEYS_BELOW): Promise<LeftRuns> {
  const read = (await u.q.arrays(READ_KEYS, [before, KEYS, u.now])).map((row) => rowOf<KeyRow>(row));
  const waiting = read.flatMap(([key, at, isLookedAt, limits]) =>
    at === null ? [] : [{ key, at, isLookedAt, isLimited: hasLimits(typeLimitsIn(limits ?? '{}')) }],
  );
  const unseen = waiting.filter(({ isLookedAt, isLimited }) => isLimited && !isLookedAt);
  const unlimited = waiting.filter(({ isLimited }) => !isLimited).map(({ key }) => key);
  await lookAtKeys(u, unseen);
  await u.q.run(REMOVE_LOOKS, []);
  if (unlimited.length > 0) await regroupRunsOfKeys(u, unlimited, RUNS);
  const next = read.length < KEYS ? undefined : read.at(-1)?.[0];
  return { found: unseen.length + unlimited.length > 0, next };
}

type KeyRow = [key: number, waitsSince: number | null, isLookedAt: boolean, limits: string | null];

/** The end of a run and a prune of its key at the same time leave such looks: no claim could remove them. */
const REMOVE_LOOKS = `DELETE FROM greenvue_jobs.limit_looks AS looks
  WHERE NOT EXISTS (SELECT FROM greenvue_jobs.limit_keys AS keys WHERE keys.key = looks.key)`;
/**
 * Jumps from key to key in the index. Without runs in groups, that reads one entry. A look that comes later
 * counts only if it knows of the first run.
 */
const READ_KEYS = `WITH RECURSIVE keys AS (
    SELECT max(type_key) AS key, 1 AS n FROM greenvue_jobs.live_runs
    WHERE type_key < ${GROUP_KEYS_BELOW} AND type_key < $1::integer
    UNION ALL
    SELECT (SELECT max(type_key) FROM greenvue_jobs.live_runs
      WHERE type_key < ${GROUP_KEYS_BELOW} AND type_key < keys.key), n + 1
    FROM keys WHERE key IS NOT NULL AND n < $2::integer)
  SELECT keys.key, first.at, EXISTS (SELECT FROM greenvue_jobs.limit_looks AS looks WHERE looks.key = keys.key
      AND (looks.at <= $3::bigint OR looks.since <= ${startOrderIn('own.type_key', 'first.at')})),
    (SELECT limits FROM greenvue_jobs.limit_groups AS of JOIN greenvue_jobs.type_limits USING (type)
      WHERE of.id = own.group_id)
  FROM keys LEFT JOIN greenvue_jobs.limit_keys AS own ON own.key = keys.key
    LEFT JOIN LATERAL (SELECT available_at AS at FROM greenvue_jobs.live_runs
      WHERE type_key = keys.key AND held = 'no' AND node IS NULL ORDER BY available_at LIMIT 1) AS first ON true
  WHERE keys.key IS NOT NULL ORDER BY keys.key DESC`;
