import { NO_LIVE_RUNS } from '../../../core/model/job.ts';
import type { FinishedRun } from '../../../core/model/run.ts';
import type { AuditEntry, CommandInput, CommandResult } from '../../../core/store/store-commands.ts';
import { command } from '../../../core/transactions/commands.ts';
import { type AsyncTables, answerFrom, runScriptAsync } from '../../../core/transactions/script.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { columnsOf } from '../connection/queries.ts';
import { lockJobsById } from '../locks/job-locks.ts';
import { liveRunsOf } from '../tables/live-runs.ts';
import type { Unit } from '../tables/unit.ts';
import { writeUnit } from '../tables/write-unit.ts';

/** Whether {@link commandsTogether} takes a command: it makes and cancels no run. */
export function canShareTransaction({ command: asked, claim, dedupeKey }: CommandInput): boolean {
  if (claim !== undefined || dedupeKey !== undefined) return false;
  return asked.kind === 'resume' || (asked.kind === 'pause' && !asked.cancelLive);
}

/**
 * Pauses and resumes several jobs in one transaction, with one statement for each table. Each is decided by
 * itself, in the script of a single command. Undefined: the input needs a transaction of its own, because its
 * job was not found, or has another input here.
 */
export async function commandsTogether(
  u: Unit,
  tables: AsyncTables,
  inputs: readonly CommandInput[],
): Promise<readonly (CommandResult | undefined)[]> {
  const found = await lockJobsById(
    u,
    inputs.map(({ jobId }) => jobId),
  );
  const free = new Map<string, StoredJob>(found.map((stored) => [stored.job.id, stored]));
  const live = await liveRunsOf(
    u,
    found.map(({ uid }) => uid),
  );
  const audits: (readonly [AuditEntry, target: string])[] = [];
  const results: (CommandResult | undefined)[] = [];
  for (const input of inputs) {
    const stored = free.get(input.jobId);
    free.delete(input.jobId);
    const answer = answerFrom({
      ...tables,
      lockJob: async () => ({ stored, isShared: false }),
      liveRuns: async ([uid = 0]) => new Map([[uid, live.get(uid) ?? NO_LIVE_RUNS]]),
      writeAudit: async (audit, target) => void audits.push([audit, target]),
      endCommand: async () => undefined,
    });
    results.push(stored && (await runScriptAsync(command(u, input), answer)));
  }
  await writeUnit(u);
  await writeAudits(u, audits);
  return results.map((result) => result && withOwnRuns(u, result));
}

/** The script of one command sees the runs of all of them, and those to make have no ids before the write. */
function withOwnRuns(u: Unit, result: CommandResult): CommandResult {
  if (result.kind !== 'done') return result;
  const isOwn = ({ jobUid }: Pick<FinishedRun, 'jobUid'>) => jobUid === result.job.uid;
  return { ...result, queued: u.queued.filter(isOwn), finished: u.finished.filter(isOwn) };
}

async function writeAudits(u: Unit, audits: readonly (readonly [AuditEntry, string])[]): Promise<void> {
  if (audits.length === 0) return;
  const rows = audits.map(([{ actor, action, change }, target]) => [actor, action, target, change]);
  await u.q.write(WRITE_AUDITS, [...columnsOf(rows, 4), u.now]);
}

const WRITE_AUDITS = `INSERT INTO greenvue_jobs.audit (actor, action, target, change, at)
  SELECT actor, action, target, change, $5::bigint
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS asked (actor, action, target, change, n)
  ORDER BY n`;
