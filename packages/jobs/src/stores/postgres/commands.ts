import {
  asksForClaimed,
  asksForPutOff,
  commandJob,
  isFreeTrigger,
  isPlainTrigger,
} from '../../core/commands.ts';
import type { Run } from '../../core/run.ts';
import {
  type AuditEntry,
  type CancelRequest,
  type CommandInput,
  type CommandResult,
  DEDUPE_MS,
  MAX_TOLD,
} from '../../core/store-commands.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { keptRunOf } from '../rows/run-row.ts';
import { applyDecision, cancelLiveRuns } from './apply.ts';
import { flush } from './flush.ts';
import type { Claimant } from './insert-claimed.ts';
import { askForLock, lockJob, shareJob } from './jobs.ts';
import { type FirstRuns, firstRunsOf, liveRunsOfOne } from './live-runs.ts';
import { type Queries, together } from './queries.ts';
import { findRun } from './read-runs.ts';
import { rowOf } from './run-rows.ts';
import { rememberTriggered } from './trigger-at-once.ts';
import { lockedJob, saveJob, type Unit } from './unit.ts';

/** What a command on a job has to know before all else. */
export interface OpenedCommand {
  readonly lock: readonly unknown[];
  readonly firstRuns: FirstRuns;
  readonly deduped: readonly unknown[];
}

/** Asks for all of it at once, each under the locks before it. */
export async function openCommand(q: Queries, input: CommandInput): Promise<OpenedCommand> {
  const [, lock, firstRuns, deduped] = await together([
    lockKey(q, input),
    askForLock(q, input.jobId, lockKindOf(input)),
    firstRunsOf(q, input.jobId),
    askForDeduped(q, input),
  ]);
  return { lock, firstRuns, deduped };
}

async function lockKey(q: Queries, { jobId, dedupeKey }: CommandInput): Promise<void> {
  if (dedupeKey !== undefined) await q.arrays(LOCK_KEY, [DEDUPE_CLASS, `${jobId} ${dedupeKey}`]);
}

/** It may not come between a trigger in somebody's transaction and its commit. */
export function isAlone({ command: { kind } }: CommandInput): boolean {
  return kind === 'edit' || kind === 'delete';
}

const lockKindOf = (input: CommandInput) => (isAlone(input) ? 'FOR UPDATE' : 'FOR NO KEY UPDATE');

export interface HowToCommand {
  /** A free trigger takes the job from nobody; for statements that see what was committed before them. */
  readonly sharing?: boolean;
  readonly claimant?: Claimant | undefined;
  /** Absent: it is asked for now. */
  readonly opened?: OpenedCommand | undefined;
}

/**
 * The key of the type of an edit's definition has to be ensured before. With a `claimant` the transaction may
 * end here.
 */
export async function command(
  u: Unit,
  input: CommandInput,
  { sharing = false, claimant, opened }: HowToCommand = {},
): Promise<CommandResult> {
  const { dedupeKey } = input;
  if (opened === undefined) await lockKey(u.q, input);
  const { stored, isFree } = await lockFor(u, input, { sharing, opened });
  if (stored === undefined) return { kind: 'absent' };
  const { job, uid } = stored;
  const { ifUid = job.uid, ifVersion = job.version } = input;
  if (ifUid !== job.uid || ifVersion !== job.version) return { kind: 'stale', version: job.version };
  // Where there was no job to lock at first, what was read then was read before there was a lock on this one.
  const seen = opened?.lock.length === 0 ? undefined : opened;
  const run = await dedupedIn(u, input, seen?.deduped ?? (await askForDeduped(u.q, input)));
  if (run !== undefined) return { kind: 'duplicate', run, job };

  const countClaimed = asksForClaimed(job, input.command);
  const countPutOff = asksForPutOff(input.command);
  const first = seen === undefined ? {} : { first: seen.firstRuns };
  const live = await liveRunsOfOne(u, uid, { countClaimed, countPutOff, ...first });
  const outcome = commandJob(job, live, input.command, u.now);
  if (!outcome.ok) return { kind: 'refused', refusal: outcome };
  if (!outcome.changed) {
    return { kind: 'done', changed: false, job, queued: [], finished: [], cancelRequests: [] };
  }
  const { decision } = outcome;
  await applyDecision(u, stored, isFree ? { ...decision, job } : decision);
  // Whoever looks at an older state of the database must not take this room as well: a changed row tells them
  // (SQLSTATE 40001). Where runs may overlap there is none to be taken.
  const takesRoom = input.command.kind === 'trigger' && !isFreeTrigger(job, input.command);
  if (takesRoom) saveJob(u, { ...lockedJob(u, uid) });
  const cancelRequests: CancelRequest[] =
    decision.cancelLive === undefined ? [] : await cancelLiveRuns(u, uid, decision.cancelLive);
  await writeAudit(u, input.audit, input.jobId);
  // The key is written with the id of its run, after it.
  const claimed = await flush(u, claimant && { ...claimant, commits: dedupeKey === undefined });
  if (claimed !== undefined && opened !== undefined && isPlainTrigger(job, input.command))
    rememberTriggered(u, stored, opened);
  const made = u.queued.at(-1);
  if (dedupeKey !== undefined && made !== undefined) {
    await u.q.write(KEEP_DEDUPE_KEY, [uid, dedupeKey, Number(made.id), u.now]);
  }
  const { queued } = u;
  const finished = u.finished.slice(0, MAX_TOLD);
  const { job: after } = lockedJob(u, uid);
  return {
    kind: 'done',
    changed: true,
    job: after,
    queued,
    finished,
    cancelRequests,
    ...(claimed === undefined ? {} : { claimed }),
  };
}

