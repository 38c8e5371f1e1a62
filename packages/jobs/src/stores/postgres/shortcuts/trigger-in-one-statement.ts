import { commandJob } from '../../../core/commands/commands.ts';
import { NO_LIVE_RUNS } from '../../../core/model/job.ts';
import { isFreeTrigger, isPlainTrigger } from '../../../core/model/job-command.ts';
import { type NewRun, queuedOf } from '../../../core/rules/decision.ts';
import type { CommandInput, CommandResult } from '../../../core/store/store-commands.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { fixedJobOf, jobInState, namesOf, VARYING_COLUMNS } from '../../rows/jobs/job-row.ts';
import type { Param } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import { keyOfRun, versionsParam } from '../rows/type-keys.ts';
import { MANY } from '../tables/live-runs.ts';
import type { Shared, Triggered } from '../tables/shared.ts';
import type { FirstRuns, Unit } from '../tables/unit.ts';
import { TOOK_MS } from './due-index-floor.ts';
import { type Claimant, claimOfOne, INTO_LIVE, isAlive, mayClaim, nothingDue } from './make-claimed.ts';

/**
 * Remembers the job of a trigger for the next one. `lock`: the job's row, or none if there was no job at
 * first. Skips jobs with half of {@link MANY} live runs or more, because every second guess would then fail.
 */
export function rememberTriggered(
  u: Unit,
  stored: StoredJob,
  { lock: [row], firstRuns }: { readonly lock: readonly unknown[]; readonly firstRuns: FirstRuns },
): void {
  if (row === undefined || firstRuns.length * 2 >= MANY) return;
  const triggered = { stored, fixed: fixedJobOf(row) };
  u.onceWritten.push(() => void u.shared.triggered.put(stored.job.id, triggered));
}

export interface HowAtOnce {
  readonly shared: Shared;
  readonly claimant: Claimant;
  /** Need not be exact. */
  readonly now: number;
  /** Absent: uses the database's time for the run. */
  readonly at: number | undefined;
}

/**
 * Makes and claims the run of a plain trigger in one statement, if the job was triggered here before.
 * Undefined if nothing was made: the job is unknown, changed or locked, or the run may not be claimed at
 * once. Then the trigger must read first.
 */
export async function triggerInOneStatement(
  input: CommandInput,
  how: HowAtOnce,
  ask: (sql: string, params: readonly Param[]) => Promise<readonly unknown[] | undefined>,
): Promise<CommandResult | undefined> {
  const guess = guessOf(input, how);
  if (guess === undefined) return undefined;
  const statement = isFreeTrigger(guess.stored.job, input.command) ? MAKE_BESIDE : MAKE_ALONE;
  const [row] = (await ask(statement, makeParams(guess, input, how))) ?? [];
  if (row !== undefined) return madeOf(row, guess, how.shared);
  how.shared.triggered.delete(input.jobId);
  return undefined;
}

/** The run that a trigger makes, if its job has not changed since the last trigger. */
interface Guess extends Triggered {
  readonly run: NewRun;
}

function guessOf(
  { jobId, command, dedupeKey, ifUid, ifVersion }: CommandInput,
  { shared, claimant, now }: HowAtOnce,
): Guess | undefined {
  const triggered = shared.triggered.get(jobId);
  if (triggered === undefined || dedupeKey !== undefined) return undefined;
  const { stored } = triggered;
  const { job } = stored;
  if ((ifUid ?? job.uid) !== job.uid || (ifVersion ?? job.version) !== job.version) return undefined;
  if (!isPlainTrigger(job, command)) return undefined;
  const outcome = commandJob(job, NO_LIVE_RUNS, command, now);
  if (!outcome.ok || outcome.decision.job !== job) return undefined;
  const [run, ...others] = outcome.decision.queue;
  if (run === undefined || others.length > 0) return undefined;
  return mayClaim({ now, shared }, claimant, run, stored) ? { ...triggered, run } : undefined;
}

