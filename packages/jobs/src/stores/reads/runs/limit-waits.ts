import { isLiveRun } from '../../../core/model/run.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import { waitsForLimit } from '../../../core/type-limits/group-room.ts';
import { rowOf } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW, startsIn, typeLimitsIn } from '../../rows/limit-rows.ts';
import type { Dialect } from '../dialect.ts';
import { arrays, type Read } from '../read.ts';

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