interface Lock {
  readonly stored: StoredJob | undefined;
  /** The row is only shared: it is not for this transaction to change. */
  readonly isFree: boolean;
}

async function lockFor(
  u: Unit,
  input: CommandInput,
  { sharing, opened }: Pick<HowToCommand, 'sharing' | 'opened'>,
): Promise<Lock> {
  const { jobId } = input;
  const kind = lockKindOf(input);
  if (sharing && kind !== 'FOR UPDATE') {
    const stored = await shareJob(u, jobId);
    if (stored === undefined || isFreeTrigger(stored.job, input.command)) return { stored, isFree: true };
  }
  return { stored: await lockJob(u, jobId, { kind, answer: opened?.lock }), isFree: false };
}

async function askForDeduped(q: Queries, { jobId, dedupeKey }: CommandInput): Promise<readonly unknown[]> {
  return dedupeKey === undefined ? [] : q.arrays(DEDUPED, [jobId, dedupeKey]);
}

/** The run that the key made before: live, in history, or as it was kept when its row was pruned. */
async function dedupedIn(
  u: Unit,
  input: CommandInput,
  [row]: readonly unknown[],
  isLast = false,
): Promise<Run | undefined> {
  if (row === undefined) return undefined;
  const [runId, prunedRun, at] = rowOf<[number, string | null, number]>(row);
  if (at <= u.now - DEDUPE_MS) return undefined;
  if (prunedRun !== null) return keptRunOf(prunedRun);
  const run = await findRun(u.q, String(runId));
  if (run !== undefined || isLast) return run;
  // A job that is only shared may be pruned between the two looks: its run is with the key now.
  return dedupedIn(u, input, await askForDeduped(u.q, input), true);
}

/** Part of the transaction of the change it tells of. */
export async function writeAudit(u: Unit, audit: AuditEntry | undefined, target: string): Promise<void> {
  if (audit === undefined) return;
  await u.q.write(WRITE_AUDIT, [u.now, audit.actor, audit.action, target, audit.change]);
}

/**
 * The first key of the advisory locks of dedupe keys: triggers with the same one come one after the other, to
 * the commit.
 */
const DEDUPE_CLASS = 1_732_584_194;
const LOCK_KEY = 'SELECT pg_advisory_xact_lock($1::integer, hashtext($2))::text AS locked';
const DEDUPED = `SELECT run_id, pruned_run, at FROM greenvue_jobs.dedupe_keys
  WHERE job_uid = (SELECT uid FROM greenvue_jobs.jobs WHERE id = $1 AND deleted_at IS NULL) AND key = $2`;
const KEEP_DEDUPE_KEY = `INSERT INTO greenvue_jobs.dedupe_keys (job_uid, key, run_id, at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (job_uid, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, pruned_run = NULL`;
const WRITE_AUDIT = `INSERT INTO greenvue_jobs.audit (at, actor, action, target, change)
  VALUES ($1, $2, $3, $4, $5)`;
