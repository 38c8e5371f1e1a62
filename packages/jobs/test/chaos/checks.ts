import { UNSOUND } from '../postgres/soundness.ts';
import type { Ask } from './admin.ts';
import type { Cluster } from './cluster.ts';
import type { Injury, Unaware } from './injury.ts';

/** What the checks remember from one check to the next. */
export interface Marks {
  /** The last check verified all runs up to this id; the next one deletes them. */
  verifiedUpTo: number;
  /** Recoveries that an earlier check has seen. */
  readonly recoveries: Set<string>;
  /** What earlier injuries excuse, while their rows are still in the database. */
  readonly unaware: Unaware[];
}

export const createMarks = (): Marks => ({ verifiedUpTo: 0, recoveries: new Set(), unaware: [] });

/**
 * Describes each violation in the database and the ledger after a fault. Reads the tables directly, on one
 * snapshot, so that no code of the store is involved.
 */
export async function violations(cluster: Cluster, injury: Injury, marks: Marks): Promise<string[]> {
  await cluster.admin.rows(MARK_GIVEN_UP, columnsOf(cluster));
  await cluster.admin.rows(MARK_KILLED, [
    cluster.seen.killed.map(({ life }) => life),
    cluster.seen.killed.map(({ at }) => at),
  ]);
  marks.unaware.push(...(injury.unaware ?? []));
  // Before the snapshot, which would not contain later acknowledgements.
  const acknowledged = [...cluster.seen.acknowledged];
  const found = await cluster.admin.snapshot(async (ask) => [
    ...(await asked(
      ask,
      SLOTS,
      [],
      (row) =>
        `${row.id}: slot ${row.upto} covers from ${row.since}, after ${row.before}; last taken ${row.last}`,
    )),
    ...(await asked(
      ask,
      UNCOVERED,
      [],
      (row) => `${row.id}: slots up to ${row.last} were taken, and are covered up to ${row.upto}`,
    )),
    ...(await asked(ask, UNSOUND, [], (row) => `${row.which} ${row.what}`)),
    ...(await asked(ask, STOPPED, [], (row) => `${row.id}: neither a next run nor a live one`)),
    ...(await asked(
      ask,
      STUCK,
      [runningTypes(cluster)],
      (row) => `${row.id}: its slot ${row.next} is due, and no node took it`,
    )),
    ...(await asked(ask, TWO_ROWS, [], (row) => `run ${row.id} is both live and finished`)),
    ...(await asked(
      ask,
      NO_ROOM,
      [],
      (row) => `${row.id}: ${row.active} active and ${row.waiting} waiting under ${row.overlap}`,
    )),
    ...(await asked(
      ask,
      NO_EFFECT,
      [],
      (row) => `run ${row.id} succeeded by claim ${row.fence}, which is not in the ledger`,
    )),
    ...(await asked(
      ask,
      TWO_CLAIMS,
      [],
      (row) =>
        `run ${row.id} was settled by claim ${row.settled}, and claim ${row.fence} ran it on ${row.node}`,
    )),
    ...(await asked(
      ask,
      NOT_SUCCEEDED,
      [],
      (row) => `run ${row.id} ${row.status} (${row.reason}) ${row.errors}`,
    )),
    ...(await asked(ask, LOST_RUNS, [acknowledged], (row) => `run ${row.id} was acknowledged, and is gone`)),
    ...(await overlappingHandlers(ask, marks.unaware)),
    ...(await recoveriesOfLiveNodes(ask, injury, marks)),
  ]);
  return [...cluster.seen.faults.splice(0), ...takenForDead(cluster, injury), ...found];
}

/**
 * Returns the acknowledged runs that have not succeeded yet, and forgets the others. All of them must succeed
 * in the end.
 */
export async function unfinished({ admin, seen }: Cluster, runIds: readonly string[]): Promise<string[]> {
  const done = await admin.rows<{ id: number }>(SUCCEEDED, [runIds]);
  for (const { id } of done) seen.acknowledged.delete(String(id));
  return runIds.filter((runId) => seen.acknowledged.has(runId));
}

