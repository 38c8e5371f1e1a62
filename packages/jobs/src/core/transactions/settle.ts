import type { Completion } from '../model/completion.ts';
import type { PausedJob, TakenSlot } from '../model/job.ts';
import { type FinishedRun, isSkipReason, type LiveRun, type RunOver, type RunReason } from '../model/run.ts';
import { endWithCompletion } from '../rules/completion.ts';
import { type EndedRun, retriedOf } from '../rules/ended-runs.ts';
import {
  countFailed,
  finishedOf,
  needsPass,
  type Outcome,
  overOf,
  runAtClaimEnd,
  type Settlement,
  settleRun,
} from '../rules/settle.ts';
import type { JobStore } from '../store/store.ts';
import type {
  ClaimEnd,
  EndEffects,
  SettleBatchResult,
  SettleInput,
  SettleResult,
  TakeBackInput,
} from '../store/store-passes.ts';
import { writeAlerts } from './alerts/alerts.ts';
import { settleJobs } from './apply.ts';
import { NO_COMPLETIONS } from './completions/completion-tables.ts';
import { ask, type Script } from './script.ts';
import type { ClaimKey, ClaimState, PutBack, RunLog } from './tables/tables.ts';
import { effectsOf, isLimited, lockedJob, type UnitOfWork } from './unit-of-work.ts';

/** Shared objects, so that a message between threads contains each answer once. */
const SUCCEEDED: Extract<SettleResult, { kind: 'finished' }> = { kind: 'finished', status: 'succeeded' };
const ENDED: { readonly [R in RunReason]: Extract<SettleResult, { kind: 'finished' }> } = {
  overlap: { kind: 'finished', status: 'skipped', reason: 'overlap' },
  missed: { kind: 'finished', status: 'skipped', reason: 'missed' },
  expired: { kind: 'finished', status: 'skipped', reason: 'expired' },
  upstream: { kind: 'finished', status: 'skipped', reason: 'upstream' },
  blackout: { kind: 'finished', status: 'skipped', reason: 'blackout' },
  error: { kind: 'finished', status: 'failed', reason: 'error' },
  timeout: { kind: 'finished', status: 'failed', reason: 'timeout' },
  lost: { kind: 'finished', status: 'failed', reason: 'lost' },
  payload_invalid: { kind: 'finished', status: 'failed', reason: 'payload_invalid' },
  user: { kind: 'finished', status: 'cancelled', reason: 'user' },
  deleted: { kind: 'finished', status: 'cancelled', reason: 'deleted' },
  replaced: { kind: 'finished', status: 'cancelled', reason: 'replaced' },
};
const STALE: SettleResult = { kind: 'stale' };
const LATER: SettleResult = { kind: 'later' };

/** A {@link SettleInput} with the key of its claim. */
export type EndedClaim = Omit<SettleInput, 'runId'> & ClaimKey;

/** Settles claims (P8 to P12). Then decides, once for each job, what their ends mean for the job. */
export function* settle(unit: UnitOfWork, batch: readonly EndedClaim[]): Script<SettleBatchResult> {
  const states = yield* ask('lockClaims', batch);
  const mayBeCompleted = states.filter((_, n) => batch[n]?.isCompleting === true);
  const completions = yield* takeCompletions(mayBeCompleted);
  const ends = createEnds();
  const settled = new Set<number>();
  const logs: RunLog[] = [];
  const over: EndedClaim['runId'][] = [];
  let wake = false;
  const results = batch.map((given, n): SettleResult => {
    const state = states[n];
    // A second settlement of the same claim is stale, even in one batch.
    if (state === undefined || state === 'stale' || settled.has(given.fence)) return STALE;
    if (state === 'held') return LATER;
    settled.add(given.fence);
    if (given.logs !== undefined) logs.push({ runId: given.runId, lines: given.logs });
    if ('movedOf' in state) {
      const isFollowed = lockedJob(unit, state.movedOf).job.isFollowed === true;
      // Nobody else needs the id of a run that succeeded.
      endsOf(ends, state.movedOf).push(isFollowed ? { ...state.end, id: String(given.runId) } : state.end);
      if (given.isSaved === true) over.push(given.runId);
      if (isLimited(unit, state.movedOf)) ends.moved.push(given.runId);
      return SUCCEEDED;
    }
    const result = settleOne(unit, state, given, { ends, completions });
    if (result.kind === 'finished' && given.isSaved === true) over.push(given.runId);
    if (result.kind === 'waiting' && needsPass(result.outcome ?? given.outcome, result, unit.now))
      wake = true;
    return result;
  });
  if (logs.length > 0) yield* ask('appendLogs', logs);
  // What a crash leaves behind is pruned.
  if (over.length > 0) yield* ask('removeCheckpoints', over);
  const written = yield* writeEnds(unit, ends);
  return { results, ...written, wake: wake || written.wake };
}

