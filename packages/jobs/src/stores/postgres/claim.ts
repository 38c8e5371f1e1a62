import type { Mutable } from '../../core/objects.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { isAlive } from './insert-claimed.ts';
import { HELD_AGAIN_MS } from './jobs.ts';
import { SELECT_VARYING } from './known-jobs.ts';
import { earlierOf, type Seen, seeing, seenIn } from './low-water.ts';
import { KEYS_KNOWN, versionsParam } from './type-keys.ts';
import type { Unit } from './unit.ts';

/**
 * Claims runs of the types, in due order: first those that start at once, then those to be held (P9, P10). A node that has
 * joined takes nothing while it has no row, or its lease is over: it is dead to the others, who take back what it claims.
 */
export async function claim(u: Unit, input: ClaimInput, hasJoined: boolean): Promise<ClaimResult> {
  const versions = versionsParam(input.types);
  const asked = input.places + input.prefetch;
  const isAsked = asked + (input.ahead?.runs ?? 0) > 0;
  const look = await u.shared.due.runs.look(u.now, async (from) =>
    seenIn((await u.q.arrays(SEE_EARLIEST, [versions, from]))[0]),
  );
  const how = { versions, hasJoined, from: look.from };
  const taken = isAsked ? await take(u, input, how) : NOTHING;
  const { found } = taken;
  const due = taken.availableAts.filter((availableAt) => availableAt <= u.now);
  const isFull = found >= FULL && found === asked && due.length === found;
  const uids = [...new Set(taken.jobUids)];
  const { jobs, seen } = await lookAfter(u, uids, isFull && !look.mustSee ? undefined : how);
  // They come in due order.
  const reached = found < asked ? u.now : due.at(-1);
  u.onceWritten.push(() => look.done(reached, seen));
  const earliest = seen?.earliest;
  const runs = claimsOf(taken, new Map(jobs.map(({ uid }, index) => [uid, index])));
  // All that is still due is held by others, such as a node that was frozen while it claimed, or is not for a dead one.
  const isHeld = asked > 0 && found === 0 && earliest !== undefined && earliest <= u.now;
  const nextDueAt = isFull ? u.now : earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
  return {
    now: u.now,
    jobs: jobs.map(({ job }) => job),
    runs,
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
  };
}

/** From so many on, a claim that gets all it asked for leaves it to the next one to see whether there are more. */
const FULL = 100;

interface How {
  readonly versions: string;
  readonly hasJoined: boolean;
  readonly from: number;
}

/** The jobs of what was claimed, and with `how` when the earliest run that was not is due. */
async function lookAfter(
  u: Unit,
  uids: readonly number[],
  how: How | undefined,
): Promise<{ readonly jobs: readonly StoredJob[]; readonly seen: Seen | undefined }> {
  const rows =
    how === undefined
      ? await u.q.objects(READ_JOBS, [uids])
      : await u.q.objects(SEE_EARLIEST_AND_JOBS, [how.versions, how.from, uids]);
  const seen = how === undefined ? undefined : seenIn(Object.values(rows[0] as object));
  return { jobs: uids.length === 0 ? [] : await u.shared.known.complete(u.q, rows), seen };
}

/** What was claimed, in due order, as {@link CLAIM} gives it: a column each, since a row each costs several times as much. */
interface Taken {
  /** How many were due already and free: a run that was recovered before is never claimed ahead of a free place (P9). */
  readonly found: number;
  /** So many of them, the first ones, start at once. */
  readonly started: number;
  readonly ids: readonly number[];
  readonly fences: readonly number[];
  readonly jobUids: readonly number[];
  readonly failures: readonly number[];
  readonly availableAts: readonly number[];
  readonly catchUps: readonly number[];
  readonly missed: readonly number[];
  readonly slots: readonly (number | null)[];
  /** By id, of those that have one. */
  readonly payloads: TextsById;
  readonly traces: TextsById;
}

type TextsById = Readonly<Record<string, string>>;

type Column<Value = number> = readonly Value[] | null;
type TakenRow = readonly [
  found: number,
  started: number,
  ids: Column,
  fences: Column,
  jobUids: Column,
  failures: Column,
  availableAts: Column,
  catchUps: Column,
  missed: Column,
  slots: Column<number | null>,
  payloads: TextsById | null,
  traces: TextsById | null,
];

const NOT_AHEAD = { ms: 0, runs: 0 };

const NOTHING = takenOf([0, 0, null, null, null, null, null, null, null, null, null, null]);

async function take(
  u: Unit,
  { node, places, prefetch, ahead = NOT_AHEAD }: ClaimInput,
  { versions, hasJoined, from }: How,
): Promise<Taken> {
  const [row] = await u.q.arrays(CLAIM, [
    versions,
    u.now,
    u.now + ahead.ms,
    places,
    places + prefetch,
    ahead.runs,
    node,
    hasJoined,
    from,
  ]);
  return takenOf(row as TakenRow);
}

