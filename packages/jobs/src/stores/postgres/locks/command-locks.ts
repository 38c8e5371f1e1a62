import { isFreeTrigger } from '../../../core/model/job-command.ts';
import type { Run } from '../../../core/model/run.ts';
import { type CommandInput, DEDUPE_MS } from '../../../core/store/store-commands.ts';
import type { LockedJob } from '../../../core/transactions/tables.ts';
import { keptRunOf } from '../../rows/run-row.ts';
import { type Queries, together } from '../connection/queries.ts';
import { findRun } from '../postgres-reads.ts';
import { rowOf } from '../rows/run-rows.ts';
import { type FirstRuns, firstRunsOf } from '../tables/live-runs.ts';
import type { Unit } from '../tables/unit.ts';
import { askForLock, lockJob, shareJob } from './job-locks.ts';

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

export async function lockKey(q: Queries, { jobId, dedupeKey }: CommandInput): Promise<void> {
  if (dedupeKey !== undefined) await q.arrays(LOCK_KEY, [DEDUPE_CLASS, `${jobId} ${dedupeKey}`]);
}

/** It may not come between a trigger in somebody's transaction and its commit. */
export function isAlone({ command: { kind } }: CommandInput): boolean {
  return kind === 'edit' || kind === 'delete';
}

const lockKindOf = (input: CommandInput) => (isAlone(input) ? 'FOR UPDATE' : 'FOR NO KEY UPDATE');

export async function lockFor(
  u: Unit,
  input: CommandInput,
  { sharing, opened }: { readonly sharing: boolean; readonly opened: OpenedCommand | undefined },
): Promise<LockedJob> {
  const { jobId } = input;
  const kind = lockKindOf(input);
  if (sharing && kind !== 'FOR UPDATE') {
    const stored = await shareJob(u, jobId);
    if (stored === undefined || isFreeTrigger(stored.job, input.command)) return { stored, isShared: true };
  }
  return { stored: await lockJob(u, jobId, { kind, answer: opened?.lock }), isShared: false };
}

export async function askForDeduped(
  q: Queries,
  { jobId, dedupeKey }: CommandInput,
): Promise<readonly unknown[]> {
  return dedupeKey === undefined ? [] : q.arrays(DEDUPED, [jobId, dedupeKey]);
}

/** The run that the key made before: live, in history, or as it was kept when its row was pruned. */
export async function dedupedIn(
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

/**
 * The first key of the advisory locks of dedupe keys: triggers with the same one come one after the other, to
 * the commit.
 */
const DEDUPE_CLASS = 1_732_584_194;
const LOCK_KEY = 'SELECT pg_advisory_xact_lock($1::integer, hashtext($2))::text AS locked';
const DEDUPED = `SELECT run_id, pruned_run, at FROM greenvue_jobs.dedupe_keys
  WHERE job_uid = (SELECT uid FROM greenvue_jobs.jobs WHERE id = $1 AND deleted_at IS NULL) AND key = $2`;
export const KEEP_DEDUPE_KEY = `INSERT INTO greenvue_jobs.dedupe_keys (job_uid, key, run_id, at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (job_uid, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, pruned_run = NULL`;
export const WRITE_AUDIT = `INSERT INTO greenvue_jobs.audit (at, actor, action, target, change)
  VALUES ($1, $2, $3, $4, $5)`;
