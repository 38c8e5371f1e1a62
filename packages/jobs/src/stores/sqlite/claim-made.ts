import type { Decision, NewRun } from '../../core/decision.ts';
import type { Job } from '../../core/job.ts';
import type { LiveRun } from '../../core/run.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import { claimedRunOf } from '../rows/claimed-run.ts';
import { claim, earliestDue } from './claim.ts';
import type { Writer } from './writer.ts';

/** The runs that are about to be made, and how a claim takes them: one write instead of two, and no entry among what is due. */
export interface Claiming {
  readonly input: ClaimInput;
  /** Whether those that it takes start at once. */
  readonly starts: ReadonlyMap<NewRun, boolean>;
  /** When the first of the others comes due. */
  readonly earliest: number | undefined;
  /** Those that it has taken. */
  readonly taken: LiveRun[];
}

/**
 * Shares out what decisions are about to make, in due order, as a claim right after them would. Undefined where they, or what waits
 * already, may have something for it that comes before: then that claim has to be made.
 */
export function claimingOf(
  w: Writer,
  input: ClaimInput,
  decisions: readonly Decision[],
  now: number,
): Claiming | undefined {
  if (decisions.some(({ moves, cancelLive }) => moves.length > 0 || cancelLive !== undefined))
    return undefined;
  const { types, places, prefetch, ahead = { ms: 0, runs: 0 } } = input;
  let earliest = earliestDue(w, w.types.knownTo(types));
  if (earliest !== undefined && earliest <= now + ahead.ms) return undefined;
  const free = decisions.flatMap(({ job, queue }) =>
    (types[job.type] ?? 0) < job.typeVersion ? [] : queue.filter(({ held }) => held === 'no'),
  );
  if (free.length === 0) return undefined;
  const starts = new Map<NewRun, boolean>();
  let due = places + prefetch;
  let coming = ahead.runs;
  for (const run of free.sort((one, other) => one.availableAt - other.availableAt)) {
    const isDue = run.availableAt <= now;
    if (isDue && due > 0) {
      starts.set(run, due > prefetch);
      due -= 1;
    } else if (!isDue && run.availableAt <= now + ahead.ms && coming > 0) {
      starts.set(run, false);
      coming -= 1;
    } else {
      earliest = Math.min(earliest ?? run.availableAt, run.availableAt);
    }
  }
  return { input, starts, earliest, taken: [] };
}

/** A run as it is made: claimed if the claim takes it. */
export function takenBy(w: Writer, claiming: Claiming, asked: NewRun, run: LiveRun): LiveRun {
  const started = claiming.starts.get(asked);
  if (started === undefined) return run;
  const claim = { node: claiming.input.node, fence: w.ids.next(run.queuedAt) };
  return started ? { ...run, claim, status: 'running', startedAt: run.queuedAt } : { ...run, claim };
}

/** The claim that was asked for: what it took of what was made, or what there is now. */
export function claimMade(
  w: Writer,
  input: ClaimInput,
  claiming: Claiming | undefined,
  now: number,
): ClaimResult {
  if (claiming === undefined) return claim(w, input, now);
  const { taken, earliest } = claiming;
  const jobs: Job[] = [];
  const indexes = new Map<string, number>();
  const runs: ClaimedRun[] = [];
  for (const run of taken.sort((one, other) => one.availableAt - other.availableAt)) {
    if (run.claim === undefined) continue;
    let job = indexes.get(run.jobUid);
    if (job === undefined) {
      job = jobs.push(w.jobs.require(Number(run.jobUid)).job) - 1;
      indexes.set(run.jobUid, job);
    }
    runs.push(claimedRunOf(run, { job, fence: run.claim.fence, started: run.status === 'running' }));
  }
  return { now, jobs, runs, ...(earliest === undefined ? {} : { nextDueAt: earliest }) };
}
