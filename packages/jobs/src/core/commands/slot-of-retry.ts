import { type Refusal, refused } from './refusal.ts';

/** The runs and backfills of one slot. */
export interface SlotState {
  readonly hasLiveRun: boolean;
  /** A backfill has yet to run the slot. */
  readonly isToCome: boolean;
  /** The newest run of the slot that succeeded after the retried run. Absent: none, or not looked up. */
  readonly doneBy?: string;
}

/** P5, one run per slot: why a retry can't run a slot. */
export function slotRefusal({ hasLiveRun, isToCome, doneBy }: SlotState): Refusal | undefined {
  if (hasLiveRun) return IS_LIVE;
  if (isToCome) return IS_TO_COME;
  if (doneBy === undefined) return undefined;
  const detail = `Run ${doneBy}, a later run of the same slot, has succeeded. To run the slot again, retry this run by itself.`;
  return refused('slot_done', detail);
}

const IS_LIVE = refused(
  'overlap',
  'Another run of the same slot is live. Wait for its end, and retry only if it fails.',
);
const IS_TO_COME = refused(
  'overlap',
  'A backfill of the job will run the same slot. Wait for the end of the backfill, or cancel it.',
);
