import type { Job, Overlap } from '../../src/core/model/job.ts';
import type { LiveRun, RunOrigin } from '../../src/core/model/run.ts';
import type { PauseOfAll } from '../../src/core/pauses/pause-of-all.ts';
import type { StoredJob } from '../../src/core/transactions/stored-job.ts';
import type { MemoryDatabase } from '../../src/stores/memory/index.ts';
import type { Execution, Ledger } from './ledger.ts';
import type { Client } from './simulated-network.ts';
import type { Step } from './steps.ts';

/** What has happened to one generation of a job. */
export interface JobPast {
  /** Slots that have a row of their own, backfills and retries by hand left out. */
  readonly slots: Set<number>;
  /** Since when its slots count: its creation, the end of its last pause, or the last edit of its schedule. */
  countsFrom: number;
}

/** What has happened to one claim of a run, and the options of its job at the claim. */
export interface ClaimPast {
  readonly fence: number;
  readonly by: Client;
  /** By the clock of the database, and simulated ms. */
  readonly at: number;
  readonly claimedAt: number;
  readonly timeoutMs: number;
  readonly overlap: Overlap;
  /** A live node has taken the run back, because it took the node of this claim for dead. */
  isTakenBack: boolean;
}

/** What has happened to one run. */
export interface RunPast {
  readonly claims: ClaimPast[];
  /** When it was first asked to stop (simulated ms). */
  askedToStopAt?: number;
  /** As the run was made with it. */
  readonly expiresAt: number | undefined;
  /** The field `key` of the payload with which it was claimed. */
  limitKey: number | undefined;
}

/** All that has happened before the current step, and the tables after it. */
export class Past {
  readonly database: MemoryDatabase;
  readonly ledger: Ledger;
  readonly jobs = new Map<number, JobPast>();
  readonly runs = new Map<string, RunPast>();
  /** How many executions of the ledger were judged. */
  judgedExecutions = 0;
  highestFence = 0;
  hasJumpedBack = false;
  hasPruned = false;
  /** The times at which runs of the type `rated` were claimed. */
  readonly rated: number[] = [];
  /** Since when no node may plan or claim (simulated ms). */
  allPausedSince: number | undefined;
  readonly #troubleOf = new Map<Client, number>();
  #latest = 0;

  constructor(database: MemoryDatabase, ledger: Ledger) {
    this.database = database;
    this.ledger = ledger;
  }

  jobOf(run: Pick<RunOrigin, 'jobUid'>): StoredJob | undefined {
    return this.database.jobs.get(Number(run.jobUid));
  }

  liveRunsOf(uid: number): readonly LiveRun[] {
    const runs: LiveRun[] = [];
    for (const { run } of this.database.live.values()) if (Number(run.jobUid) === uid) runs.push(run);
    return runs;
  }

  claimOf({ runId, fence }: Pick<Execution, 'runId' | 'fence'>): ClaimPast | undefined {
    return this.runs.get(runId)?.claims.find((claim) => claim.fence === fence);
  }

  /**
   * The end of the last trouble of a process (simulated ms): it was frozen, cut off or slow, or its calls or
   * their answers were lost. Until then, nothing has to reach it in time.
   */
  lastTroubleOf(process: Client): number {
    return this.#troubleOf.get(process) ?? 0;
  }

