import { asksForClaimed, asksForPutOff, commandJob, createJob } from '../../core/commands.ts';
import type { Run } from '../../core/run.ts';
import type { JobStore } from '../../core/store.ts';
import {
  type AuditEntry,
  type CommandInput,
  type CommandResult,
  DEDUPE_MS,
  type InsertOutcome,
  MAX_TOLD,
} from '../../core/store-commands.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { keptRunOf } from '../rows/run-row.ts';
import { applyDecision } from './apply.ts';
import { claimMade, shareOf } from './claim-made.ts';
import { findFinishedRun } from './history.ts';
import { findLiveRun, liveRunsOf } from './live-runs.ts';
import { dedupedOf } from './run-rows.ts';
import type { Writer } from './writer.ts';

export function insertJob(
  w: Writer,
  input: Parameters<JobStore['insertJob']>[0],
  now: number,
): InsertOutcome {
  const { definition, by, trace, audit } = input;
  if (w.jobs.find(definition.id) !== undefined) return { kind: 'exists' };
  const uid = w.ids.next(now);
  const outcome = createJob(definition, { uid: String(uid), now, by, trace });
  if (!outcome.ok) return { kind: 'refused', refusal: outcome };
  const { job } = outcome.decision;
  const typeKey = w.types.keyOf(job.type, job.typeVersion);
  w.jobs.insert({ job, uid, typeKey, finishedCount: 0, skippedCount: 0 });
  writeAudit(w, audit, definition.id, now);
  return { kind: 'created', job };
}

export function command(w: Writer, input: CommandInput, now: number): CommandResult {
  const stored = w.jobs.find(input.jobId);
  if (stored === undefined) return { kind: 'absent' };
  const { job } = stored;
  const { ifUid = job.uid, ifVersion = job.version } = input;
  if (ifUid !== job.uid || ifVersion !== job.version) {
    return { kind: 'stale', version: job.version };
  }
  const first = input.dedupeKey === undefined ? undefined : findDeduped(w, stored, input.dedupeKey, now);
  if (first !== undefined) return { kind: 'duplicate', run: first, job };

  const live = liveRunsOf(w, stored.uid, now, {
    claimed: asksForClaimed(job, input.command),
    putOff: asksForPutOff(input.command),
  });
  const outcome = commandJob(job, live, input.command, now);
  if (!outcome.ok) return { kind: 'refused', refusal: outcome };
  if (!outcome.changed) {
    return { kind: 'done', changed: false, job, queued: [], finished: [], cancelRequests: [] };
  }
  // Other commands may change what is due besides.
  const isTrigger = input.command.kind === 'trigger';
  const share = isTrigger && input.claim ? shareOf(w, input.claim, [outcome.decision], now) : undefined;
  const applied = applyDecision(w, stored, outcome.decision, { now, share });
  const { queued, cancelRequests } = applied;
  const finished = applied.finished.slice(0, MAX_TOLD);
  const made = queued.at(-1);
  if (input.dedupeKey !== undefined && made !== undefined) {
    w.db.write(KEEP_DEDUPE_KEY, stored.uid, input.dedupeKey, Number(made.id), now);
  }
  writeAudit(w, input.audit, input.jobId, now);
  const claimed = input.claim === undefined ? {} : { claimed: claimMade(w, input.claim, share, now) };
  return {
    kind: 'done',
    changed: true,
    job: applied.stored.job,
    queued,
    finished,
    cancelRequests,
    ...claimed,
  };
}

/** The run that the key made before: live, in history, or as it was kept when its row was pruned. */
function findDeduped(w: Writer, stored: StoredJob, key: string, now: number): Run | undefined {
  const row = w.db.statement(DEDUPED).get(stored.uid, key, now - DEDUPE_MS);
  if (row === undefined) return undefined;
  const { runId, prunedRun } = dedupedOf(row);
  if (prunedRun !== undefined) return keptRunOf(prunedRun);
  return findLiveRun(w, runId) ?? findFinishedRun(w, runId);
}

/** Part of the transaction of the change it tells of. */
export function writeAudit(w: Writer, audit: AuditEntry | undefined, target: string, now: number): void {
  if (audit === undefined) return;
  w.db.write(WRITE_AUDIT, now, audit.actor, audit.action, target, audit.change);
}

const DEDUPED = 'SELECT run_id, pruned_run FROM dedupe_keys WHERE job_uid = ? AND key = ? AND at > ?';
const KEEP_DEDUPE_KEY = `INSERT INTO dedupe_keys (job_uid, key, run_id, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (job_uid, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, pruned_run = NULL`;
const WRITE_AUDIT = 'INSERT INTO audit (at, actor, action, target, change) VALUES (?, ?, ?, ?, ?)';