function makeParams(
  { stored, run }: Guess,
  { audit }: CommandInput,
  { shared, claimant: { node, types, hasJoined }, at }: HowAtOnce,
): Param[] {
  const { job, uid } = stored;
  return [
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
    job.status,
    audit?.actor ?? null,
    audit?.action ?? null,
    job.id,
    audit?.change ?? null,
    run.requestedBy ?? null,
  ];
}

function madeOf(row: unknown, { fixed, run: guessed }: Guess, shared: Shared): CommandResult {
  const [id, fence, now, tookMs, ...varying] =
    rowOf<[number, number, number, number, ...(string | number | null)[]]>(row);
  shared.due.runs.noteDuration(tookMs);
  const { job, uid } = jobInState(fixed, {
    uid: Number(fixed.uid),
    ...Object.fromEntries(VARYING_COLUMNS.map(({ name }, n) => [name, varying[n]])),
  });
  shared.liveRunCap.countRun(uid);
  const run = queuedOf({ ...guessed, availableAt: now }, { id: String(id), jobUid: job.uid, now });
  const claimed = claimOfOne(run, job, fence);
  return { kind: 'done', changed: true, job, queued: [run], finished: [], cancelRequests: [], claimed };
}

/**
 * Makes the claimed run and its audit entry, or nothing if the guess is wrong. Skips a locked job or node:
 * its edit, deletion or removal may be in progress. Sees edits that commit meanwhile, but perhaps not
 * settlements.
 */
const make = ({
  lock,
  isRight,
  touch = '',
}: {
  readonly lock: string;
  readonly isRight: string;
  readonly touch?: string;
}) => `WITH job AS MATERIALIZED (
    SELECT ctid AS place, ${namesOf(VARYING_COLUMNS)} FROM greenvue_jobs.jobs WHERE uid = $2::bigint ${lock} SKIP LOCKED),
  alive AS MATERIALIZED (${isAlive('$7')} SKIP LOCKED),
  at AS MATERIALIZED (
    SELECT coalesce($6::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now FROM job
    WHERE deleted_at IS NULL AND version = $10::integer AND updated_at = $11::bigint AND status = $12::text
      AND ${isRight}),
  made AS MATERIALIZED (
    SELECT nextval('greenvue_jobs.ids') AS id, nextval('greenvue_jobs.ids') AS fence, now, ${TOOK_MS} AS took_ms FROM at
    WHERE (NOT $8::boolean OR EXISTS (SELECT FROM alive)) AND ${nothingDue('at.now')}),
  told AS (INSERT INTO greenvue_jobs.audit (actor, action, target, change, at)
    SELECT $13::text, $14::text, $15::text, $16::text, now FROM made WHERE $14::text IS NOT NULL),
  ${touch}live AS (${INTO_LIVE} SELECT id, $2::bigint, $3::integer, 'manual', false, 0, $4::text, $5::bigint, now, 'no',
    now, fence, $7, 'running', now, $9::text, $17::text FROM made)
  SELECT made.*, ${VARYING_COLUMNS.map(({ name }) => `job.${name}`).join(', ')} FROM made CROSS JOIN job`;
/**
 * If runs may overlap, it only shares the job. With fewer than {@link MANY} live runs, the job is below its
 * limit.
 */
const MAKE_BESIDE = make({
  lock: 'FOR KEY SHARE',
  isRight: `(SELECT count(*) FROM (SELECT FROM greenvue_jobs.live_runs WHERE job_uid = $2::bigint LIMIT ${MANY}) AS live) < ${MANY}`,
});
/**
 * If runs may not overlap, no run may be live. Each new run changes the job's row. So if the row differs from
 * the snapshot, a live run may be invisible. This statement changes the row too.
 */
const MAKE_ALONE = make({
  lock: 'FOR NO KEY UPDATE',
  isRight: `NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE job_uid = $2::bigint)
      AND place = (SELECT ctid FROM greenvue_jobs.jobs WHERE uid = $2::bigint)`,
  touch: `touched AS (UPDATE greenvue_jobs.jobs SET version = version WHERE uid = $2::bigint AND EXISTS (SELECT FROM made)),
  `,
});