  /** What the checks of a step need to know of the step itself. */
  before({ now, elapsed, jobs }: Step): void {
    for (const process of this.ledger.processes.values())
      this.#troubleOf.set(process, Math.max(this.lastTroubleOf(process), troubleUntil(process, elapsed)));
    this.allPausedSince = isAllPaused(this.database.pauseOfAll, now)
      ? (this.allPausedSince ?? elapsed)
      : undefined;
    if (now < this.#latest) this.hasJumpedBack = true;
    this.#latest = Math.max(this.#latest, now);
    for (const { before, after } of jobs) {
      if (after === undefined) continue;
      const known = this.jobs.get(after.uid);
      if (known === undefined) this.jobs.set(after.uid, { slots: new Set(), countsFrom: now });
      else if (before !== undefined)
        known.countsFrom = countsFrom(before.job, after.job, now) ?? known.countsFrom;
    }
  }

  after({ method, by, now, elapsed, live, finished }: Step): void {
    this.judgedExecutions = this.ledger.executions.length;
    if (method === 'prune' && finished.length > 0) this.hasPruned = true;
    for (const { before, after } of [...live, ...finished])
      if (before === undefined && after !== undefined) this.#made(after);
    for (const { before, after } of live) {
      if (before?.claim !== undefined && method === 'recover') this.#takenBack(before);
      if (after?.cancel !== undefined && before?.cancel === undefined)
        this.#runOf(after).askedToStopAt = elapsed;
      const claim = after?.claim;
      if (after === undefined || claim === undefined || claim.fence === before?.claim?.fence) continue;
      this.highestFence = Math.max(this.highestFence, claim.fence);
      const run = this.#runOf(after);
      const job = this.jobOf(after)?.job;
      const { timeoutMs = 0, overlap = 'allow' } = job ?? {};
      const { fence } = claim;
      run.claims.push({ fence, by, at: now, claimedAt: elapsed, timeoutMs, overlap, isTakenBack: false });
      run.limitKey = keyOf(after.payload ?? job?.payload);
      // An expired run is claimed only to be ended.
      const isExpired = (after.expiresAt ?? Number.POSITIVE_INFINITY) <= now;
      if (job?.type === 'rated' && !isExpired) this.rated.push(now);
    }
  }

  #runOf({ id, expiresAt }: LiveRun): RunPast {
    let run = this.runs.get(id);
    if (run === undefined) {
      run = { claims: [], expiresAt, limitKey: undefined };
      this.runs.set(id, run);
    }
    return run;
  }

  #takenBack({ id, claim }: LiveRun): void {
    const known = claim && this.claimOf({ runId: id, fence: claim.fence });
    if (known !== undefined) known.isTakenBack = true;
  }

  #made(run: RunOrigin): void {
    if (run.scheduledFor !== undefined && isOfSlot(run))
      this.jobs.get(Number(run.jobUid))?.slots.add(run.scheduledFor);
  }
}

/** Within this time, a node that has no trouble hears of what another one did: a heartbeat, and slow answers. */
export const HEARS_WITHIN_MS = 12_000;
/** The longest way that is no trouble (ms), and how many such ways a message and its answer may take. */
const [QUICK_MS, WAYS] = [20, 60];

function troubleUntil(process: Client, elapsed: number): number {
  const { cutOffUntil, frozenUntil, requestsToLose, answersToLose, delayMs } = process;
  const isLosing = requestsToLose > 0 || answersToLose > 0;
  const isSlow = delayMs > QUICK_MS;
  return Math.max(cutOffUntil, frozenUntil, isLosing ? elapsed : 0, isSlow ? elapsed + WAYS * delayMs : 0);
}

export function isAllPaused(pause: PauseOfAll | undefined, now: number): boolean {
  return pause !== undefined && (pause.endedAt ?? pause.until ?? Number.POSITIVE_INFINITY) > now;
}

/** Neither a run by hand nor one of a backfill. */
export function isOfSlot({ trigger, catchUp, missed, scheduledFor }: RunOrigin): boolean {
  return scheduledFor !== undefined && trigger === 'schedule' && !(catchUp && missed === 0);
}

export function keyOf(payload: string | undefined): number | undefined {
  return payload === undefined ? undefined : (JSON.parse(payload)?.key ?? undefined);
}

function countsFrom(before: Job, after: Job, now: number): number | undefined {
  if (before.status === 'paused' && after.status !== 'paused')
    return Math.min(now, before.pause?.until ?? now);
  // An expired run does not count for `max_runs`: the schedule continues.
  const isAgain = after.nextRunAt !== undefined && before.nextRunAt === undefined;
  if (isAgain && 'maxRuns' in after.schedule) return now;
  const isSame = JSON.stringify(before.schedule) === JSON.stringify(after.schedule);
  return isSame && before.anchorAt === after.anchorAt ? undefined : now;
}
