import { BoundedMap } from '../../bounded-map.ts';
import { commandJob, isFreeTrigger } from '../../core/commands.ts';
import type { NewRun } from '../../core/decision.ts';
import { NO_LIVE_RUNS } from '../../core/job.ts';
import type { CommandInput, CommandResult } from '../../core/store-commands.ts';
import { claimedRunOf } from '../rows/claimed-run.ts';
import { type FixedJob, jobInState, type StoredJob, VARYING_COLUMNS } from '../rows/job-row.ts';
import { newRun } from './flush.ts';
import { type Claimant, INTO_LIVE, isAlive, mayClaim, nothingDue } from './insert-claimed.ts';
import { MANY } from './live-runs.ts';
import { TOOK_MS } from './low-water.ts';
import type { Queries } from './queries.ts';
import { rowOf } from './run-rows.ts';
import { keyOfRun, versionsParam } from './type-keys.ts';
import type { Shared, Unit } from './unit.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const BYTES_OF_ONE = 2_000;

/** A job as a trigger that was claimed at once has found it. */
export interface Triggered {
  readonly stored: StoredJob;
  readonly fixed: FixedJob;
}

export function createTriggered(): Shared['triggered'] {
  return new BoundedMap({
    maxBytes: MAX_BYTES,
    bytesOf: ({ fixed }) => BYTES_OF_ONE + 2 * fixed.payload.length,
  });
}

/** What a trigger makes, if its job is still as the last one found it. */
export interface Guess extends Triggered {
  readonly run: NewRun;
}

/**
 * A free trigger decides by nothing but the job's definition, so that one of a job that was triggered here before need not read anything
 * first: what it makes is known. At `now`, which need not be exact.
 */
export function guessOf(
  shared: Shared,
  { jobId, command, dedupeKey, ifUid, ifVersion }: CommandInput,
  claimant: Pick<Claimant, 'types'>,
  now: number,
): Guess | undefined {
  const triggered = shared.triggered.get(jobId);
  if (triggered === undefined || dedupeKey !== undefined) return undefined;
  const { stored } = triggered;
  const { job } = stored;
  if ((ifUid ?? job.uid) !== job.uid || (ifVersion ?? job.version) !== job.version) return undefined;
  if (!isFreeTrigger(job, command)) return undefined;
  const outcome = commandJob(job, NO_LIVE_RUNS, command, now);
  const [run, ...others] = outcome.ok ? outcome.decision.queue : [];
  if (run === undefined || others.length > 0) return undefined;
  return mayClaim({ now, shared }, claimant, run, stored) ? { ...triggered, run } : undefined;
}

/** Makes the run, claims it, writes its entry in the audit and commits, in one round trip; nothing of it where the guess is wrong. */
export function makeAtOnce(
  q: Queries,
  { stored, run }: Guess,
  how: {
    readonly shared: Shared;
    readonly claimant: Omit<Claimant, 'commits'>;
    readonly audit: CommandInput['audit'];
    /** Absent: the database's time. */
    readonly at: number | undefined;
  },
): Promise<readonly unknown[]> {
  const { shared, audit, at } = how;
  const { node, types, hasJoined } = how.claimant;
  const { job, uid } = stored;
  return q.commitWith(MAKE_AT_ONCE, [
    versionsParam(types),
    uid,
    keyOfRun(shared.types, run, stored),
    run.payload ?? null,
    run.retryOf === undefined ? null : Number(run.retryOf),
    at ?? null,
    node,
    hasJoined,
    run.trace ?? null,
    job.version,
    job.updatedAt,
    audit?.actor ?? null,
    audit?.action ?? null,
    job.id,
    audit?.change ?? null,
  ]);
}

/** What came of it, once it is written. Absent: the guess was wrong, or something else comes first; nothing was made. */
export function madeAtOnce(
  { shared }: Pick<Unit, 'shared'>,
  { fixed, run: guessed }: Guess,
  [row]: readonly unknown[],
): CommandResult | undefined {
  if (row === undefined) return undefined;
  const [id, fence, now, tookMs, ...varying] =
    rowOf<[number, number, number, number, ...(string | null)[]]>(row);
  shared.due.runs.seenElsewhere(tookMs);
  const { job, uid } = jobInState(fixed, {
    uid: Number(fixed.uid),
    ...Object.fromEntries(VARYING_COLUMNS.map((column, n) => [column, varying[n]])),
  });
  shared.crowds.grew(uid);
  const run = newRun({ ...guessed, availableAt: now }, { id: String(id), jobUid: job.uid, now });
  const claimed = { now, jobs: [job], runs: [claimedRunOf(run, { job: 0, fence, started: true })] };
  return { kind: 'done', changed: true, job, queued: [run], finished: [], cancelRequests: [], claimed };
}

/** The job is shared, so that no edit and no deletion comes between. With fewer than {@link MANY} live runs it is not crowded. */
const MAKE_AT_ONCE = `WITH job AS MATERIALIZED (SELECT ${VARYING_COLUMNS.join(', ')} FROM greenvue_jobs.jobs
    WHERE uid = $2::bigint AND deleted_at IS NULL AND version = $10::integer AND updated_at = $11::bigint FOR KEY SHARE),
  alive AS MATERIALIZED (${isAlive('$7')}),
  at AS MATERIALIZED (
    SELECT coalesce($6::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now FROM job),
  made AS MATERIALIZED (
    SELECT nextval('greenvue_jobs.ids') AS id, nextval('greenvue_jobs.ids') AS fence, now, ${TOOK_MS} AS took_ms FROM at
    WHERE (NOT $8::boolean OR EXISTS (SELECT FROM alive)) AND ${nothingDue('at.now')} AND (SELECT count(*)
      FROM (SELECT FROM greenvue_jobs.live_runs WHERE job_uid = $2::bigint LIMIT ${MANY}) AS live) < ${MANY}),
  told AS (INSERT INTO greenvue_jobs.audit (actor, action, target, change, at)
    SELECT $12::text, $13::text, $14::text, $15::text, now FROM made WHERE $13::text IS NOT NULL),
  live AS (${INTO_LIVE} SELECT id, $2::bigint, $3::integer, 'manual', false, 0, $4::text, $5::bigint, now, 'no',
    now, fence, $7, 'running', now, $9::text FROM made)
  SELECT made.*, job.* FROM made CROSS JOIN job`;
