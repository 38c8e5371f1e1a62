import type { Job } from '../../../core/model/job.ts';
import type { JsonText, LiveRun } from '../../../core/model/run.ts';
import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { startOrder } from '../../../core/rules/start-order.ts';
import { isSuspect } from '../../../core/rules/suspects.ts';
import { claimedRunOf, indexOfJob } from '../../../core/transactions/claim.ts';
import { ChoiceOfGroups, runToHandOver } from '../../../core/transactions/limits/choose-of-groups.ts';
import type { LimitTables } from '../../../core/transactions/limits/limit-tables.ts';
import {
  earlierLook,
  type GroupLook,
  isLookDue,
  lookAgainAt,
  type WaitsForLimit,
  waitsForLimit,
} from '../../../core/type-limits/group-room.ts';
import { groupValueOf } from '../../../core/type-limits/group-value.ts';
import { type LimitWaits, limitWaitsOf } from '../../../core/type-limits/limit-waits.ts';
import { hasLimits, type LimitsByType } from '../../../core/type-limits/type-limits.ts';
import {
  byDue,
  type LimitKeyRow,
  type LiveRow,
  type MemoryDatabase,
  type MemoryUnit,
} from '../memory-database.ts';
import { firstStart } from './claim.ts';

/** The limits of a new transaction. */
export function limitsIn({ typeLimits }: MemoryDatabase): LimitsByType {
  const some = [...typeLimits.values()].filter((one) => hasLimits(one.limits) || one.isRegrouping);
  return new Map(some.map(({ type, limits }) => [type, limits]));
}

/** The key of a run's group, if its type has limits. */
export function groupKeyOf(
  { db, unit: { limits } }: MemoryUnit,
  run: {
    readonly type: string;
    readonly version: number;
    readonly payload: JsonText;
    readonly value?: string;
  },
): number | undefined {
  const { type, version } = run;
  const ofType = limits.get(type);
  if (ofType === undefined || !hasLimits(ofType)) return undefined;
  const value = run.value ?? groupValueOf(ofType, run.payload);
  const ofGroup = [...db.limitKeys.values()].filter((one) => one.type === type && one.value === value);
  const known = ofGroup.find((one) => one.version === version);
  if (known !== undefined) return known.key;
  const key = db.nextId();
  db.limitKeys.set(key, { key, group: ofGroup[0]?.group ?? key, type, version, value });
  return key;
}

/** The limit that a live run waits for, if its group is full. */
export function limitOf(db: MemoryDatabase, runId: string, now: number): WaitsForLimit | undefined {
  const of = db.limitKeys.get(db.requireLive(runId).groupKey ?? Number.NaN);
  const limits = of && db.typeLimits.get(of.type)?.limits;
  if (of === undefined || limits === undefined) return undefined;
  const { group, value } = of;
  return waitsForLimit(
    limits,
    { running: runningIn(db, group), starts: db.groupStarts.get(group) ?? [], value },
    now,
  );
}

/** The runs of a type that wait for full limits. */
export function limitWaitsIn(db: MemoryDatabase, type: string, now: number): LimitWaits {
  const keys = new Set([...db.limitKeys.values()].filter((one) => one.type === type).map(({ key }) => key));
  const due = waitingIn(db, keys).filter(({ run }) => run.availableAt <= now);
  const byGroup = Map.groupBy(due, ({ groupKey = 0 }) => db.limitKeys.get(groupKey)?.group ?? 0);
  const groups = [...byGroup].map(([group, rows]) => ({
    running: runningIn(db, group),
    starts: db.groupStarts.get(group) ?? [],
    due: rows.length,
  }));
  const { limits = {}, version } = db.typeLimits.get(type) ?? {};
  return limitWaitsOf({ type, limits, ...(version === undefined ? {} : { version }) }, groups, now);
}

function runningIn(db: MemoryDatabase, group: number): number {
  const isOf = (key: number | undefined) => key !== undefined && db.limitKeys.get(key)?.group === group;
  return [...db.live.values()].filter(({ run, groupKey }) => run.claim !== undefined && isOf(groupKey))
    .length;
}

/** Lets claims look at the runs with a key. */
export function wakeGroup({ groupLooks }: MemoryDatabase, key: number | undefined, look: GroupLook): void {
  if (key !== undefined) groupLooks.set(key, earlierLook(look, groupLooks.get(key)));
}

/** The look at a run that waits for nothing but its time. */
export function lookOf(
  { availableAt: at }: Pick<LiveRun, 'availableAt'>,
  { priority }: Pick<Job, 'priority'>,
): GroupLook {
  return { at, since: startOrder(at, priority) };
}

/** The look at the waiting runs with a key, if there are any. */
function lookAtKey(db: MemoryDatabase, key: number, now: number): GroupLook | undefined {
  const runs = waitingIn(db, new Set([key])).map(({ run }) => run);
  const due = runs.filter(({ availableAt }) => availableAt <= now);
  const looks = (due.length > 0 ? due : runs.slice(0, 1)).map((run) =>
    lookOf(run, db.requireJob(run.jobUid).job),
  );
  return looks.reduce<GroupLook | undefined>((first, look) => earlierLook(look, first), undefined);
}