function settleOne(
  unit: UnitOfWork,
  run: LiveRun,
  given: EndedClaim,
  { ends, completions }: { readonly ends: Ends; readonly completions: Completions },
): SettleResult {
  const input =
    given.isCompleting === true ? endWithCompletion(run, given, completions.get(Number(run.id))) : given;
  const settlement = endClaim(unit, run, input, ends);
  const changed = input === given ? undefined : { outcome: input.outcome };
  if (settlement.kind === 'waiting') {
    const { availableAt, failures } = settlement;
    return { kind: 'waiting', availableAt, failures, ...changed };
  }
  const result = finishedResult(run, settlement);
  return changed === undefined ? result : { ...result, ...changed };
}

type Completions = ReadonlyMap<number, Completion>;

/** Of those of these claims that this transaction has locked. */
function* takeCompletions(states: readonly ClaimState[]): Script<Completions> {
  const ids = states.flatMap((state) => (typeof state === 'string' || 'movedOf' in state ? [] : [state.id]));
  return ids.length === 0 ? NO_COMPLETIONS : yield* ask('takeCompletions', ids);
}

function finishedResult(
  { cancelledBy }: LiveRun,
  { status, reason }: Extract<Settlement, { kind: 'finished' }>,
): Extract<SettleResult, { kind: 'finished' }> {
  if (reason === undefined) return SUCCEEDED;
  const by = status === 'cancelled' ? cancelledBy : undefined;
  return by === undefined ? ENDED[reason] : { ...ENDED[reason], by };
}

/** Claims that were taken back. */
export interface Recovery {
  readonly recovered: number;
  readonly failed: number;
  readonly ended: readonly RunOver[];
  readonly effects: WrittenEffects;
  /** Claims that could not be taken back, because other transactions have locked their jobs or runs. */
  readonly left: number;
}

/** Takes back the claims of all dead nodes (P9, lost nodes), but never those of `node`. */
export function* recover(
  unit: UnitOfWork,
  { node, withEnded }: TakeBackInput,
): Script<Awaited<ReturnType<JobStore['recover']>>> {
  const { recovered, failed, ended, effects } = yield* recoverDead(unit, node);
  return { recovered, failed, ...(withEnded === true ? { ended } : {}), ...effects };
}

/** {@link recover}. Claims that other transactions have locked stay; a later call takes them back. */
export function* recoverDead(unit: UnitOfWork, node: string): Script<Recovery> {
  return yield* takeBack(unit, yield* ask('claimsOf', { deadExcept: node }), { kind: 'lost' });
}

/** Gives back the runs that are claimed for a node, but that the node does not have (P9, lost nodes). */
export function* reconcile(
  unit: UnitOfWork,
  { node, withEnded, holds }: Parameters<JobStore['reconcile']>[0],
): Script<Awaited<ReturnType<JobStore['reconcile']>>> {
  const held = new Set(holds);
  const claims = yield* ask('claimsOf', { node });
  const unknown = claims.filter(({ fence }) => !held.has(fence));
  const { recovered, left, ended } = yield* takeBack(unit, unknown, { kind: 'given_back' });
  return { givenBack: recovered, left, ...(withEnded === true ? { ended } : {}) };
}

function* takeBack(
  unit: UnitOfWork,
  claims: readonly ClaimKey[],
  outcome: Extract<Outcome, { kind: 'lost' | 'given_back' }>,
): Script<Recovery> {
  const states = yield* ask('lockClaims', claims);
  const completions = yield* takeCompletions(states);
  const ends = createEnds();
  const ended: RunOver[] = [];
  let left = 0;
  for (const run of states) {
    if (run === 'held') left += 1;
    // Otherwise another node has taken the claim back, or a live node has claimed the run again.
    if (typeof run === 'string' || 'movedOf' in run) continue;
    const lost: ClaimEnd = { outcome, random: 0, finishedAt: unit.now };
    const end = endWithCompletion(run, lost, completions.get(Number(run.id)));
    const settlement = endClaim(unit, run, end, ends);
    if (settlement.kind === 'finished')
      ended.push(overOf(run, lockedJob(unit, Number(run.jobUid)).job, settlement));
  }
  const { wake: _, ...effects } = yield* writeEnds(unit, ends);
  return { recovered: ends.putBack.length, failed: countFailed(ended), ended, left, effects };
}

