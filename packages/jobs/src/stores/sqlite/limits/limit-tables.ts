import type { TypeVersions } from '../../../core/nodes/membership.ts';
import type { ClaimedRun, ClaimInput } from '../../../core/store/store-passes.ts';
import { claimedRunOf, indexOfJob } from '../../../core/transactions/claim.ts';
import { ChoiceOfGroups, runToHandOver } from '../../../core/transactions/limits/choose-of-groups.ts';
import type { LimitTables, TakeOfGroups } from '../../../core/transactions/limits/limit-tables.ts';
import type { JobIndexes } from '../../../core/transactions/tables/tables.ts';
import { lookAgainAt } from '../../../core/type-limits/group-room.ts';
import { numberOf } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW, NOTE_USE_AFTER_MS, startsIn } from '../../rows/limit-rows.ts';
import { startOrderIn } from '../../rows/queue-key.ts';
import { firstStart } from '../claims/claim.ts';
import { earliestOf, firstOfKeys } from '../claims/runs-by-type.ts';
import { STATUS } from '../rows/codes.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { Writer } from '../writer/writer.ts';
import { type DueRun, dueOfGroups } from './due-of-groups.ts';
import { readTypeLimits } from './group-keys.ts';
import { regroupRuns } from './regroup-runs.ts';

/** The operations on types with limits, and on the groups of their runs. */
export function limitTables(w: Writer): LimitTables {
  const { db } = w;
  return {
    readTypeLimits: () => readTypeLimits(db),
    saveTypeLimits(limits) {
      for (const { type, version, limits: some, isRegrouping } of limits) {
        db.write(SAVE_LIMITS, type, version, JSON.stringify(some), isRegrouping ? 1 : 0);
        db.write(LOOK_AT_TYPE, w.unit.now, type);
      }
      w.groups.changed();
    },
    seeGroups(types, { latest, runAt }) {
      const [first] = dueLooks(w, types, { latest, limit: 1 });
      const keys = w.types.knownTo(types);
      return {
        at: earliestOf(w, EARLIEST_LOOK, keys),
        since: first?.[1],
        // If all priorities are normal, the run that is due first starts first.
        runSince: runAt === undefined || keys.every((key) => key > 0) ? runAt : firstStart(w, keys),
      };
    },
    lockGroups({ types }, which) {
      const keys = JSON.stringify(dueLooks(w, types, which).map(([key]) => key));
      db.write(FORGET_LOOKS, keys);
      return db
        .arrays(GROUPS_OF_KEYS)
        .all(keys)
        .map((row) => {
          const [key, group, type, starts, queueKey, running] =
            rowOf<[number, number, string, string, number, number]>(row);
          return { key, group, queueKey, type, running, starts: startsIn(starts) };
        });
    },
    takeOfGroups: (input, take, jobs) => takeOfGroups(w, { input, take, jobs }),
    saveGroups(groups, types) {
      for (const one of groups) {
        db.write(SAVE_STARTS, JSON.stringify(one.starts), one.group, w.unit.now);
        const nextAt = numberOf(db.arrays(EARLIEST_OF_KEY).get(one.key));
        if (nextAt !== undefined) w.groups.wake(one.key, nextAt, lookAgainAt(one, nextAt, w.unit.now));
      }
      const lookAt = earliestOf(w, EARLIEST_LOOK, w.types.knownTo(types));
      return () => lookAt;
    },
    wakeGroups: (runIds) => db.write(WAKE_GROUPS, w.unit.now, JSON.stringify(runIds.map(Number))),
    regroupRuns: (after, limit) => regroupRuns(w, after, limit),
  };
}

/** What claims of these types have to look at now: keys, and the start orders of their first runs. */
function dueLooks(
  w: Writer,
  types: TypeVersions,
  { limit, latest }: { readonly limit: number; readonly latest: number },
): readonly (readonly [key: number, since: number])[] {
  const { now } = w.unit;
  return firstOfKeys(w, {
    keys: w.types.knownTo(types),
    limit,
    sql: DUE_LOOKS,
    selects: 2,
    order: 'since, key DESC',
    compare: ([key, since], [other, otherSince]) => since - otherSince || other - key,
    paramsOf: (key) => [key, now, key, latest, now],
    read: rowOf<[key: number, since: number]>,
  });
}

interface TakeInput {
  readonly input: ClaimInput;
  readonly take: TakeOfGroups;
  readonly jobs: JobIndexes;
}

