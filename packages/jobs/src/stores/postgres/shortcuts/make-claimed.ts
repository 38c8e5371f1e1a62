import type { Job } from '../../../core/model/job.ts';
import type { LiveRun } from '../../../core/model/run.ts';
import { canRun } from '../../../core/nodes/membership.ts';
import { type NewRun, queuedOf } from '../../../core/rules/decision.ts';
import type { ClaimInput, ClaimResult } from '../../../core/store/store-passes.ts';
import { claimedRunOf } from '../../../core/transactions/claim.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { RunToQueue } from '../../../core/transactions/unit-of-work.ts';
import { FREE } from '../claims/priority-claims.ts';
import { rowOf } from '../rows/run-rows.ts';
import { KEYS_KNOWN, keyOfRun, versionsParam } from '../rows/type-keys.ts';
import { becomeDue, type Unit } from '../tables/unit.ts';
import { TOOK_MS } from './due-index-floor.ts';

/**
 * The node that claims the run that a command makes, if the run starts at once. With `hasJoined`, the node
 * may claim only while its lease lasts.
 */
export interface Claimant extends Pick<ClaimInput, 'node' | 'types'> {
  readonly hasJoined: boolean;
}

export interface LastClaimant extends Claimant {
  /** Nothing is written after the run, so the transaction ends with it. */
  readonly commits: boolean;
}

/** Whether the run may be made as claimed. No, if the check that nothing else is due takes long. */
export function mayClaim(
  u: Pick<Unit, 'now' | 'shared'>,
  { types }: Pick<Claimant, 'types'>,
  run: NewRun,
  { job }: StoredJob,
): boolean {
  const isPlain = run.trigger === 'manual' && run.scheduledFor === undefined;
  const isDue = run.held === 'no' && run.availableAt === u.now && run.expiresAt === undefined;
  // A claim of its group decides about a run of a type with limits.
  const isFree = isPlain && isDue && !u.shared.limits.byType.has(job.type);
  return isFree && canRun(types, job, run) && !u.shared.due.runs.isSlow;
}

/** A new run and its claim. */
export interface MadeRun {
  readonly run: LiveRun;
  /**
   * Absent if another run is due that the claimant can run, because it comes first. Also absent if the other
   * nodes treat the claimant as dead.
   */
  readonly claimed: ClaimResult | undefined;
}

/** Makes a run as claimed: one statement instead of three, and one version of the row. */
export async function insertClaimed(
  u: Unit,
  { run, job: stored }: RunToQueue,
  { node, types, hasJoined, commits }: LastClaimant,
): Promise<MadeRun> {
  // For the case that the run is not claimed, which is known only after the write.
  becomeDue(u, 'runs', [run.availableAt]);
  const [row] = await u.q[commits ? 'commitWith' : 'arrays'](INSERT_CLAIMED, [
    versionsParam(types),
    stored.uid,
    keyOfRun(u.shared.types, run, stored),
    run.payload ?? null,
    run.retryOf === undefined ? null : Number(run.retryOf),
    u.now,
    node,
    hasJoined,
    run.trace ?? null,
    run.requestedBy ?? null,
  ]);
  const [id, fence, tookMs] = rowOf<[number, number | null, number]>(row);
  const made = queuedOf(run, { id: String(id), jobUid: stored.job.uid, now: u.now });
  if (fence === null) return { run: made, claimed: undefined };
  // Only in this case, the look went to the end.
  u.shared.due.runs.noteDuration(tookMs);
  return { run: made, claimed: claimOfOne(made, stored.job, fence) };
}

/** The claim of one run that was made claimed. */
export function claimOfOne(run: LiveRun, job: Job, fence: number): ClaimResult {
  return { now: run.queuedAt, jobs: [job], runs: [claimedRunOf(run, { job: 0, fence, started: true })] };
}

/** The row lock prevents the removal of the node until the claim is written. */
export const isAlive = (node: string): string => `SELECT FROM greenvue_jobs.nodes
    WHERE id = ${node} AND lease_until > extract(epoch FROM clock_timestamp()) * 1000 FOR KEY SHARE`;
/** Of the types of `$1`. Ignores suspects, which start by other rules. */
export const nothingDue = (by: string): string => `NOT EXISTS (
    SELECT FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (SELECT FROM greenvue_jobs.live_runs
      WHERE type_key = known.key AND ${FREE} AND available_at <= ${by} LIMIT 1) AS due)`;
export const INTO_LIVE = `INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, payload,
    retry_of, queued_at, held, available_at, fence, node, status, started_at, trace, requested_by)`;
const INSERT_CLAIMED = `WITH alive AS MATERIALIZED (${isAlive('$7')}),
  made AS (SELECT nextval('greenvue_jobs.ids') AS id,
    CASE WHEN (NOT $8::boolean OR EXISTS (SELECT FROM alive)) AND ${nothingDue('$6::bigint')}
      THEN nextval('greenvue_jobs.ids') END AS fence, ${TOOK_MS} AS took_ms)
  ${INTO_LIVE}
  SELECT id, $2::bigint, $3::integer, 'manual', false, 0, $4::text, $5::bigint, $6::bigint, 'no',
    $6::bigint, fence, CASE WHEN fence IS NOT NULL THEN $7 END, CASE WHEN fence IS NULL THEN 'queued' ELSE 'running' END,
    CASE WHEN fence IS NOT NULL THEN $6::bigint END, $9::text, $10::text
  FROM made RETURNING id, fence, (SELECT took_ms FROM made)`;