/**
 * Deletes the runs that the previous check verified, and remembers the last one. Returns how many it deleted.
 */
export async function forget({ admin, seen }: Cluster, marks: Marks): Promise<number> {
  const upTo = [marks.verifiedUpTo];
  const [first] = await admin.rows<{ id: number | null }>(FIRST_LIVE);
  await admin.rows(VERIFY, upTo);
  const [forgotten] = await admin.rows<{ runs: number }>(FORGET_RUNS, upTo);
  await admin.rows(FORGET_LEDGER, upTo);
  marks.verifiedUpTo = Math.max((first?.id ?? 0) - 1, marks.verifiedUpTo);
  const old = Date.now() - FORGET_AFTER_MS;
  seen.gaveUp.splice(0, seen.gaveUp.length, ...seen.gaveUp.filter(({ at }) => at > old));
  return forgotten?.runs ?? 0;
}

/**
 * Rows of ended handlers are kept this long, because the row of a handler's start can arrive after its end.
 */
const FORGET_AFTER_MS = 300_000;

type Row = Readonly<Record<string, unknown>>;

/** The most violations of one kind in a report. */
const MOST = 10;

async function asked(
  ask: Ask,
  sql: string,
  params: readonly unknown[],
  inWords: (row: Row) => string,
): Promise<string[]> {
  const rows = await ask<Row>(sql, params);
  const more = rows.length > MOST ? [`… and ${rows.length - MOST} more like the last one`] : [];
  return [...rows.slice(0, MOST).map(inWords), ...more];
}

/**
 * P7, overlap: two handlers of a job under `skip` never run at the same time, unless the node of the older
 * claim cannot know that it has lost the claim.
 */
async function overlappingHandlers(ask: Ask, unaware: readonly Unaware[]): Promise<string[]> {
  const rows = await ask<Overlap>(BESIDE);
  const isExcused = ({ node, from, until }: Overlap) =>
    unaware.some((each) => each.life === node && each.from <= from && until <= each.until);
  return rows
    .filter((row) => !isExcused(row))
    .slice(0, MOST)
    .map(
      (row) =>
        `${row.job_id}: run ${row.run_id} (claim ${row.fence} on ${row.node}) ran beside run ${row.other_run} (claim ${row.other_fence} on ${row.other_node}) from ${row.from} to ${row.until}`,
    );
}

interface Overlap {
  readonly job_id: string;
  readonly run_id: number;
  readonly fence: number;
  /** The node of the older claim. */
  readonly node: string;
  readonly other_run: number;
  readonly other_fence: number;
  readonly other_node: string;
  readonly from: number;
  readonly until: number;
}

/** Claims that were taken back from a node that was alive and reachable. */
async function recoveriesOfLiveNodes(ask: Ask, { mayBeDead = [] }: Injury, marks: Marks): Promise<string[]> {
  const rows = await ask<{ id: number; recoveries: number; nodes: string[] }>(RECOVERED);
  const fresh = rows.filter(({ id, recoveries }) => !marks.recoveries.has(`${id} ${recoveries}`));
  for (const { id, recoveries } of fresh) marks.recoveries.add(`${id} ${recoveries}`);
  // A claim that was lost before its handler began is not in the ledger: any dead node explains it.
  const isExcused = (nodes: readonly string[]) =>
    mayBeDead.length > 0 && (nodes.length === 0 || nodes.some((node) => mayBeDead.includes(node)));
  return fresh
    .filter(({ nodes }) => !isExcused(nodes))
    .slice(0, MOST)
    .map(
      ({ id, nodes }) =>
        `run ${id} was taken from a node that was not gone (${nodes.join(', ') || 'not begun'})`,
    );
}

function takenForDead({ seen }: Cluster, { mayBeDead = [] }: Injury): string[] {
  return seen.lost
    .splice(0)
    .filter(({ life }) => !mayBeDead.includes(life))
    .map(({ life, at }) => `${life} lived, and lost its lease at ${new Date(at).toISOString()}`);
}

function columnsOf({ seen }: Cluster): unknown[] {
  // These stay: the row of a start can arrive after its handler has ended.
  return [
    seen.gaveUp.map(({ runId }) => runId),
    seen.gaveUp.map(({ fence }) => fence),
    seen.gaveUp.map(({ at }) => at),
  ];
}