/** The ends of claims in this transaction that are not written yet. */
interface Ends {
  readonly byJob: Map<number, EndedRun[]>;
  readonly finished: FinishedRun[];
  readonly putBack: PutBack[];
  /** Runs of types with limits that the store has already moved to history. */
  readonly moved: EndedClaim['runId'][];
  /** Runs of types with limits whose jobs were edited during their claims: their groups may change. */
  readonly regrouped: LiveRun[];
}

function createEnds(): Ends {
  return { byJob: new Map(), finished: [], putBack: [], moved: [], regrouped: [] };
}

function endClaim(unit: UnitOfWork, claimed: LiveRun, input: ClaimEnd, ends: Ends): Settlement {
  const run = runAtClaimEnd(claimed, input);
  const uid = Number(run.jobUid);
  const { job } = lockedJob(unit, uid);
  const settlement = settleRun(job, run, input.outcome, {
    now: unit.now,
    random: input.random,
    isSaved: input.isSaved,
  });
  const ended = endsOf(ends, uid);
  if (settlement.kind === 'finished') {
    const { jobVersion = run.jobVersion ?? job.version } = input;
    const finished = finishedOf(run, settlement, { ...input, jobVersion });
    ends.finished.push(finished);
    ended.push(finished);
  } else {
    const retried = retriedOf(input.outcome, input);
    if (retried !== undefined) ended.push(retried);
    ends.putBack.push({ runId: run.id, to: settlement, progress: input.progress });
    if (run.jobVersion !== undefined && isLimited(unit, uid)) ends.regrouped.push(run);
  }
  return settlement;
}

function endsOf({ byJob }: Ends, uid: number): EndedRun[] {
  let ended = byJob.get(uid);
  if (ended === undefined) {
    ended = [];
    byJob.set(uid, ended);
  }
  return ended;
}

/** Answers name paused jobs, alerts and ends only if there are any: most batches have none. */
type WrittenEffects = EndEffects & Pick<SettleBatchResult, 'hasAlerts'>;

function* writeEnds(
  unit: UnitOfWork,
  { byJob, ...ends }: Ends,
): Script<WrittenEffects & { readonly wake: boolean }> {
  const hasRoom = yield* wakeGroupsOf(unit, byJob.keys(), ends);
  if (ends.finished.length > 0 || ends.putBack.length > 0) yield* ask('endRuns', ends);
  for (const { id, jobUid } of ends.regrouped)
    yield* ask('requeueRun', id, lockedJob(unit, Number(jobUid)).job);
  const wake = yield* settleJobs(unit, byJob, { ofClaims: true });
  const hasAlerts = yield* writeAlerts(unit);
  yield* ask('write');
  const { paused, ...effects } = effectsOf(unit);
  return {
    wake: wake || hasRoom,
    ...(paused === undefined ? {} : { paused: paused.map((one) => withTaken(unit, one)) }),
    ...(hasAlerts ? { hasAlerts } : {}),
    ...effects,
  };
}

/** Runs of types with limits leave room in their groups, or wait there (P29, limits and priority). */
function* wakeGroupsOf(
  unit: UnitOfWork,
  uids: Iterable<number>,
  { finished, putBack, moved }: Pick<Ends, 'finished' | 'putBack' | 'moved'>,
): Script<boolean> {
  if (unit.limits.size === 0) return false;
  if (![...uids].some((uid) => isLimited(unit, uid))) return false;
  const runIds = [...moved, ...finished.map(({ id }) => id), ...putBack.map(({ runId }) => runId)];
  if (runIds.length > 0) yield* ask('wakeGroups', runIds);
  return true;
}

/** With the runs that its pause has made of due slots: nothing else in such a transaction makes runs. */
function withTaken({ jobs, queued, finished }: UnitOfWork, paused: PausedJob): PausedJob {
  const isOwn = (run: Pick<FinishedRun, 'jobUid'>) => jobs.get(Number(run.jobUid))?.job.id === paused.jobId;
  const made = queued.filter(isOwn).map(({ id: runId }): TakenSlot => ({ runId }));
  const skipped = finished
    .filter(isOwn)
    .flatMap(({ id: runId, reason }): TakenSlot[] =>
      isSkipReason(reason) ? [{ runId, skipped: reason }] : [],
    );
  const taken = [...made, ...skipped];
  return taken.length === 0 ? paused : { ...paused, taken };
}