function takeOfGroups(
  w: Writer,
  { input: { node }, take, jobs }: TakeInput,
): ReturnType<LimitTables['takeOfGroups']> {
  const { now } = w.unit;
  const nodeKey = w.nodes.keyOf(node, now);
  const [isOneClaimed, isOneWaiting] = rowOf<[number, number]>(w.db.arrays(SEE_SUSPECTS).get());
  const choice = new ChoiceOfGroups(take, { now, hasSuspect: isOneClaimed === 1 });
  const runs: ClaimedRun[] = [];
  const due = dueOfGroups(w, {
    groups: take.groups,
    limit: take.places + take.prefetch,
    withSuspects: isOneWaiting === 1 && isOneClaimed === 0,
    hasRoom: (room) => choice.hasRoom(room),
  });
  for (const { row, room } of due) {
    const { id, jobUid, run } = row;
    const chosen = choice.take(run, room);
    if (chosen === undefined) continue;
    const { started } = chosen;
    const fence = w.ids.next(now);
    w.db.write(CLAIM, nodeKey, fence, started ? STATUS.running : STATUS.queued, started ? now : null, id);
    const job = indexOfJob(jobs, jobUid);
    runs.push(claimedRunOf(runToHandOver(run, now), { job, fence, started }));
    w.keepClaimed({ ...row, run: claimedAs(run, { node, fence, startedAt: started ? now : undefined }) });
  }
  return { runs, taken: choice.taken };
}

function claimedAs(
  run: DueRun['run'],
  {
    node,
    fence,
    startedAt,
  }: { readonly node: string; readonly fence: number; readonly startedAt: number | undefined },
): DueRun['run'] {
  run.claim = { node, fence };
  if (startedAt === undefined) return run;
  run.status = 'running';
  run.startedAt = startedAt;
  return run;
}

/** Forces the index: SQLite's statistics may favor another one, and it would read all live runs. */
const SUSPECT = 'SELECT 1 FROM live_runs INDEXED BY live_runs_suspects WHERE recoveries >= 2';
const SEE_SUSPECTS = `SELECT EXISTS (${SUSPECT} AND node IS NOT NULL), EXISTS (${SUSPECT} AND node IS NULL AND held = 0)`;
/** Looks at keys now, the first parameter. */
const FIRST_WAITING = `coalesce((SELECT min(available_at) FROM live_runs WHERE held = 0 AND node IS NULL AND type_key = limit_keys.key), ?1)`;
const NEW_SINCE = startOrderIn('type_key', `min(${FIRST_WAITING}, ?1)`);
const LOOK_NOW = `UPDATE limit_keys SET look_at = min(coalesce(look_at, ?1), ?1, ${FIRST_WAITING}),
  since = min(coalesce(since, ${NEW_SINCE}), ${NEW_SINCE})`;
const SAVE_LIMITS = `INSERT INTO type_limits (type, version, limits, regrouping) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (type) DO UPDATE SET version = ?2, limits = ?3, regrouping = ?4`;
const LOOK_AT_TYPE = `${LOOK_NOW}
  WHERE group_id IN (SELECT id FROM limit_groups WHERE type = ?2)`;
const EARLIEST_LOOK = `SELECT look_at FROM limit_keys WHERE type_key = ? AND look_at IS NOT NULL
  ORDER BY look_at LIMIT 1`;
/** The most looks that a claim reads of a type and priority. */
const LOOKS = 5_000;
const DUE_LOOKS = `SELECT key, since FROM (SELECT key, since FROM limit_keys WHERE type_key = ? AND look_at <= ? ORDER BY look_at LIMIT ${LOOKS})
  UNION ALL SELECT key, since FROM (SELECT key, since FROM limit_keys INDEXED BY limit_keys_held
    WHERE type_key = ? AND look_at > ? AND look_at > since + 150000 AND since <= ? LIMIT ${LOOKS})`;
const RUNNING = `SELECT count(*) FROM limit_keys AS of_group CROSS JOIN live_runs INDEXED BY live_runs_of_groups
  ON live_runs.type_key = of_group.key AND live_runs.type_key < ${GROUP_KEYS_BELOW} WHERE of_group.group_id = limit_groups.id AND node IS NOT NULL`;
const GROUPS_OF_KEYS = `SELECT limit_keys.key, group_id, limit_groups.type, starts, type_key, (${RUNNING}) FROM json_each(?) AS chosen
  CROSS JOIN limit_keys ON limit_keys.key = chosen.value CROSS JOIN limit_groups ON limit_groups.id = group_id`;
const FORGET_LOOKS =
  'UPDATE limit_keys SET look_at = NULL, since = NULL WHERE key IN (SELECT value FROM json_each(?))';
const SAVE_STARTS = `UPDATE limit_groups SET starts = ?1, used_at = ?3
  WHERE id = ?2 AND (starts <> ?1 OR used_at < ?3 - ${NOTE_USE_AFTER_MS})`;
const WAITING = 'held = 0 AND node IS NULL';
const EARLIEST_OF_KEY = `SELECT min(available_at) FROM live_runs WHERE ${WAITING} AND type_key = ?`;
const CLAIM = 'UPDATE live_runs SET node = ?, fence = ?, status = ?, started_at = ? WHERE id = ?';
const WAKE_GROUPS = `${LOOK_NOW}
  WHERE group_id IN (SELECT group_id FROM limit_keys WHERE key IN (SELECT type_key FROM live_runs WHERE type_key < ${GROUP_KEYS_BELOW} AND id IN (SELECT value FROM json_each(?2))))`;
