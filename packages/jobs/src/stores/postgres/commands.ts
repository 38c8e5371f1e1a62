import { commandJob, createJob } from '../../core/commands.ts';
import type { Job } from '../../core/job.ts';
import type { Run } from '../../core/run.ts';
import {
  type AuditEntry,
  type CancelRequest,
  type CommandInput,
  type CommandResult,
  type InsertOutcome,
  type JobStore,
  MAX_TOLD,
} from '../../core/store.ts';
import { applyDecision, cancelLiveRuns } from './apply.ts';
import { INSERT_JOB, jobParams, type StoredJob } from './job-rows.ts';
import { lockJob } from './jobs.ts';
import { liveRunsOfOne, needsClaimed } from './live-runs.ts';
import { findRun } from './read-runs.ts';
import { keptRunOf, numberOf, rowOf } from './run-rows.ts';
import { flush, lockedJob, type Unit } from './unit.ts';

/** A dedupe key answers for so long (P15). */
export const DEDUPE_MS = 24 * 3_600_000;

/** The key of the definition's type has to be ensured before. */
export async function insertJob(
  u: Unit,
  { definition, by, audit }: Parameters<JobStore['insertJob']>[0],
): Promise<InsertOutcome> {
  const uid = numberOf((await u.q.arrays(NEXT_UID))[0]);
  if (uid === undefined) throw new Error('there is no next id');
  const made = { uid: String(uid), now: u.now, ...(by === undefined ? {} : { by }) };
  const outcome = createJob(definition, made);
  if (!outcome.ok) {
    const [taken] = await u.q.arrays(JOB_EXISTS, [definition.id]);
    return taken === undefined ? { kind: 'refused', refusal: outcome } : { kind: 'exists' };
  }
  const { job } = outcome.decision;
  const typeKey = u.shared.types.get(job.type, job.typeVersion);
  const stored = { job, uid, typeKey, finishedCount: 0, skippedCount: 0 };
  if ((await u.q.run(INSERT_JOB, [...jobParams(stored), uid])) === 0) return { kind: 'exists' };
  await writeAudit(u, audit, definition.id);
  return { kind: 'created', job };
}

/** The key of the type of an edit's definition has to be ensured before. */
export async function command(u: Unit, input: CommandInput): Promise<CommandResult> {
  const stored = await lockJob(u, input.jobId);
  if (stored === undefined) return { kind: 'absent' };
  const { job, uid } = stored;
  const { ifUid = job.uid, ifVersion = job.version, dedupeKey } = input;
  if (ifUid !== job.uid || ifVersion !== job.version) return { kind: 'stale', version: job.version };
  const first = dedupeKey === undefined ? undefined : await findDeduped(u, stored, dedupeKey);
  if (first !== undefined) return { kind: 'duplicate', run: first };

  const live = await liveRunsOfOne(u, uid, asksForClaimed(job, input));
  const outcome = commandJob(job, live, input.command, u.now);
  if (!outcome.ok) return { kind: 'refused', refusal: outcome };
  if (!outcome.changed) {
    return { kind: 'done', changed: false, job, queued: [], finished: [], cancelRequests: [] };
  }
  const { decision } = outcome;
  await applyDecision(u, stored, decision);
  const cancelRequests: CancelRequest[] =
    decision.cancelLive === undefined ? [] : await cancelLiveRuns(u, uid, decision.cancelLive);
  await flush(u);
  const made = u.queued.at(-1);
  if (dedupeKey !== undefined && made !== undefined) {
    await u.q.run(KEEP_DEDUPE_KEY, [uid, dedupeKey, Number(made.id), u.now]);
  }
  await writeAudit(u, input.audit, input.jobId);
  const { queued } = u;
  const finished = u.finished.slice(0, MAX_TOLD);
  return { kind: 'done', changed: true, job: lockedJob(u, uid).job, queued, finished, cancelRequests };
}

function asksForClaimed(job: Job, { command: { kind, ...rest } }: CommandInput): boolean {
  return kind === 'edit' && 'definition' in rest && needsClaimed(job, rest.definition.overlap);
}

/** The run that the key made before: live, in history, or as it was kept when its row was pruned. */
async function findDeduped(u: Unit, stored: StoredJob, key: string): Promise<Run | undefined> {
  const [row] = await u.q.arrays(DEDUPED, [stored.uid, key, u.now - DEDUPE_MS]);
  if (row === undefined) return undefined;
  const [runId, prunedRun] = rowOf<[number, string | null]>(row);
  return prunedRun === null ? findRun(u.q, String(runId)) : keptRunOf(prunedRun);
}

/** Part of the transaction of the change it tells of. */
export async function writeAudit(u: Unit, audit: AuditEntry | undefined, target: string): Promise<void> {
  if (audit === undefined) return;
  await u.q.run(WRITE_AUDIT, [u.now, audit.actor, audit.action, target, audit.change]);
}

const NEXT_UID = "SELECT nextval('greenvue_jobs.ids')";
const JOB_EXISTS = 'SELECT 1 FROM greenvue_jobs.jobs WHERE id = $1 AND deleted_at IS NULL';
const DEDUPED = `SELECT run_id, pruned_run FROM greenvue_jobs.dedupe_keys
  WHERE job_uid = $1 AND key = $2 AND at > $3`;
const KEEP_DEDUPE_KEY = `INSERT INTO greenvue_jobs.dedupe_keys (job_uid, key, run_id, at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (job_uid, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, pruned_run = NULL`;
const WRITE_AUDIT = `INSERT INTO greenvue_jobs.audit (at, actor, action, target, change)
  VALUES ($1, $2, $3, $4, $5)`;
