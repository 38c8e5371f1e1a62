import type { FinishedRun, FinishedStatus, LiveRun } from '../../../core/model/run.ts';
import { queuedOf } from '../../../core/rules/decision.ts';
import { dueAtOf } from '../../../core/rules/run-measures.ts';
import { skippedOf } from '../../../core/rules/settle.ts';
import type { ClaimResult } from '../../../core/store/store-passes.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { lockedJob, type RunToQueue, withClaim } from '../../../core/transactions/unit-of-work.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { hourOf } from '../../rows/hours.ts';
import { JOB_COLUMNS, paramsOf } from '../../rows/jobs/job-row.ts';
import { finishedParams } from '../../rows/runs/run-row.ts';
import { columnsOf } from '../connection/queries.ts';
import { keysOfRuns, lookAtKeys } from '../limits/group-keys.ts';
import { runRead } from '../postgres-reads.ts';
import { type StateUpdate, stateUpdateOf, UPDATE_JOB } from '../rows/job-rows.ts';
import type { RowsStatement } from '../rows/rows-statement.ts';
import { FINISHED_WIDTH, INSERT_FINISHED, INSERT_LIVE, newRunParams } from '../rows/run-rows.ts';
import { keyOfRun } from '../rows/type-keys.ts';
import { shardAt } from '../shortcuts/hour-count-shards.ts';
import { insertClaimed, type LastClaimant, mayClaim } from '../shortcuts/make-claimed.ts';
import { UPSTREAMS } from '../upstream-statements.ts';
import { becomeDue, type Moved, nextIds, type Unit } from './unit.ts';

/**
 * Writes all collected changes. The run that the claimant may claim is written last, and may end the
 * transaction. Returns its claim, if no other run comes first.
 */
export async function writeUnit(u: Unit, claimant?: LastClaimant): Promise<ClaimResult | undefined> {
  const toClaim = claimant && takeClaimable(u, claimant);
  const queued = await writeRest(u);
  if (queued.length > 0) addMadeRuns(u, queued, await u.q.arrays(...insertLive(u, queued)));
  if (claimant === undefined || toClaim === undefined) return undefined;
  const { run, claimed } = await insertClaimed(u, toClaim, claimant);
  addQueued(u, run, toClaim.job);
  return claimed;
}

/**
 * {@link writeUnit} that does not wait for the answer. When a later statement is answered, call the returned
 * function: it adds the made runs to the unit.
 */
export async function writeUnitUnanswered(u: Unit): Promise<() => void> {
  const queued = await writeRest(u);
  if (queued.length === 0) return () => undefined;
  const rows = await u.q.writeFor(...insertLive(u, queued));
  return () => addMadeRuns(u, queued, rows());
}

/** Writes everything except the queued runs, and returns these. */
async function writeRest(u: Unit): Promise<QueuedRun[]> {
  const toMake = u.toMake.splice(0);
  const claimed = toMake.filter((one) => one.kind === 'queue' && one.claim !== undefined).length;
  await reserveIds(u, toMake.length + claimed - u.ids.length);
  const ids = u.ids.splice(0, toMake.length);
  const fences = u.ids.splice(0, claimed);
  const skipped: FinishedRun[] = [];
  const queued: QueuedRun[] = [];
  for (const [n, one] of toMake.entries()) {
    const at = { id: String(ids[n]), jobUid: one.job.job.uid, now: u.now };
    if (one.kind === 'skip') skipped.push(skippedOf(one.skip, at));
    else {
      const fence = one.claim && fences.shift();
      const typeKey = keyOfRun(u.shared.types, one.run, one.job);
      queued.push({ run: withClaim(queuedOf(one.run, at), one, fence), job: one.job, typeKey });
    }
  }
  u.finished.push(...skipped);
  const finished = [...u.ended.splice(0), ...skipped];
  if (finished.length > 0)
    await u.q.write(INSERT_FINISHED, columnsOf(finished.map(finishedParams), FINISHED_WIDTH));
  const links = [...skipped, ...queued.map(({ run }) => run)].flatMap(
    ({ id: runId, triggeredBy: upstream }) => (upstream === undefined ? [] : [{ runId, upstream }]),
  );
  if (links.length > 0) await runRead(u.q, UPSTREAMS.linkRuns(links));
  await countInHours(u, finished, u.moved.splice(0));
  await writeJobs(u);
  return u.limits.size === 0 ? queued : putInGroups(u, queued);
}

