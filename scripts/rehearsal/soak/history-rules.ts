import type { Arrivals } from './receiver.ts';
import type { SeenRun } from './run-history.ts';

/** A time in which a fault, or what it left behind, may repeat or delay runs. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export const isInside = (windows: readonly Window[], at: number): boolean =>
  windows.some(({ from, to }) => at >= from && at <= to);

/** Slots of a grid that no row covers, or that two rows cover. */
export function brokenSlots(jobId: string, runs: Iterable<SeenRun>, everyMs: number): readonly string[] {
  const rows = [...runs]
    .flatMap(({ scheduled_for: slot, missed_from: from }) =>
      slot === null ? [] : [{ first: Number(from ?? slot), last: Number(slot) }],
    )
    .sort((a, b) => a.last - b.last);
  return rows.flatMap(({ first }, n) => {
    const previous = rows[n - 1];
    if (previous === undefined || first === previous.last + everyMs) return [];
    return [
      `${jobId}: the row from ${new Date(first).toISOString()} follows the one of ${new Date(previous.last).toISOString()}`,
    ];
  });
}

/**
 * Runs that ended as succeeded without an arrival, or that arrived more often than they had attempts. A fault
 * may repeat an attempt without counting it: such an arrival is inside a window.
 */
export function brokenRuns(
  runs: Iterable<SeenRun>,
  arrivals: ReadonlyMap<string, Arrivals>,
  windows: readonly Window[],
): readonly string[] {
  return [...runs].flatMap(({ id, status, attempt, recoveries }) => {
    const seen = arrivals.get(id);
    if (status === 'succeeded' && (seen?.succeeded ?? 0) === 0) return [`run ${id} succeeded without work`];
    if (seen === undefined || status === 'queued' || status === 'running') return [];
    const outside = seen.at.filter((at) => !isInside(windows, at)).length;
    const isDoubled = seen.at.length > attempt + recoveries && outside > attempt;
    return isDoubled ? [`run ${id} arrived ${seen.at.length} times in ${attempt} attempts`] : [];
  });
}

/** How late the first attempts of slots started, in ms, outside of faults. */
export function latenessOf(
  runs: Iterable<SeenRun>,
  windows: readonly Window[],
): readonly { at: number; ms: number }[] {
  return [...runs].flatMap(
    ({ scheduled_for: slot, started_at: started, attempt, recoveries, missed_from }) => {
      if (slot === null || started === null || missed_from !== null || attempt !== 1 || recoveries > 0)
        return [];
      const at = slot.getTime();
      return isInside(windows, at) ? [] : [{ at, ms: started.getTime() - at }];
    },
  );
}
