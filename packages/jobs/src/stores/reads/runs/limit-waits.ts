import { isLiveRun } from '../../../core/model/run.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import { waitsForLimit } from '../../../core/type-limits/group-room.ts';
import {
  type LimitWaits,
  limitWaitsOf,
  MOST_GROUPS_COUNTED,
  MOST_RUNS_COUNTED,
} from '../../../core/type-limits/limit-waits.ts';
import { hasLimits } from '../../../core/type-limits/type-limits.ts';
import { rowOf } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW, startsIn, storedLimitsOf, typeLimitsIn } from '../../rows/limit-rows.ts';
import type { Dialect } from '../dialect.ts';
import { arrays, type Read } from '../read.ts';

/** The reads of what waits for limits of types. */
export function createLimitReads(sql: Dialect) {
  const { schema, mark: m } = sql;
  const inForce = `SELECT type, version, limits, regrouping FROM ${schema}type_limits`;
  const groupsOf = `WITH looked AS (${sql.keysToLookAt(`${m}1`, MOST_GROUPS_COUNTED)}),
    due AS (
      SELECT limit_keys.group_id FROM looked JOIN ${schema}limit_keys ON limit_keys.key = looked.key
        JOIN ${schema}live_runs ON live_runs.type_key = looked.key
      WHERE ${sql.isWaiting} AND available_at <= ${m}2 LIMIT ${MOST_RUNS_COUNTED}),
    waiting AS (SELECT group_id, count(*) AS runs FROM due GROUP BY group_id)
    SELECT of_runs.starts, ${sql.claimsOfGroup('of_runs.id')}, waiting.runs
    FROM waiting JOIN ${schema}limit_groups AS of_runs ON of_runs.id = waiting.group_id`;
  return {
    *limitWaits(types: readonly string[], now: number): Read<readonly LimitWaits[]> {
      const waits: LimitWaits[] = [];
      const stored = new Map((yield* arrays(inForce)).map(storedLimitsOf).map((one) => [one.type, one]));
      for (const type of types) {
        const { limits = {}, version } = stored.get(type) ?? {};
        const rows = hasLimits(limits) ? yield* arrays(groupsOf, [type, now]) : [];
        const groups = rows.map((row) => {
          const [starts, running, due] = rowOf<[string, number, number]>(row);
          return { starts: startsIn(starts), running: Number(running), due: Number(due) };
        });
        waits.push(
          limitWaitsOf({ type, limits, ...(version === undefined ? {} : { version }) }, groups, now),
        );
      }
      return waits;
    },
  };
}

/** Adds to a run the limit that it waits for. Reads nothing of a run that does not wait. */
export function* withLimit(sql: Dialect, view: RunView, now: number): Read<RunView> {
  const { run } = view;
  const isDue = isLiveRun(run) && run.held === 'no' && run.claim === undefined && run.availableAt <= now;
  if (!isDue) return view;
  const { schema, mark: m } = sql;
  const [row] = yield* arrays(
    `SELECT limits.limits, of_run.value, of_run.starts, ${sql.claimsOfGroup('of_run.id')}
    FROM ${schema}live_runs JOIN ${schema}limit_keys ON limit_keys.key = live_runs.type_key
      JOIN ${schema}limit_groups AS of_run ON of_run.id = limit_keys.group_id
      JOIN ${schema}type_limits AS limits ON limits.type = of_run.type
    WHERE live_runs.id = ${m}1 AND live_runs.type_key < ${GROUP_KEYS_BELOW}`,
    [Number(run.id)],
  );
  if (row === undefined) return view;
  const [limits, value, starts, running] = rowOf<[string, string, string, number]>(row);
  const group = { running: Number(running), starts: startsIn(starts) };
  const waitsFor = waitsForLimit(typeLimitsIn(limits), { ...group, value }, now);
  return waitsFor === undefined ? view : { ...view, waitsFor };
}