/** Gives runs of types with limits the keys of their groups (P29, limits and priority). */
async function putInGroups(u: Unit, runs: readonly QueuedRun[]): Promise<QueuedRun[]> {
  const keys = await keysOfRuns(
    u,
    runs.map(({ run, job: { job }, typeKey }) => ({
      type: job.type,
      typeKey,
      payload: run.payload ?? job.payload,
    })),
  );
  const placed = runs.map((one, n) => ({ ...one, typeKey: keys[n] ?? one.typeKey }));
  await lookAtKeys(
    u,
    placed.flatMap(({ run, typeKey: key }, n) =>
      run.held === 'no' ? [{ key, typeKey: runs[n]?.typeKey ?? key, at: run.availableAt }] : [],
    ),
  );
  return placed;
}

/** Only if it is the only new run: with several, the order is not known. */
function takeClaimable(u: Unit, claimant: LastClaimant): RunToQueue | undefined {
  const [one, ...others] = u.toMake;
  if (one?.kind !== 'queue' || others.length > 0 || !mayClaim(u, claimant, one.run, one.job))
    return undefined;
  u.toMake.pop();
  return one;
}

function addQueued(u: Unit, run: LiveRun, { job, uid }: StoredJob): void {
  u.queued.push(run);
  if (job.overlap === 'allow') u.shared.liveRunCap.countRun(uid);
}

/** Draws the ids for a `writeUnit` in advance, in parallel with other reads. Unused ids are lost. */
export async function reserveIds(u: Unit, count: number): Promise<void> {
  if (count > 0) u.ids.push(...(await nextIds(u.q, count)));
}

async function countInHours(
  u: Unit,
  finished: readonly FinishedRun[],
  moved: readonly Moved[],
): Promise<void> {
  if (finished.length + moved.length === 0) return;
  const counts = new Map<string, { hour: number; status: FinishedStatus; count: number }>();
  for (const { status, finishedAt } of [...finished, ...moved.map(({ end }) => end)]) {
    const hour = hourOf(finishedAt);
    const key = `${hour} ${status}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { hour, status, count: 1 });
    else known.count += 1;
  }
  const rows = [...counts.values()].map(({ hour, status, count }) => [hour, status, count] as const);
  const { due, shard: own, counts: durations } = u.shared;
  // If looks are slow, a snapshot is keeping dead rows.
  const isRotating = due.jobs.isSlow || due.runs.isSlow;
  await u.q.write(ADD_TO_HOURS, [...columnsOf(rows, 3), shardAt(u.now, { own, isRotating })]);
  u.onceWritten.push(() => {
    for (const run of finished) durations.add(lockedJob(u, Number(run.jobUid)).job, run, dueAtOf(run));
    for (const { jobUid, end, dueAt } of moved) durations.add(lockedJob(u, jobUid).job, end, dueAt);
  });
}

interface QueuedRun {
  readonly run: LiveRun;
  readonly job: StoredJob;
  readonly typeKey: number;
}

function insertLive(u: Unit, runs: readonly QueuedRun[]): ReturnType<RowsStatement> {
  const rows = runs.map(({ run, typeKey }) => newRunParams(run, typeKey));
  const free = runs.filter(({ run }) => run.claim === undefined);
  const instants = free.map(({ run }) => run.availableAt);
  becomeDue(u, 'runs', instants);
  const node = runs.find(({ run }) => run.claim !== undefined)?.run.claim?.node ?? null;
  return INSERT_LIVE(rows, node);
}

/** `ids`: the ids of the runs that were made. */
function addMadeRuns(u: Unit, runs: readonly QueuedRun[], ids: readonly unknown[]): void {
  const made = new Set(numbersIn(ids));
  for (const { run, job } of runs) if (made.has(Number(run.id))) addQueued(u, run, job);
}

/** Writes the jobs with unwritten changes. */
export async function writeJobs(u: Unit): Promise<void> {
  const states = new Map<StateUpdate, StoredJob[]>();
  const woken: number[] = [];
  for (const [uid, before] of u.unsaved) {
    const after = lockedJob(u, uid);
    const { wakeAt } = after.job;
    const isSame = wakeAt === before.job.wakeAt && after.typeKey === before.typeKey;
    if (wakeAt !== undefined && !isSame) woken.push(wakeAt);
    if (after.job.version === before.job.version) {
      const update = stateUpdateOf(before, after);
      const jobs = states.get(update);
      if (jobs === undefined) states.set(update, [after]);
      else jobs.push(after);
    } else await u.q.write(UPDATE_JOB, [...paramsOf(JOB_COLUMNS, after), uid]);
  }
  u.unsaved.clear();
  becomeDue(u, 'jobs', woken);
  for (const [{ statement, params }, jobs] of states) await u.q.write(...statement(jobs.map(params)));
}

const ADD_TO_HOURS = `INSERT INTO greenvue_jobs.hour_counts AS old (hour, status, count, shard)
  SELECT *, $4::integer FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS new (hour, status, count)
  ORDER BY hour, status
  ON CONFLICT (hour, status, shard) DO UPDATE SET count = old.count + excluded.count`;
