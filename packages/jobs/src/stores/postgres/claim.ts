import type { ClaimedRun, ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import { numberOf } from '../rows/first-column.ts';
import type { Mutable } from '../rows/run-row.ts';
import { LOOK_AGAIN_MS, readJobs } from './jobs.ts';
import { KEYS_KNOWN, versionsParam } from './type-keys.ts';
import type { Unit } from './unit.ts';

/** Claims due runs of the types, in due order: first those that start at once, then those to be held (P9, P10). */
export async function claim(u: Unit, input: ClaimInput, hasJoined: boolean): Promise<ClaimResult> {
  const versions = versionsParam(input.types);
  // A node without a row, or whose lease is over, is dead to the others: they take back what it claims, or have done so.
  const isDead = hasJoined && (await u.q.arrays(IS_ALIVE, [input.node])).length === 0;
  const asked = input.places + input.prefetch;
  const { found, taken } = isDead || asked === 0 ? NOTHING : await take(u, input, versions);
  const jobs = await readJobs(u.q, [...new Set(taken.map(jobUidOf))]);
  const indexes = new Map(jobs.map(({ uid }, index) => [uid, index]));
  const runs = taken.map((row) => {
    const job = indexes.get(jobUidOf(row));
    if (job === undefined) throw new Error(`run ${row[0]} belongs to no job`);
    return claimOf(row, job);
  });
  const nextDueAt =
    found >= FULL && found === asked
      ? u.now
      : await nextDue(u, { versions, isLocked: asked > 0 && found === 0 });
  return {
    now: u.now,
    jobs: jobs.map(({ job }) => job),
    runs,
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
  };
}

/** From so many on, a claim that gets all it asked for leaves it to the next one to see whether there are more. */
const FULL = 100;

async function nextDue(
  u: Unit,
  { versions, isLocked }: { readonly versions: string; readonly isLocked: boolean },
): Promise<number | undefined> {
  const earliest = numberOf((await u.q.arrays(EARLIEST_DUE, [versions]))[0]);
  // All that is still due is held by others, such as a node that was frozen while it claimed, or is not for a dead one.
  return isLocked && earliest !== undefined && earliest <= u.now ? u.now + LOOK_AGAIN_MS : earliest;
}

/** What a claim needs of a run, as {@link CLAIM} gives it. */
type TakenRow = readonly [
  id: number,
  fence: number,
  jobUid: number,
  failures: number,
  availableAt: number,
  isStarted: boolean,
  catchUp: boolean,
  missed: number,
  scheduledFor: number | null,
  payload: string | null,
];

interface Taken {
  /** How many were due and free: a run that was recovered before is never claimed ahead of a free place (P9). */
  readonly found: number;
  readonly taken: readonly TakenRow[];
}

const NOTHING: Taken = { found: 0, taken: [] };

async function take(u: Unit, { node, places, prefetch }: ClaimInput, versions: string): Promise<Taken> {
  const rows = await u.q.arrays(CLAIM, [versions, u.now, places + prefetch, places, node]);
  return { found: rows.length, taken: rows.filter(isTaken) };
}

function isTaken(row: unknown): row is TakenRow {
  return (row as readonly unknown[])[1] !== null;
}

function jobUidOf([, , jobUid]: TakenRow): number {
  return jobUid;
}

function claimOf(row: TakenRow, job: number): ClaimedRun {
  const [id, fence, , failures, availableAt, started, catchUp, missed, scheduledFor, payload] = row;
  const claimed: Mutable<ClaimedRun> = {
    id: String(id),
    job,
    fence,
    attempt: failures + 1,
    availableAt,
    started,
    catchUp,
    missed,
  };
  if (scheduledFor !== null) claimed.scheduledFor = scheduledFor;
  if (payload !== null) claimed.payload = payload;
  return claimed;
}

/** Held against being buried until the claim is written. */
const IS_ALIVE = `SELECT 1 FROM greenvue_jobs.nodes
  WHERE id = $1 AND lease_until > extract(epoch FROM clock_timestamp()) * 1000 FOR KEY SHARE`;
const EARLIEST_DUE = `SELECT min(next.available_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT available_at FROM greenvue_jobs.live_runs
  WHERE type_key = known.key AND held = 'no' AND node IS NULL ORDER BY available_at LIMIT 1) AS next`;
const STARTS = '(available_at, id) <= (SELECT available_at, id FROM last_to_start)';
/**
 * What is due and free, in its order, without a fence where it is not taken. Taken by where it is, since it is locked: to look
 * each up by its id costs more.
 */
const CLAIM = `WITH due AS MATERIALIZED (
    SELECT due.*, row_number() OVER (ORDER BY due.available_at, due.id) AS n
    FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      SELECT ctid AS place, id, available_at, recoveries FROM greenvue_jobs.live_runs
      WHERE type_key = known.key AND held = 'no' AND node IS NULL AND available_at <= $2::bigint
      ORDER BY available_at, id LIMIT $3::integer FOR UPDATE SKIP LOCKED) AS due
    ORDER BY n LIMIT $3::integer),
  last_to_start AS (SELECT available_at, id FROM due WHERE n <= $4::integer ORDER BY n DESC LIMIT 1),
  taken AS (
    UPDATE greenvue_jobs.live_runs SET node = $5, fence = nextval('greenvue_jobs.ids'),
      status = CASE WHEN ${STARTS} THEN 'running' ELSE 'queued' END, started_at = CASE WHEN ${STARTS} THEN $2::bigint END
    WHERE ctid = ANY(ARRAY(SELECT place FROM due WHERE n <= $4::integer OR recoveries = 0))
    RETURNING *)
  SELECT id, fence, job_uid, failures, taken.available_at, status = 'running', catch_up, missed, scheduled_for, payload
  FROM due LEFT JOIN taken USING (id) ORDER BY n`;
