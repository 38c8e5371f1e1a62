import type { Job, Run } from '@greenvue/jobs/client';
import { goDurationMs } from '../../ui/schedule/go-duration.ts';

const DAY_MS = 24 * 3_600_000;
/** The number of slots to check if no gap is known and the job runs rarely. */
const FEW_SLOTS = 10;

/** What a run says about its slot. */
export type SlotRun = Pick<Run, 'scheduled_for' | 'status'>;
type GapJob = Pick<Job, 'interval' | 'created_at'>;

/**
 * Where to begin the search for missing slots, in ms: at the last success before the newest gap. Without a
 * gap in the known runs: a day ago, or at the tenth newest slot if that is earlier.
 */
export function searchFrom(job: GapJob, runs: readonly SlotRun[], now: number): number {
  return lastGap(job, runs, now) ?? sinceCreated(job, Math.min(now - DAY_MS, tenthNewest(runs) ?? now));
}

/**
 * The last success before the newest gap, in ms; the oldest known slot if none succeeded before it. A gap is
 * a slot without success, or time for one without a run. Undefined: no gap is known.
 */
export function lastGap({ interval }: GapJob, runs: readonly SlotRun[], now: number): number | undefined {
  const slots = [...slotsOf(runs)].sort(([a], [b]) => a - b);
  const between = (interval === null ? undefined : goDurationMs(interval)) ?? Number.POSITIVE_INFINITY;
  let from: number | undefined;
  let success: number | undefined;
  for (const [index, [slot, isSuccess]] of slots.entries()) {
    const next = slots[index + 1]?.[0] ?? now;
    if (isSuccess) success = slot;
    if (!isSuccess || next - slot >= 2 * between) from = success ?? slots[0]?.[0];
  }
  return from;
}

/** Not before the job was created: it had no slots then. */
export function sinceCreated({ created_at: created }: Pick<GapJob, 'created_at'>, from: number): number {
  return Math.max(from, Date.parse(created));
}

/** Each slot whose runs are over, and whether one of them succeeded. */
function slotsOf(runs: readonly SlotRun[]): ReadonlyMap<number, boolean> {
  const slots = new Map<number, boolean>();
  for (const { scheduled_for: at, status } of runs) {
    if (at === null || status === 'queued' || status === 'running') continue;
    const slot = Date.parse(at);
    slots.set(slot, status === 'succeeded' || slots.get(slot) === true);
  }
  return slots;
}

function tenthNewest(runs: readonly SlotRun[]): number | undefined {
  return [...slotsOf(runs).keys()]
    .sort((a, b) => b - a)
    .slice(0, FEW_SLOTS)
    .at(-1);
}