export function limitTables(u: MemoryUnit) {
  const { db } = u;
  const { now } = u.unit;
  const wakeNow = (key: number) => {
    const { at, since } = lookAtKey(db, key, now) ?? { at: now, since: now };
    wakeGroup(db, key, { at: Math.min(at, now), since });
  };
  const keysOfGroup = (group: number | undefined) =>
    [...db.limitKeys.values()].filter((one) => one.group === group);
  return {
    readTypeLimits: () => [...db.typeLimits.values()],
    saveTypeLimits(limits) {
      for (const one of limits) {
        db.typeLimits.set(one.type, one);
        for (const { key, type } of db.limitKeys.values()) if (type === one.type) wakeNow(key);
      }
    },
    seeGroups: (types, { latest }) => ({
      at: firstLookAt(db, types),
      since: dueLooks(db, types, { now, latest })[0]?.look.since,
      runSince: firstStart(db, types, now),
    }),
    lockGroups({ types }, { limit, latest }) {
      return dueLooks(db, types, { now, latest })
        .slice(0, limit)
        .map(({ row: { key, group, type } }) => {
          db.groupLooks.delete(key);
          return {
            key,
            group,
            queueKey: 0,
            type,
            running: runningIn(db, group),
            starts: db.groupStarts.get(group) ?? [],
          };
        });
    },
    takeOfGroups({ node }, { groups, places, prefetch }, jobs) {
      const byKey = new Map(groups.map((one) => [one.key, one]));
      const hasSuspect = [...db.live.values()].some(({ run }) => isSuspect(run) && run.claim !== undefined);
      const choice = new ChoiceOfGroups({ places, prefetch }, { now, hasSuspect });
      const runs = [];
      const orderOf = ({ run }: LiveRow) =>
        startOrder(run.availableAt, db.requireJob(run.jobUid).job.priority);
      const inOrder = [...waitingIn(db, new Set(byKey.keys()))].sort(
        (a, b) => orderOf(a) - orderOf(b) || Number(a.run.id) - Number(b.run.id),
      );
      for (const { run, groupKey = 0 } of inOrder) {
        const room = byKey.get(groupKey);
        const chosen = room === undefined || run.availableAt > now ? undefined : choice.take(run, room);
        if (chosen === undefined) continue;
        const { started } = chosen;
        const fence = db.nextId();
        const start = started ? ({ status: 'running', startedAt: now } as const) : {};
        db.changeRun(run.id, { ...start, claim: { node, fence } });
        const job = indexOfJob(jobs, Number(run.jobUid));
        runs.push(claimedRunOf(runToHandOver(run, now), { job, fence, started }));
      }
      return { runs, taken: choice.taken };
    },
    saveGroups(groups, types) {
      for (const one of groups) {
        db.groupStarts.set(one.group, one.starts);
        db.groupUses.set(one.group, now);
        const look = lookAtKey(db, one.key, now);
        if (look !== undefined) wakeGroup(db, one.key, { ...look, at: lookAgainAt(one, look.at, now) });
      }
      return () => firstLookAt(db, types);
    },
    wakeGroups(runIds) {
      const keys = runIds.map((id) => db.live.get(Number(id))?.groupKey);
      const groups = new Set(keys.map((key) => key && db.limitKeys.get(key)?.group));
      for (const { key } of [...groups].flatMap(keysOfGroup)) wakeNow(key);
    },
    regroupRuns(after, limit) {
      const rows = [...db.live.values()].filter(({ run }) => Number(run.id) > after).slice(0, limit);
      for (const row of rows) regroupRun(u, { row, job: db.requireJob(row.run.jobUid).job });
      return rows.length === 0 ? undefined : Number(rows.at(-1)?.run.id);
    },
  } satisfies LimitTables;
}

/** Gives a live run the group that the limits in force say, or that of a value. */
export function regroupRun(
  u: MemoryUnit,
  { row, job, value }: { readonly row: LiveRow; readonly job: Job; readonly value?: string | undefined },
): void {
  const { groupKey: before, ...rest } = row;
  const payload = row.run.payload ?? job.payload;
  const of = { type: job.type, version: row.typeVersion, payload };
  const groupKey = groupKeyOf(u, value === undefined ? of : { ...of, value });
  u.db.putLive(groupKey === undefined ? rest : { ...rest, groupKey });
  if (groupKey !== before) wakeGroup(u.db, groupKey, lookOf(row.run, job));
}

interface KeyToLookAt {
  readonly row: LimitKeyRow;
  readonly look: GroupLook;
}

function looksOf(db: MemoryDatabase, types: TypeVersions): readonly KeyToLookAt[] {
  return [...db.groupLooks].flatMap(([key, look]): KeyToLookAt[] => {
    const row = db.limitKeys.get(key);
    return row !== undefined && row.version <= (types[row.type] ?? 0) ? [{ row, look }] : [];
  });
}

function dueLooks(
  db: MemoryDatabase,
  types: TypeVersions,
  { now, latest }: { readonly now: number; readonly latest: number },
): readonly KeyToLookAt[] {
  return looksOf(db, types)
    .filter(({ look }) => isLookDue(look, now, latest))
    .sort((a, b) => a.look.since - b.look.since || a.row.key - b.row.key);
}

function firstLookAt(db: MemoryDatabase, types: TypeVersions): number | undefined {
  const instants = looksOf(db, types).map(({ look }) => look.at);
  return instants.length === 0 ? undefined : Math.min(...instants);
}

/** Unclaimed runs with these keys, earliest due first. */
function waitingIn(db: MemoryDatabase, keys: ReadonlySet<number>): readonly LiveRow[] {
  return [...db.live.values()]
    .filter(({ groupKey, run }) => groupKey !== undefined && keys.has(groupKey) && isFree(run))
    .sort((a, b) => byDue(a.run, b.run));
}

function isFree({ held, claim }: LiveRow['run']): boolean {
  return held === 'no' && claim === undefined;
}
