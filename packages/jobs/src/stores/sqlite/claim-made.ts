import { type Decision, type NewRun, touchesWaiting } from '../../core/decision.ts';
import { canRun } from '../../core/membership.ts';
import type { LiveRun } from '../../core/run.ts';
import { shareOut } from '../../core/share-out.ts';
import type { ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import { claimOf } from '../rows/claimed-run.ts';
import { claim, earliestDue } from './claim.ts';
import type { Writer } from './writer.ts';

/**
 * What a claim takes of the runs that decisions are about to make: one write for each instead of two, and no
 * entry among what is due.
 */
export interface Share {
  readonly node: string;
  /** Whether those that it takes start at once. */
  readonly starts: ReadonlyMap<NewRun, boolean>;
  /** When the first of all others comes due. */
  readonly nextDueAt: number | undefined;
  /** Those that it has taken. */
  readonly taken: LiveRun[];
}

/**
 * Undefined where these decisions, or what waits already, may have something for the claim that comes before
 * what they make: then it has to be made after them.
 */
export function shareOf(
  w: Writer,
  input: ClaimInput,
  decisions: readonly Decision[],
  now: number,
): Share | undefined {
  const { node, types, ahead = { ms: 0 } } = input;
  if (decisions.some(touchesWaiting)) return undefined;
  const free = decisions.flatMap(({ job, queue }) =>
    queue.filter((run) => run.held === 'no' && canRun(types, job, run)),
  );
  if (free.length === 0) return undefined;
  const earliest = earliestDue(w, w.types.knownTo(types), now);
  if (earliest !== undefined && earliest <= now + ahead.ms) return undefined;
  const starts = shareOut(free, input, now);
  const left = free.filter((run) => !starts.has(run)).map(({ availableAt }) => availableAt);
  const nextDueAt = left.reduce((next, at) => Math.min(next, at), earliest ?? Number.POSITIVE_INFINITY);
  return { node, starts, nextDueAt: Number.isFinite(nextDueAt) ? nextDueAt : undefined, taken: [] };
}

/** A run as it is made: claimed, if it is taken. */
export function takenBy(w: Writer, { node, starts }: Share, asked: NewRun, run: LiveRun): LiveRun {
  const started = starts.get(asked);
  if (started === undefined) return run;
  const claimed = { ...run, claim: { node, fence: w.ids.next(run.queuedAt) } };
  return started ? { ...claimed, status: 'running', startedAt: run.queuedAt } : claimed;
}

/** The claim that was asked for: what it took of what was made, or what there is now. */
export function claimMade(w: Writer, input: ClaimInput, share: Share | undefined, now: number): ClaimResult {
  if (share === undefined) return claim(w, input, now);
  const { taken, nextDueAt } = share;
  const claimed = claimOf(taken, (uid) => w.jobs.require(uid).job);
  return { now, ...claimed, ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}
