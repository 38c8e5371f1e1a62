import type { NewRun } from './decision.ts';
import type { ClaimInput } from './store-passes.ts';

/**
 * How a claim shares out runs that are about to be made and wait for nothing, when nothing else is due before them: those due first
 * first, some to start at once and some to be held until a place is free; and besides some that come due soon, to be held until
 * then (P9, P10). Tells of each run that it takes whether that starts at once.
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

/** A node has a backlog once the earliest due run has waited this long (ms). Only then may later slots be claimed before it. */
const BACKLOG_MS = 100;

/** The earliest due times: of all unclaimed runs, and of the unclaimed slots that were planned behind other due work. */
export interface FirstDue {
  readonly runAt: number | undefined;
  readonly slotAt: number | undefined;
}

/** Whether slots go first: the earliest due run has waited for {@link BACKLOG_MS} and is not one of the slots. */
export function slotsGoFirst({ runAt, slotAt }: FirstDue, now: number): boolean {
  if (runAt === undefined || slotAt === undefined) return false;
  return runAt < slotAt && runAt <= now - BACKLOG_MS;
}

/** How many more slots a node may claim first: up to half of its places, at least one, less those it has `claimed`. */
export function slotsFirst(places: number, claimed: number): number {
  return Math.max(Math.floor(places / 2), 1) - claimed;
}
