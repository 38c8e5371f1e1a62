import { type Refusal, refused } from './refusal.ts';

/** What the runs and the backfills of a job say about a slot. */
export interface SlotState {
  readonly hasLiveRun: boolean;
  /** A backfill still has to run it. */
  readonly isToCome: boolean;
  /** The newest of the later runs that succeeded, if they were looked at. */
  readonly doneBy?: string;
}

/** P5, one run per slot: why a retry can't run a slot. */
export function slotRefusal({ hasLiveRun, isToCome, doneBy }: SlotState): Refusal | undefined {
  if (hasLiveRun) return IS_LIVE;
  if (isToCome) return IS_TO_COME;
  if (doneBy === undefined) return undefined;
  const detail = `Run ${doneBy} has done the slot of this run since. To do it once more, retry this run alone.`;
  return refused('slot_done', detail);
}

const IS_LIVE = refused(
  'overlap',
  'Another run of the same slot is live. Wait for its end, and retry only if it fails.',
);
const IS_TO_COME = refused(
  'overlap',
  'A backfill of the job will run the same slot. Wait for its end, or cancel the backfill.',
);