function runningTypes({ build }: Cluster): readonly string[] {
  return build.types;
}

const GRID = `kind = 'interval' AND mode = 'fixed_rate' AND deleted_at IS NULL`;
const TAKEN = `SELECT job_uid, id, scheduled_for AS upto, coalesce(missed_from, scheduled_for) AS since
    FROM greenvue_jobs.live_runs WHERE scheduled_for IS NOT NULL
  UNION ALL SELECT job_uid, id, scheduled_for, coalesce(missed_from, scheduled_for)
    FROM greenvue_jobs.runs WHERE scheduled_for IS NOT NULL`;
/**
 * P5, one run per slot; P6, catch-up: from the last verified slot to the last slot taken, the rows of a job
 * cover each slot exactly once.
 */
const SLOTS = `SELECT jobs.id, upto, since, before, jobs.last_slot_at AS last FROM (
    SELECT taken.*, coalesce(lag(taken.upto) OVER rows_of_job, verified.upto) AS before,
      lead(taken.upto) OVER rows_of_job IS NULL AS is_last
    FROM (${TAKEN}) AS taken JOIN chaos.verified USING (job_uid)
    WINDOW rows_of_job AS (PARTITION BY job_uid ORDER BY taken.upto, id)) AS tiles
  JOIN greenvue_jobs.jobs ON jobs.uid = job_uid
  WHERE ${GRID} AND (since <> before + every_ms OR (is_last AND upto <> last_slot_at))`;
const UNCOVERED = `SELECT jobs.id, verified.upto, last_slot_at AS last FROM greenvue_jobs.jobs
  JOIN chaos.verified ON job_uid = uid
  WHERE ${GRID} AND last_slot_at > verified.upto AND uid NOT IN (SELECT job_uid FROM (${TAKEN}) AS taken)`;
/** P4, stored next run. */
const STOPPED = `SELECT id FROM greenvue_jobs.jobs
  WHERE status = 'active' AND kind <> 'on_demand' AND deleted_at IS NULL AND next_run_at IS NULL
    AND NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE job_uid = jobs.uid)`;
/**
 * P4, stored next run: each due slot is taken. Exceptions: slots behind a live run under catch-up \`all\`,
 * and types without a node.
 */
const STUCK = `SELECT jobs.id, next_run_at AS next FROM greenvue_jobs.jobs JOIN greenvue_jobs.job_types ON key = type_key
  WHERE status = 'active' AND deleted_at IS NULL AND type = ANY($1::text[])
    AND next_run_at < extract(epoch FROM now()) * 1000 - 5000
    AND NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE job_uid = jobs.uid)`;
const TWO_ROWS = 'SELECT id FROM greenvue_jobs.live_runs WHERE id IN (SELECT id FROM greenvue_jobs.runs)';
/** P7, overlap, in the rows: no more active runs than the limit, and no run waits while there is room. */
const NO_ROOM = `SELECT * FROM (
    SELECT jobs.id, overlap, count(*) FILTER (WHERE held = 'no') AS active, count(*) FILTER (WHERE held = 'overlap') AS waiting
    FROM greenvue_jobs.live_runs JOIN greenvue_jobs.jobs ON jobs.uid = job_uid WHERE overlap <> 'allow'
    GROUP BY jobs.uid) AS rooms
  WHERE active > 1 OR waiting > (CASE overlap WHEN 'queue' THEN 1 ELSE 0 END) OR (waiting > 0 AND active = 0)`;
const SETTLED_BY = `(result::jsonb ->> 'fence')::bigint`;
const NO_EFFECT = `SELECT id, ${SETTLED_BY} AS fence FROM greenvue_jobs.runs
  WHERE status = 'succeeded' AND NOT EXISTS (SELECT FROM chaos.ledger
    WHERE run_id = runs.id AND fence = ${SETTLED_BY} AND ended_at IS NOT NULL)`;
