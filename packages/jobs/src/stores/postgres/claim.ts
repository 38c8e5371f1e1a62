import type { ClaimedRun, ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import { numberOf } from '../rows/first-column.ts';
import type { Mutable } from '../rows/run-row.ts';
import { LOOK_AGAIN_MS, readJobs } from './jobs.ts';
import { rowOf } from './run-rows.ts';
import { KEYS_KNOWN, versionsParam } from './type-keys.ts';
import type { Unit } from './unit.ts';

/** Claims due runs of the types, in due order: first those that start at once, then those to be held (P9, P10). */
export async function claim(u: Unit, input: ClaimInput, hasJoined: boolean): Promise<ClaimResult> {
  const versions = versionsParam(input.types);
  // A node without a row, or whose lease is over, is dead to the others: they take back what it claims, or have done so.
  const isDead = hasJoined && (await u.q.arrays(IS_ALIVE, [input.node])).length === 0;
  const asked = input.places + input.prefetch;
  const limit = isDead ? 0 : asked;
  const due = limit > 0 ? (await u.q.arrays(LOCK_DUE_RUNS, [versions, u.now, limit])).map(dueRunOf) : [];
  const { starting, held } = chosen(due, input);
  const taken = [...starting, ...held];
  const fences = await take(u, input.node, { taken, starting: starting.length });
  const jobs = await readJobs(u.q, [...new Set(taken.map(({ jobUid }) => jobUid))]);
  const indexes = new Map(jobs.map(({ uid }, index) => [uid, index]));
  const runs = taken.map((run, n) => {
    const job = indexes.get(run.jobUid);
    const fence = fences.get(run.id);
    if (job === undefined || fence === undefined) throw new Error(`run ${run.id} belongs to no job`);
    return claimOf(run, { job, fence, started: n < starting.length });
  });
  const earliest = numberOf((await u.q.arrays(EARLIEST_DUE, [versions]))[0]);
  // All that is still due is held by others, such as a node that was frozen while it claimed, or is not for a dead one.
  const isHeld = asked > 0 && due.length === 0 && earliest !== undefined && earliest <= u.now;
  const nextDueAt = isHeld ? u.now + LOOK_AGAIN_MS : earliest;
  return {
    now: u.now,
    jobs: jobs.map(({ job }) => job),
    runs,
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
  };
}

/** What a claim needs of a due run: columns {@link DUE_COLUMNS}, in the order in which they are read. */
interface DueRun {
  readonly id: number;
  readonly jobUid: number;
  readonly scheduledFor: number | null;
  readonly payload: string | null;
  readonly catchUp: boolean;
  readonly missed: number;
  readonly availableAt: number;
  readonly failures: number;
  readonly recoveries: number;
}

function dueRunOf(row: unknown): DueRun {
  const [id, jobUid, scheduledFor, payload, catchUp, missed, availableAt, failures, recoveries] =
    rowOf<[number, number, number | null, string | null, boolean, number, number, number, number]>(row);
  return { id, jobUid, scheduledFor, payload, catchUp, missed, availableAt, failures, recoveries };
}

/** A run that was recovered before is never claimed ahead of a free place (P9). */
function chosen(
  due: readonly DueRun[],
  { places, prefetch }: ClaimInput,
): { readonly starting: readonly DueRun[]; readonly held: readonly DueRun[] } {
  const rest = due.slice(places).filter(({ recoveries }) => recoveries === 0);
  return { starting: due.slice(0, places), held: rest.slice(0, prefetch) };
}

/** Writes the claims, the first `starting` of them as started. Returns their fences, by the runs' ids. */
async function take(
  u: Unit,
  node: string,
  { taken, starting }: { readonly taken: readonly DueRun[]; readonly starting: number },
): Promise<ReadonlyMap<number, number>> {
  if (taken.length === 0) return new Map();
  const rows = await u.q.arrays(CLAIM, [node, taken.map(({ id }) => id), starting, u.now]);
  return new Map(rows.map((row) => rowOf<[number, number]>(row)));
}

function claimOf(
  run: DueRun,
  { job, fence, started }: { readonly job: number; readonly fence: number; readonly started: boolean },
): ClaimedRun {
  const { availableAt, catchUp, missed } = run;
  const claimed: Mutable<ClaimedRun> = {
    id: String(run.id),
    job,
    fence,
    attempt: run.failures + 1,
    availableAt,
    started,
    catchUp,
    missed,
  };
  if (run.scheduledFor !== null) claimed.scheduledFor = run.scheduledFor;
  if (run.payload !== null) claimed.payload = run.payload;
  return claimed;
}

/** Held against being buried until the claim is written. */
const IS_ALIVE = `SELECT 1 FROM greenvue_jobs.nodes
  WHERE id = $1 AND lease_until > extract(epoch FROM clock_timestamp()) * 1000 FOR KEY SHARE`;
const DUE_COLUMNS =
  'id, job_uid, scheduled_for, payload, catch_up, missed, available_at, failures, recoveries';
const LOCK_DUE_RUNS = `SELECT due.* FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
    SELECT ${DUE_COLUMNS} FROM greenvue_jobs.live_runs
    WHERE type_key = known.key AND held = 'no' AND node IS NULL AND available_at <= $2::bigint
    ORDER BY available_at, id LIMIT $3::integer FOR UPDATE SKIP LOCKED) AS due
  ORDER BY due.available_at, due.id LIMIT $3::integer`;
const EARLIEST_DUE = `SELECT min(next.available_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT available_at FROM greenvue_jobs.live_runs
  WHERE type_key = known.key AND held = 'no' AND node IS NULL ORDER BY available_at LIMIT 1) AS next`;
const CLAIM = `UPDATE greenvue_jobs.live_runs SET node = $1, fence = nextval('greenvue_jobs.ids'),
    status = CASE WHEN n <= $3 THEN 'running' ELSE 'queued' END, started_at = CASE WHEN n <= $3 THEN $4::bigint END
  FROM unnest($2::bigint[]) WITH ORDINALITY AS taken (run_id, n)
  WHERE live_runs.id = taken.run_id RETURNING live_runs.id, live_runs.fence`;
