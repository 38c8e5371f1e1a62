import {
  afterSettlements,
  countFinished,
  dependsOnLive,
  type EndedRun,
  retriedOf,
} from '../../core/ended-runs.ts';
import type { FinishedStatus, Progress, RunOver } from '../../core/run.ts';
import {
  asLeft,
  countFailed,
  finishedOf,
  mustLookAnew,
  type Outcome,
  overOf,
  type Settlement,
  settleRun,
} from '../../core/settle.ts';
import type { JobStore } from '../../core/store.ts';
import type { ClaimEnd, SettleBatchResult, SettleResult, TakeBackInput } from '../../core/store-passes.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { errorsText, LIVE_COLUMNS } from '../rows/run-row.ts';
import { applyDecision } from './apply.ts';
import { HELD } from './codes.ts';
import { insertFinishedRun } from './history.ts';
import { deleteLiveRuns, liveRunsLeft } from './live-runs.ts';
import { appendLogs } from './logs.ts';
import type { Settling } from './packed.ts';
import { type KeyedRun, keyed, liveRunOf } from './run-rows.ts';
import type { Writer } from './writer.ts';

/** One object for each answer: what a message holds many times crosses the threads once. */
const FINISHED: { readonly [S in FinishedStatus]: SettleResult } = {
  succeeded: { kind: 'finished', status: 'succeeded' },
  failed: { kind: 'finished', status: 'failed' },
  cancelled: { kind: 'finished', status: 'cancelled' },
  skipped: { kind: 'finished', status: 'skipped' },
};

const STALE: SettleResult = { kind: 'stale' };

/**
 * A job as it was before a batch, and which of its runs or attempts ended in it; none where claims were only
 * given back.
 */
export interface JobEnds {
  readonly stored: StoredJob;
  readonly ended: EndedRun[];
}

function endsOf(w: Writer, byJob: Map<number, JobEnds>, uid: number): JobEnds {
  let ends = byJob.get(uid);
  if (ends === undefined) {
    ends = { stored: w.jobs.require(uid), ended: [] };
    byJob.set(uid, ends);
  }
  return ends;
}

/** Settles claims, then once for each job what that means for it. */
export function settle(w: Writer, batch: readonly Settling[], now: number): SettleBatchResult {
  const ends = createEnds(now);
  let wake = false;
  const results = batch.map((input): SettleResult => {
    const claimed = claimedRun(w, input, ends);
    if (claimed === undefined) return STALE;
    if (input.logs !== undefined) appendLogs(w, input.runId, input.logs);
    const settlement = endRun(w, claimed, input, ends);
    if (settlement.kind === 'finished') return FINISHED[settlement.status];
    const { availableAt, failures } = settlement;
    if (mustLookAnew(input.outcome, settlement, now)) wake = true;
    return { kind: 'waiting', availableAt, failures };
  });
  return { results, wake: writeEnds(w, ends) || wake };
}

/** The run, if this is its newest claim: from memory when nothing was written to it since it was claimed. */
function claimedRun(
  w: Writer,
  { runId, fence }: Pick<Settling, 'runId' | 'fence'>,
  { gone }: Ends,
): KeyedRun | undefined {
  const known = w.claimed.get(runId);
  if (known !== undefined) return known.run.claim?.fence === fence ? known : undefined;
  if (gone.includes(runId)) return undefined;
  const row = w.db.arrays(READ_CLAIMED).get(runId, fence);
  return row === undefined ? undefined : readRun(w, row);
}

function readRun(w: Writer, row: unknown): KeyedRun {
  return keyed(row, liveRunOf(row, w.nodes.nameOf));
}

/**
 * Takes back every claim of a node that is gone (P9): of every node but `node`, since one process has the
 * database.
 */
export function recover(
  w: Writer,
  { node, tellsEnded }: TakeBackInput,
  now: number,
): Awaited<ReturnType<JobStore['recover']>> {
  const rows = w.db.arrays(CLAIMED_BY_OTHERS).all(w.nodes.keyOf(node, now));
  const { recovered, ended } = takeBack(w, rows, { kind: 'lost' }, now);
  return { recovered, failed: countFailed(ended), ...(tellsEnded === true ? { ended } : {}) };
}