/** P10, fence: no handler runs with a newer claim than the one that settled the run. */
const TWO_CLAIMS = `SELECT id, ${SETTLED_BY} AS settled, fence, ledger.node FROM greenvue_jobs.runs
  JOIN chaos.ledger ON run_id = id WHERE status = 'succeeded' AND fence > ${SETTLED_BY}`;
/** No handler of the load fails, and no run is given up. Skipped slots have rows of their own. */
const NOT_SUCCEEDED = `SELECT id, status, reason, errors FROM greenvue_jobs.runs WHERE status IN ('failed', 'cancelled')`;
const LOST_RUNS = `SELECT id FROM unnest($1::bigint[]) AS acknowledged (id)
  WHERE NOT EXISTS (SELECT FROM greenvue_jobs.runs WHERE runs.id = acknowledged.id)
    AND NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE live_runs.id = acknowledged.id)`;
const SUCCEEDED = `SELECT id FROM greenvue_jobs.runs WHERE id = ANY($1::bigint[]) AND status = 'succeeded'`;
/** With the nodes on which an earlier claim of the run had begun. */
const RECOVERED = `SELECT id, recoveries, coalesce((SELECT array_agg(node) FROM chaos.ledger WHERE run_id = id
    AND fence < (SELECT max(fence) FROM chaos.ledger WHERE run_id = id)), '{}') AS nodes
  FROM (SELECT id, recoveries FROM greenvue_jobs.runs WHERE recoveries > 0
    UNION ALL SELECT id, recoveries FROM greenvue_jobs.live_runs WHERE recoveries > 0) AS recovered`;

/**
 * When a handler ended: by its own row, by a message of its process, or with its process. Otherwise it still
 * runs.
 */
const SPAN = `SELECT run_id, fence, ledger.job_id, node, started_at, least(ended_at, gave_up_at,
    CASE WHEN ended_at IS NULL AND gave_up_at IS NULL THEN extract(epoch FROM now()) * 1000 END) AS ended_at
  FROM chaos.ledger JOIN greenvue_jobs.jobs ON jobs.id = ledger.job_id WHERE overlap = 'skip'`;
const BESIDE = `WITH spans AS MATERIALIZED (${SPAN})
  SELECT a.job_id, a.run_id, a.fence, a.node, b.run_id AS other_run, b.fence AS other_fence, b.node AS other_node,
    greatest(a.started_at, b.started_at) AS from, least(a.ended_at, b.ended_at) AS until
  FROM spans AS a JOIN spans AS b ON a.job_id = b.job_id AND a.fence < b.fence
  WHERE a.started_at < b.ended_at AND b.started_at < a.ended_at
    AND a.ended_at > a.started_at AND b.ended_at > b.started_at`;

const MARK_GIVEN_UP = `UPDATE chaos.ledger SET gave_up_at = told.at
  FROM unnest($1::bigint[], $2::bigint[], $3::double precision[]) AS told (run_id, fence, at)
  WHERE ledger.run_id = told.run_id AND ledger.fence = told.fence AND gave_up_at IS NULL`;
const MARK_KILLED = `UPDATE chaos.ledger SET gave_up_at = killed.at
  FROM unnest($1::text[], $2::double precision[]) AS killed (life, at)
  WHERE ledger.node = killed.life AND ended_at IS NULL AND gave_up_at IS NULL`;

const FIRST_LIVE = `SELECT coalesce((SELECT min(id) FROM greenvue_jobs.live_runs),
  (SELECT max(id) + 1 FROM greenvue_jobs.runs)) AS id`;
const VERIFY = `UPDATE chaos.verified SET upto = gone.upto FROM (
    SELECT job_uid, max(scheduled_for) AS upto FROM greenvue_jobs.runs WHERE id <= $1::bigint AND scheduled_for IS NOT NULL
    GROUP BY job_uid) AS gone
  WHERE verified.job_uid = gone.job_uid`;
const FORGET_RUNS = `WITH forgotten AS (DELETE FROM greenvue_jobs.runs WHERE id <= $1::bigint RETURNING id)
  SELECT count(*) AS runs FROM forgotten`;
const FORGET_LEDGER = 'DELETE FROM chaos.ledger WHERE run_id <= $1::bigint';
