import { type LiveRuns, NO_LIVE_RUNS } from '../../../core/model/job.ts';
import type { Held } from '../../../core/model/run.ts';
import type { LiveRunCounts } from '../../../core/transactions/tables/tables.ts';
import { numberOf } from '../../rows/first-column.ts';
import { columnsOf, type Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { FirstRuns, LookedAt, Unit } from './unit.ts';

/**
 * The live runs of locked jobs, in the form that decisions need. It reads a few index entries for each job,
 * however many runs it has. Slower counts only on request. Does not read again what the unit has in `looked`.
 */
export async function liveRunsOf(
  u: Unit,
  uids: readonly number[],
  { claimed = false, putOff = false, upTo }: LiveRunCounts = {},
): Promise<ReadonlyMap<number, LiveRuns>> {
  const found = new Map<number, LiveRuns>(uids.map((uid) => [uid, NO_LIVE_RUNS]));
  const counted = new Map<number, number>();
  for (const row of await firstRunsIn(u, uids)) {
    const [uid, held, availableAt] = rowOf<[number, Held, number]>(row);
    const live = found.get(uid);
    if (live === undefined) continue;
    counted.set(uid, (counted.get(uid) ?? 0) + 1);
    found.set(uid, withOne(live, { held, availableAt, now: u.now }));
  }
  const many = [...counted].filter(([, count]) => count >= MANY).map(([uid]) => uid);
  for (const row of many.length === 0 ? [] : await u.q.arrays(LIVE_SUMMARIES, [many, u.now])) {
    const [uid, active, waiting, paused, dueOwnRuns, nextOwnRunAt] =
      rowOf<[number, number, number, number, number, number | null]>(row);
    const isAtCap = await isAtCapNow(u, uid);
    const next = nextOwnRunAt === null ? {} : { nextOwnRunAt };
    const counts = putOff ? { isPutOffFull: await isPutOffFull(u, uid) } : {};
    found.set(uid, { active, waiting, paused, claimed: 0, dueOwnRuns, isAtCap, ...next, ...counts });
  }
  const bounded = [...found].flatMap(([uid, live]) => {
    const most = live === NO_LIVE_RUNS ? 0 : Math.max(u.jobs.get(uid)?.job.maxRunning ?? 0, upTo ?? 0);
    return most === 0 ? [] : [[uid, most + 1]];
  });
  for (const row of bounded.length === 0
    ? []
    : await u.q.arrays(COUNTED, [...columnsOf(bounded, 2), u.now])) {
    const [uid, active, claimed, dueWaiting, nextWaitingAt] =
      rowOf<[number, number, number, number, number | null]>(row);
    const next = nextWaitingAt === null ? {} : { nextWaitingAt };
    found.set(uid, { ...(found.get(uid) ?? NO_LIVE_RUNS), active, claimed, dueWaiting, ...next });
  }
  if (!claimed) return found;
  for (const [uid, live] of found) {
    if (live.active === 0 || live.dueWaiting !== undefined) continue;
    found.set(uid, { ...live, claimed: numberOf((await u.q.arrays(COUNT_CLAIMED, [uid]))[0]) ?? 0 });
  }
  return found;
}

async function firstRunsIn(u: Unit, uids: readonly number[]): Promise<FirstRuns> {
  const { looked } = u;
  u.looked = undefined;
  const isCovered = looked !== undefined && uids.every((uid) => looked.uids?.includes(uid) ?? true);
  return (isCovered ? looked : await lookAt(u.q, uids)).rows;
}

async function isAtCapNow({ q, now, shared: { liveRunCap } }: Unit, uid: number): Promise<boolean> {
  if (liveRunCap.isToCount(uid, now)) {
    const count = numberOf((await q.arrays(COUNT_LIVE, [uid, liveRunCap.maxLiveRuns]))[0]) ?? 0;
    liveRunCap.setCount(uid, count, now);
  }
  return liveRunCap.isReached(uid);
}

async function isPutOffFull(u: Unit, uid: number): Promise<boolean> {
  const { maxRunsPutOff } = u.shared;
  const [count] = await u.q.arrays(COUNT_PUT_OFF, [uid, maxRunsPutOff]);
  return (numberOf(count) ?? 0) >= maxRunsPutOff;
}

function withOne(
  live: LiveRuns,
  { held, availableAt, now }: { readonly held: Held; readonly availableAt: number; readonly now: number },
): LiveRuns {
  switch (held) {
    case 'no':
      return { ...live, active: live.active + 1 };
    case 'overlap':
      return { ...live, waiting: live.waiting + 1 };
    case 'pause':
      return { ...live, paused: live.paused + 1 };
    case 'run_at':
      return availableAt <= now
        ? { ...live, dueOwnRuns: live.dueOwnRuns + 1 }
        : { ...live, nextOwnRunAt: Math.min(live.nextOwnRunAt ?? availableAt, availableAt) };
    default:
      return held satisfies never;
  }
}

/** Reads the first live runs of jobs. Send it right after the statement that locks the jobs. */
export async function lookAt(q: Queries, uids: readonly number[]): Promise<LookedAt> {
  return { uids, rows: uids.length === 0 ? [] : await q.arrays(FIRST_OF_EACH, [uids]) };
}

/**
 * Reads {@link FirstRuns} of the current job with this id. Send it right after the statement that locks the
 * job.
 */
export function firstRunsOf(q: Queries, jobId: string): Promise<FirstRuns> {
  return q.arrays(FIRST_OF_ID, [jobId]);
}

/** If a job has this many live runs, the database counts them. If it has fewer, the store reads them. */
export const MANY = 4;
const firstOf = (jobs: string) => `SELECT job.uid, first.held, first.available_at FROM ${jobs}
  CROSS JOIN LATERAL (SELECT held, available_at FROM greenvue_jobs.live_runs WHERE job_uid = job.uid LIMIT ${MANY}) AS first`;
const FIRST_OF_EACH = firstOf('unnest($1::bigint[]) AS job (uid)');
const FIRST_OF_ID = firstOf(
  '(SELECT uid FROM greenvue_jobs.jobs WHERE id = $1 AND deleted_at IS NULL) AS job',
);

const countUpTo = (limit: number | string, job: string, condition: string) =>
  `SELECT count(*) FROM (SELECT FROM greenvue_jobs.live_runs
    WHERE job_uid = ${job} AND ${condition} LIMIT ${limit}) AS counted`;
/** Column names must be distinct in every statement that may run in a caller's transaction. */
const countTo2 = (held: string, more = '') =>
  `(${countUpTo(2, 'job.uid', `held = '${held}' ${more}`)}) AS held_${held}`;
const LIVE_SUMMARIES = `SELECT job.uid, ${countTo2('no')}, ${countTo2('overlap')}, ${countTo2('pause')},
  ${countTo2('run_at', 'AND available_at <= $2::bigint')},
  (SELECT min(available_at) FROM greenvue_jobs.live_runs
    WHERE job_uid = job.uid AND held = 'run_at' AND available_at > $2::bigint) AS next_own
  FROM unnest($1::bigint[]) AS job (uid)`;
const countTo = (condition: string, name: string) =>
  `(${countUpTo('job.most', 'job.uid', condition)}) AS ${name}`;
/** The counts for bounds on running runs (P29, limits and priority). */
const COUNTED = `SELECT job.uid, ${countTo("held = 'no'", 'active')}, ${countTo("held = 'no' AND node IS NOT NULL", 'claimed')},
  ${countTo("held = 'overlap' AND available_at <= $3::bigint", 'due_waiting')},
  (SELECT min(available_at) FROM greenvue_jobs.live_runs
    WHERE job_uid = job.uid AND held = 'overlap' AND available_at > $3::bigint) AS next_waiting
  FROM unnest($1::bigint[], $2::bigint[]) AS job (uid, most)`;
const COUNT_LIVE = countUpTo('$2', '$1', 'true');
const COUNT_CLAIMED = countUpTo(2, '$1', "held = 'no' AND node IS NOT NULL");
const COUNT_PUT_OFF = countUpTo('$2', '$1', "held = 'run_at'");