function takenOf(row: TakenRow): Taken {
  const [found, started, ids, fences, jobUids, failures, availableAts, catchUps, missed, slots, ...texts] =
    row;
  const [payloads, traces] = texts;
  return {
    found,
    started,
    ids: ids ?? [],
    fences: fences ?? [],
    jobUids: jobUids ?? [],
    failures: failures ?? [],
    availableAts: availableAts ?? [],
    catchUps: catchUps ?? [],
    missed: missed ?? [],
    slots: slots ?? [],
    payloads: payloads ?? {},
    traces: traces ?? {},
  };
}

/** `jobs`: where in the claim's jobs each is, by uid. */
function claimsOf(taken: Taken, jobs: ReadonlyMap<number, number>): ClaimedRun[] {
  return taken.ids.map((id, n) => {
    const job = jobs.get(at(taken.jobUids, n));
    if (job === undefined) throw new Error(`run ${id} belongs to no job`);
    const claimed: Mutable<ClaimedRun> = {
      id: String(id),
      job,
      fence: at(taken.fences, n),
      attempt: at(taken.failures, n) + 1,
      availableAt: at(taken.availableAts, n),
      started: n < taken.started,
      catchUp: at(taken.catchUps, n) !== 0,
      missed: at(taken.missed, n),
    };
    const scheduledFor = at(taken.slots, n);
    if (scheduledFor !== null) claimed.scheduledFor = scheduledFor;
    const payload = taken.payloads[claimed.id];
    if (payload !== undefined) claimed.payload = payload;
    const trace = taken.traces[claimed.id];
    if (trace !== undefined) claimed.trace = trace;
    return claimed;
  });
}

function at<Value>(column: readonly Value[], n: number): Value {
  const value = column[n];
  if (value === undefined) throw new Error('a column of the claim is too short');
  return value;
}

const READ_JOBS = `${SELECT_VARYING} WHERE uid = ANY($1::bigint[])`;
/** The earliest run that nobody has claimed; parameters: what {@link versionsParam} gives, and where the look begins. */
export const EARLIEST = `SELECT min(next.available_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT available_at FROM greenvue_jobs.live_runs
  WHERE type_key = known.key AND held = 'no' AND node IS NULL AND available_at >= $2::bigint
  ORDER BY available_at LIMIT 1) AS next`;
const SEE_EARLIEST = `SELECT ${seeing(EARLIEST)}`;
/** In one, since both are asked for after nearly every claim. */
const SEE_EARLIEST_AND_JOBS = `SELECT looked.*, varying.* FROM (${SEE_EARLIEST}) AS looked
  LEFT JOIN (${SELECT_VARYING} WHERE uid = ANY($3::bigint[])) AS varying ON true`;
const FREE = `SELECT ctid AS place, id, available_at, recoveries FROM greenvue_jobs.live_runs
      WHERE type_key = known.key AND held = 'no' AND node IS NULL AND (NOT $8::boolean OR EXISTS (SELECT FROM alive))`;
const STARTS = '(available_at, id) <= (SELECT available_at, id FROM last_to_start)';
/** What is taken, and how many were found due. Taken by where they are, since they are locked: to look each up by its id costs more. */
const CLAIM = `WITH alive AS MATERIALIZED (${isAlive('$7')}),
  due AS MATERIALIZED (
    SELECT due.*, row_number() OVER (ORDER BY due.available_at, due.id) AS n
    FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      ${FREE} AND available_at >= $9::bigint AND available_at <= $2::bigint
      ORDER BY available_at, id LIMIT $5::integer FOR UPDATE SKIP LOCKED) AS due
    ORDER BY n LIMIT $5::integer),
  coming AS MATERIALIZED (
    SELECT coming.place FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      ${FREE} AND available_at > $2::bigint AND available_at <= $3::bigint AND recoveries = 0
      ORDER BY available_at, id LIMIT $6::integer FOR UPDATE SKIP LOCKED) AS coming
    ORDER BY coming.available_at, coming.id LIMIT $6::integer),
  last_to_start AS (SELECT available_at, id FROM due WHERE n <= $4::integer ORDER BY n DESC LIMIT 1),
  taken AS (
    UPDATE greenvue_jobs.live_runs SET node = $7, fence = nextval('greenvue_jobs.ids'),
      status = CASE WHEN ${STARTS} THEN 'running' ELSE 'queued' END, started_at = CASE WHEN ${STARTS} THEN $2::bigint END
    WHERE ctid = ANY(ARRAY(
      SELECT place FROM due WHERE n <= $4::integer OR recoveries = 0 UNION ALL SELECT place FROM coming))
    RETURNING *)
  SELECT (SELECT count(*) FROM due), count(*) FILTER (WHERE status = 'running'), array_agg(id), array_agg(fence),
    array_agg(job_uid), array_agg(failures), array_agg(available_at), array_agg(catch_up::integer::bigint), array_agg(missed),
    array_agg(scheduled_for), json_object_agg(id, payload) FILTER (WHERE payload IS NOT NULL),
    json_object_agg(id, trace) FILTER (WHERE trace IS NOT NULL)
  FROM (SELECT * FROM taken ORDER BY available_at, id) AS taken`;