/** Gives back what a node has claimed and does not hold. */
export function reconcile(
  w: Writer,
  { node, holds, tellsEnded }: Parameters<JobStore['reconcile']>[0],
  now: number,
): Awaited<ReturnType<JobStore['reconcile']>> {
  const held = new Set<number | undefined>(holds);
  const rows = w.db.arrays(CLAIMED_BY).all(w.nodes.keyOf(node, now));
  const unknown = rows.filter((row) => !held.has(liveRunOf(row, w.nodes.nameOf).claim?.fence));
  const { recovered, ended } = takeBack(w, unknown, { kind: 'given_back' }, now);
  return { givenBack: recovered, left: 0, ...(tellsEnded === true ? { ended } : {}) };
}

function takeBack(
  w: Writer,
  rows: readonly unknown[],
  outcome: Extract<Outcome, { kind: 'lost' | 'given_back' }>,
  now: number,
): { readonly recovered: number; readonly ended: readonly RunOver[] } {
  const ends = createEnds(now);
  const ended: RunOver[] = [];
  for (const row of rows) {
    const claimed = readRun(w, row);
    const settlement = endRun(w, claimed, { outcome, random: 0, finishedAt: now }, ends);
    if (settlement.kind === 'finished')
      ended.push(overOf(claimed.run, w.jobs.require(claimed.jobUid).job, settlement));
  }
  writeEnds(w, ends);
  return { recovered: rows.length - ended.length, ended };
}

/** How claims have ended, until that is written. */
interface Ends {
  readonly now: number;
  readonly byJob: Map<number, JobEnds>;
  /** Those that are in the history by now, and still to be deleted. */
  readonly gone: number[];
}

function createEnds(now: number): Ends {
  return { now, byJob: new Map(), gone: [] };
}

/** Moves the run of a claim that has ended to the history, or puts it back. */
function endRun(w: Writer, claimed: KeyedRun, input: ClaimEnd, { now, byJob, gone }: Ends): Settlement {
  const run = asLeft(claimed.run, input);
  const { stored, ended } = endsOf(w, byJob, claimed.jobUid);
  const settlement = settleRun(stored.job, run, input.outcome, { now, random: input.random });
  // A second settlement of it is stale from here on.
  w.claimed.delete(claimed.id);
  if (settlement.kind === 'finished') {
    gone.push(claimed.id);
    const finished = finishedOf(run, settlement, input);
    insertFinishedRun(w, finished, now, claimed);
    ended.push(finished);
  } else {
    const retried = retriedOf(input.outcome, input);
    if (retried !== undefined) ended.push(retried);
    putBack(w, claimed.id, settlement, input.progress);
  }
  return settlement;
}

function writeEnds(w: Writer, { now, byJob, gone }: Ends): boolean {
  deleteLiveRuns(w, gone);
  return settleJobs(w, byJob.values(), { now, ofClaims: true });
}

function putBack(
  w: Writer,
  runId: number,
  to: Extract<Settlement, { kind: 'waiting' }>,
  progress: Progress | undefined,
): void {
  w.db.write(
    PUT_BACK,
    HELD[to.held],
    to.availableAt,
    to.failures,
    to.recoveries,
    errorsText(to.errors),
    progress === undefined ? null : JSON.stringify(progress),
    runId,
  );
}

/**
 * What the ends of runs mean for their jobs, decided once for each. Only ends of claims need not be looked at
 * with all that is live of their jobs.
 */
export function settleJobs(
  w: Writer,
  byJob: Iterable<JobEnds>,
  { now, ofClaims }: { readonly now: number; readonly ofClaims: boolean },
): boolean {
  let wake = false;
  for (const { stored, ended } of byJob) {
    if (stored.deletedAt !== undefined) {
      w.jobs.save(stored, { ...stored, finishedCount: stored.finishedCount + countFinished(ended) });
      continue;
    }
    const live = ofClaims && !dependsOnLive(stored.job) ? undefined : liveRunsLeft(w, stored.job, now);
    const decision = afterSettlements(stored.job, live, ended, now);
    if (applyDecision(w, stored, decision, { now, ended: countFinished(ended) }).wake) wake = true;
  }
  return wake;
}

const READ_CLAIMED = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE id = ? AND fence = ?`;
const CLAIMED_BY_OTHERS = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE node IS NOT NULL AND node <> ?`;
const CLAIMED_BY = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE node = ?`;
const PUT_BACK = `UPDATE live_runs SET status = 0, held = ?, available_at = ?, failures = ?, recoveries = ?, errors = ?,
  progress = coalesce(?, progress), node = NULL, fence = NULL, started_at = NULL, cancel = NULL, zombie_since = NULL,
  slot_has_waited = iif(scheduled_for IS NULL, NULL, 1) WHERE id = ?`;
