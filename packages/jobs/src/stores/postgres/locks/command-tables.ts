import { upstreamsOf } from '../../../core/chains/upstreams.ts';
import { isFreeTrigger, isPlainTrigger } from '../../../core/model/job-command.ts';
import type { Run } from '../../../core/model/run.ts';
import { type CommandInput, DEDUPE_MS } from '../../../core/store/store-commands.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { lockedJob, saveJob } from '../../../core/transactions/unit-of-work.ts';
import { keptRunOf } from '../../rows/runs/run-row.ts';
import { CALENDARS } from '../calendar-statements.ts';
import { type Queries, together } from '../connection/queries.ts';
import { findRun, runRead } from '../postgres-reads.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { Claimant } from '../shortcuts/make-claimed.ts';
import { rememberTriggered } from '../shortcuts/trigger-in-one-statement.ts';
import { firstRunsOf } from '../tables/live-runs.ts';
import type { FirstRuns, Unit } from '../tables/unit.ts';
import { writeUnit } from '../tables/write-unit.ts';
import { UPSTREAMS } from '../upstream-statements.ts';
import { askForLock, lockJob, shareJob } from './job-locks.ts';

/** The data that a command on a job needs before it decides. */
export interface OpenedCommand {
  readonly lock: readonly unknown[];
  readonly firstRuns: FirstRuns;
  readonly deduped: readonly unknown[];
}

/** Sends all reads of a command at once. Each one runs under the locks of the ones before it. */
export async function openCommand(q: Queries, input: CommandInput): Promise<OpenedCommand> {
  const [, , , lock, firstRuns, deduped] = await together([
    lockUpstreams(q, input),
    keepCalendar(q, input),
    lockKey(q, input),
    askForLock(q, input.jobId, lockKindOf(input)),
    firstRunsOf(q, input.jobId),
    askForDeduped(q, input),
  ]);
  return { lock, firstRuns, deduped };
}

/** Before the job, as the transaction of an edit does it. */
async function lockUpstreams(q: Queries, { command }: CommandInput): Promise<void> {
  if (command.kind === 'edit' && upstreamsOf(command.definition).length > 0)
    await runRead(q, UPSTREAMS.lockUpstreams());
}

async function keepCalendar(q: Queries, { command }: CommandInput): Promise<void> {
  if (command.kind === 'edit' && command.definition.calendar !== undefined)
    await runRead(q, CALENDARS.findCalendars([command.definition.calendar.id], 'kept'));
}

async function lockKey(q: Queries, { jobId, dedupeKey }: CommandInput): Promise<void> {
  if (dedupeKey !== undefined) await q.arrays(LOCK_KEY, [DEDUPE_CLASS, `${jobId} ${dedupeKey}`]);
}

/**
 * True if the command must not run between a trigger in a caller's transaction and that transaction's commit.
 */
export function isAlone({ command: { kind } }: CommandInput): boolean {
  return kind === 'edit' || kind === 'declare' || kind === 'delete';
}

const lockKindOf = (input: CommandInput) => (isAlone(input) ? 'FOR UPDATE' : 'FOR NO KEY UPDATE');

export interface HowToCommand {
  /** The answers to {@link openCommand}, which was sent together with the BEGIN. */
  readonly openedCommand?: OpenedCommand | undefined;
  /** The node that claims the run that the command makes. */
  readonly claimant?: Claimant | undefined;
  /** A free trigger only shares the job's lock. For transactions whose statements see all earlier commits. */
  readonly sharing?: boolean;
}

export function commandTables(
  u: Unit,
  { openedCommand: opened, claimant, sharing = false }: HowToCommand,
): Pick<AsyncTables, 'lockJob' | 'dedupedRun' | 'keepDedupeKey' | 'endCommand'> {
  /** Reads that found no job to lock are useless. */
  const seen = opened?.lock.length === 0 ? undefined : opened;
  return {
    async lockJob(input) {
      const { jobId, command } = input;
      if (opened === undefined) await lockKey(u.q, input);
      u.looked = seen && { rows: seen.firstRuns };
      if (sharing && !isAlone(input)) {
        const stored = await shareJob(u, jobId);
        if (stored === undefined || isFreeTrigger(stored.job, command)) return { stored, isShared: true };
      }
      const kind = lockKindOf(input);
      return { stored: await lockJob(u, jobId, { kind, answer: opened?.lock }), isShared: false };
    },
    dedupedRun: async (input) => dedupedIn(u, input, seen?.deduped ?? (await askForDeduped(u.q, input))),
    keepDedupeKey: ({ uid, key, runId }) => u.q.write(KEEP_DEDUPE_KEY, [uid, key, Number(runId), u.now]),
    async endCommand({ command, dedupeKey }, before) {
      const { job, uid } = before;
      // Changes the job's row, so that a transaction with an older snapshot fails (SQLSTATE 40001) instead of
      // using the same room. If runs may overlap, a trigger uses up no room.
      const takesRoom = command.kind === 'trigger' && !isFreeTrigger(job, command);
      if (takesRoom) saveJob(u, { ...lockedJob(u, uid) });
      // The dedupe key is written after its run, because it contains the run's id.
      const claimed = await writeUnit(u, claimant && { ...claimant, commits: dedupeKey === undefined });
      if (claimed !== undefined && opened !== undefined && isPlainTrigger(job, command))
        rememberTriggered(u, before, opened);
      return claimed;
    },
  };
}

async function askForDeduped(q: Queries, { jobId, dedupeKey }: CommandInput): Promise<readonly unknown[]> {
  return dedupeKey === undefined ? [] : q.arrays(DEDUPED, [jobId, dedupeKey]);
}

/** The run that an earlier trigger made with this key: live, in history, or the copy kept after pruning. */
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
  // A shared job may be pruned between the two reads. Then the key has a copy of the run.
  return dedupedIn(u, input, await askForDeduped(u.q, input), true);
}

/**
 * The first key of the advisory locks for dedupe keys. A trigger waits until an earlier one with the same key
 * has committed.
 */
const DEDUPE_CLASS = 1_732_584_194;
const LOCK_KEY = 'SELECT pg_advisory_xact_lock($1::integer, hashtext($2))::text AS locked';
const DEDUPED = `SELECT run_id, pruned_run, at FROM greenvue_jobs.dedupe_keys
  WHERE job_uid = (SELECT uid FROM greenvue_jobs.jobs WHERE id = $1 AND deleted_at IS NULL) AND key = $2`;
const KEEP_DEDUPE_KEY = `INSERT INTO greenvue_jobs.dedupe_keys (job_uid, key, run_id, at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (job_uid, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, pruned_run = NULL`;
