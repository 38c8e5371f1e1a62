import { type LiveRuns, NO_LIVE_RUNS } from '../../../core/model/job.ts';
import type { Held, LiveRun } from '../../../core/model/run.ts';
import type { Move } from '../../../core/rules/decision.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import { LIVE_COLUMNS, liveRunOf } from '../../rows/run-row.ts';
import type { Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import { becomeDue, type Unit } from './unit.ts';

/**
 * The live runs of locked jobs, as decisions need them: a few index seeks for each job, however many runs it
 * has. Slower counts are made only on request.
 */
export async function liveRunsOf(
  u: Unit,
  uids: readonly number[],
  {
    countClaimed = false,
    countPutOff = false,
    first,
  }: {
    readonly countClaimed?: boolean;
    readonly countPutOff?: boolean;
    readonly first?: FirstRuns | undefined;
  } = {},
): Promise<ReadonlyMap<number, LiveRuns>> {
  const found = new Map<number, LiveRuns>(uids.map((uid) => [uid, NO_LIVE_RUNS]));
  if (uids.length === 0) return found;
  const counted = new Map<number, number>();
  for (const row of first ?? (await lookAt(u.q, uids)).rows) {
    const [uid, held, availableAt] = rowOf<[number, Held, number]>(row);
    if (!found.has(uid)) continue;
    counted.set(uid, (counted.get(uid) ?? 0) + 1);
    found.set(
      uid,
      withOne(found.get(uid) ?? NO_LIVE_RUNS, { held, isDue: availableAt <= u.now, availableAt }),
    );
  }
  const many = [...counted].filter(([, count]) => count >= MANY).map(([uid]) => uid);
  if (many.length > 0) {
    for (const row of await u.q.arrays(LIVE_SUMMARIES, [many, u.now])) {
      const [uid, active, waiting, paused, dueOwnRuns, nextOwnRunAt] =
        rowOf<[number, number, number, number, number, number | null]>(row);
      const isAtCap = await u.shared.liveRunCap.isReached(u.q, uid, u.now);
      const next = nextOwnRunAt === null ? {} : { nextOwnRunAt };
      const putOff = countPutOff ? { isPutOffFull: await isPutOffFull(u, uid) } : {};
      found.set(uid, { active, waiting, paused, claimed: 0, dueOwnRuns, isAtCap, ...next, ...putOff });
    }
  }
  if (!countClaimed) return found;
  for (const [uid, live] of found) {
    if (live.active === 0) continue;
    found.set(uid, { ...live, claimed: numberOf((await u.q.arrays(COUNT_CLAIMED, [uid]))[0]) ?? 0 });
  }
  return found;
}

async function isPutOffFull(u: Unit, uid: number): Promise<boolean> {
  const { maxRunsPutOff } = u.shared;
  const [count] = await u.q.arrays(COUNT_PUT_OFF, [uid, maxRunsPutOff]);
  return (numberOf(count) ?? 0) >= maxRunsPutOff;
}

function withOne(
  live: LiveRuns,
  {
    held,
    isDue,
    availableAt,
  }: { readonly held: Held; readonly isDue: boolean; readonly availableAt: number },
): LiveRuns {
  switch (held) {
    case 'no':
      return { ...live, active: live.active + 1 };
    case 'overlap':
      return { ...live, waiting: live.waiting + 1 };
    case 'pause':
      return { ...live, paused: live.paused + 1 };
    case 'run_at':
      return isDue
        ? { ...live, dueOwnRuns: live.dueOwnRuns + 1 }
        : { ...live, nextOwnRunAt: Math.min(live.nextOwnRunAt ?? availableAt, availableAt) };
    default:
      return held satisfies never;
  }
}

/** Some live runs of jobs, read while those were locked. */
export type FirstRuns = readonly unknown[];

/** {@link FirstRuns} of these jobs. */
export interface LookedAt {
  readonly uids: readonly number[];
  readonly rows: FirstRuns;
}

/** Asks for them, right after the statement that locks the jobs. */
export async function lookAt(q: Queries, uids: readonly number[]): Promise<LookedAt> {
  return { uids, rows: uids.length === 0 ? [] : await q.arrays(FIRST_OF_EACH, [uids]) };
}

/** Asks for {@link FirstRuns} of the job that has this id now, right after the statement that locks it. */
export function firstRunsOf(q: Queries, jobId: string): Promise<FirstRuns> {
  return q.arrays(FIRST_OF_ID, [jobId]);
}

export async function deleteLiveRuns(u: Unit, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const deleted = await u.q.run(DELETE_LIVE, [ids]);
  if (deleted !== ids.length) throw new Error(`${ids.length - deleted} runs are not live`);
}

export async function findLiveRun(q: Queries, runId: number): Promise<LiveRun | undefined> {
  const [row] = await q.arrays(LIVE_RUN, [runId]);
  return row === undefined ? undefined : liveRunOf(row);
}

/** A live run, locked; its job has to be locked before. */
export async function lockLiveRun(u: Unit, runId: number): Promise<LiveRun | undefined> {
  const [row] = await u.q.arrays(LOCK_LIVE_RUN, [runId]);
  return row === undefined ? undefined : liveRunOf(row);
}

/** All live runs of a locked job, oldest first; with `ownRuns`, those whose own `run_at` is to come, too. */
export async function lockLiveRunsOf(
  u: Unit,
  jobUid: number,
  { ownRuns }: { readonly ownRuns: boolean },
): Promise<LiveRun[]> {
  return (await u.q.arrays(LOCK_LIVE_RUNS_OF_JOB, [jobUid, ownRuns])).map(liveRunOf);
}

/** Makes what waits for a later instant than `after` due now; returns how many can be claimed. */
export async function makeAllDue(u: Unit, jobUid: number, after: number): Promise<number> {
  const held = (await u.q.arrays(MAKE_ALL_DUE, [u.now, jobUid, after])).map((row) => rowOf<[Held]>(row)[0]);
  becomeDue(u, 'runs', [u.now]);
  return held.filter((one) => one === 'no').length;
}

/** Moves waiting runs from one kind of waiting to another; returns how many became due at or before now. */
export async function moveRuns(u: Unit, jobUid: number, move: Move): Promise<number> {
  let left = move.limit ?? Number.MAX_SAFE_INTEGER;
  let due = 0;
  for (const from of move.from) {
    const dueBy = move.dueBy ?? Number.MAX_SAFE_INTEGER;
    const { asked, at } = askedOf(move);
    const moved = numbersIn(await u.q.arrays(MOVE, [move.to, jobUid, from, dueBy, asked, at, left]));
    left -= moved.length;
    if (move.to === 'no') {
      becomeDue(u, 'runs', moved);
      due += moved.filter((availableAt) => availableAt <= u.now).length;
    }
    if (left <= 0) break;
  }
  return due;
}

function askedOf({ asked }: Move): { readonly asked: string; readonly at: number } {
  if (asked === undefined) return { asked: 'any', at: 0 };
  return 'since' in asked ? { asked: 'since', at: asked.since } : { asked: 'before', at: asked.before };
}

/** With so many live runs of a job they are counted where they lie; with fewer they are read. */
export const MANY = 4;
const firstOf = (jobs: string) => `SELECT job.uid, first.held, first.available_at FROM ${jobs}
  CROSS JOIN LATERAL (SELECT held, available_at FROM greenvue_jobs.live_runs WHERE job_uid = job.uid LIMIT ${MANY}) AS first`;
const FIRST_OF_EACH = firstOf('unnest($1::bigint[]) AS job (uid)');
const FIRST_OF_ID = firstOf(
  '(SELECT uid FROM greenvue_jobs.jobs WHERE id = $1 AND deleted_at IS NULL) AS job',
);

/** Each column has a name of its own, here and in all statements that may run in a caller's transaction. */
const countTo2 = (held: string, more = '') =>
  `(SELECT count(*) FROM (SELECT FROM greenvue_jobs.live_runs
    WHERE job_uid = job.uid AND held = '${held}' ${more} LIMIT 2) AS counted) AS held_${held}`;
const LIVE_SUMMARIES = `SELECT job.uid, ${countTo2('no')}, ${countTo2('overlap')}, ${countTo2('pause')},
  ${countTo2('run_at', 'AND available_at <= $2::bigint')},
  (SELECT min(available_at) FROM greenvue_jobs.live_runs
    WHERE job_uid = job.uid AND held = 'run_at' AND available_at > $2::bigint) AS next_own
  FROM unnest($1::bigint[]) AS job (uid)`;
const COUNT_CLAIMED = `SELECT count(*) FROM (SELECT FROM greenvue_jobs.live_runs
  WHERE job_uid = $1 AND held = 'no' AND node IS NOT NULL LIMIT 2) AS counted`;

const COUNT_PUT_OFF = `SELECT count(*) FROM (SELECT FROM greenvue_jobs.live_runs
  WHERE job_uid = $1 AND held = 'run_at' LIMIT $2) AS counted`;

const DELETE_LIVE = 'DELETE FROM greenvue_jobs.live_runs WHERE id = ANY($1::bigint[])';
const LIVE_RUN = `SELECT ${LIVE_COLUMNS} FROM greenvue_jobs.live_runs WHERE id = $1`;
const LOCK_LIVE_RUN = `${LIVE_RUN} FOR UPDATE`;
const LOCK_LIVE_RUNS_OF_JOB = `SELECT ${LIVE_COLUMNS} FROM greenvue_jobs.live_runs
  WHERE job_uid = $1 AND (held <> 'run_at' OR $2::boolean) ORDER BY id FOR UPDATE`;

const MAKE_ALL_DUE = `UPDATE greenvue_jobs.live_runs SET available_at = $1::bigint
  WHERE job_uid = $2 AND held <> 'run_at' AND node IS NULL AND available_at > $3::bigint RETURNING held`;
const ASKED = `(trigger = 'manual' AND queued_at >= $6::bigint)`;
const MOVE = `UPDATE greenvue_jobs.live_runs SET held = $1 WHERE id = ANY(ARRAY(
  SELECT id FROM greenvue_jobs.live_runs
  WHERE job_uid = $2 AND held = $3 AND available_at <= $4::bigint AND node IS NULL
    AND CASE $5::text WHEN 'any' THEN true WHEN 'since' THEN ${ASKED} ELSE NOT ${ASKED} END
  ORDER BY available_at, id LIMIT $7::bigint FOR UPDATE))
  RETURNING available_at`;
