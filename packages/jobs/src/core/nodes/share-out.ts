import type { NewRun } from '../rules/decision.ts';
import type { ClaimInput } from '../store/store-passes.ts';

/**
 * The planned runs that a claim takes, and whether each starts at once; for when no other run is due (P9,
 * lost nodes; P10, fence). Earliest due first; runs without a free place, or not yet due, are held.
 */
export function shareOut(
  runs: readonly NewRun[],
  { places, prefetch, ahead = { ms: 0, runs: 0 } }: Pick<ClaimInput, 'places' | 'prefetch' | 'ahead'>,
  now: number,
): ReadonlyMap<NewRun, boolean> {
  const starts = new Map<NewRun, boolean>();
  let due = places + prefetch;
  let coming = ahead.runs;
  const inOrder = [...runs].sort((one, other) => one.availableAt - other.availableAt);
  for (const run of inOrder) {
    const isDue = run.availableAt <= now;
    if (isDue && due > 0) {
      starts.set(run, due > prefetch);
      due -= 1;
    } else if (!isDue && run.availableAt <= now + ahead.ms && coming > 0) {
      starts.set(run, false);
      coming -= 1;
    }
  }
  return starts;
}

/** A backlog begins once the earliest due run has waited this long (ms): later slots may then go first. */
const BACKLOG_MS = 100;

/** The earliest due times: of all runs that wait for a claim, and of the unclaimed slots among them. */
export interface FirstDue {
  readonly runAt: number | undefined;
  readonly slotAt: number | undefined;
}

/** Whether slots have priority: the earliest due run is no slot, and has waited for {@link BACKLOG_MS}. */
export function slotsHavePriority({ runAt, slotAt }: FirstDue, now: number): boolean {
  if (runAt === undefined || slotAt === undefined) return false;
  return runAt < slotAt && runAt <= now - BACKLOG_MS;
}

/** What a node knows of the slots that it has claimed with priority. */
export interface PriorityHeld {
  readonly places: number;
  /** Unfinished slots that were claimed with priority, and those that claims under way have requested. */
  readonly held: number;
  /** The last run that the node claimed, or has asked for, has priority. */
  readonly isLast: boolean;
}

/** How many more slots a node may claim before older runs: half of its places; of one, every second run. */
export function prioritySlots({ places, held, isLast }: PriorityHeld): number {
  if (places === 1) return isLast ? 0 : 1;
  return Math.max(Math.floor(places / 2) - held, 0);
}
