import type { MemoryDatabase } from '../stores/memory/index.ts';

/** When the store next needs the engine after `now`: a slot, a retry, the end of a pause. Infinite: never. */
export function nextDueAt(database: MemoryDatabase, now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const at of dueTimes(database)) if (at > now && at < next) next = at;
  return next;
}

/**
 * Whether a job or the end of an upstream run has to be planned now, or a run could be claimed now if there
 * is a place.
 */
export function isDue(database: MemoryDatabase, now: number, hasPlace: boolean): boolean {
  const { jobs, upstreamEnds } = database;
  if (upstreamEnds.length > 0) return true;
  for (const { job } of jobs.values()) if (job.wakeAt !== undefined && job.wakeAt <= now) return true;
  return hasPlace && claimable(database).some((at) => at <= now);
}

function* dueTimes(database: MemoryDatabase): Generator<number> {
  for (const { job } of database.jobs.values()) if (job.wakeAt !== undefined) yield job.wakeAt;
  yield* claimable(database);
}

/** When the runs are due that wait for nothing but their time. */
function claimable({ live }: MemoryDatabase): number[] {
  const waiting = [...live.values()].filter(({ run }) => run.held === 'no' && run.claim === undefined);
  return waiting.map(({ run }) => run.availableAt);
}
