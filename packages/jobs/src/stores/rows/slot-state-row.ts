import type { SlotState } from '../../core/commands/slot-of-retry.ts';
import { rowOf } from './first-column.ts';

/** Reads a row of three columns: the live runs, the backfill slots to come, the id of the newest success. */
export function slotStateOf(row: unknown): SlotState {
  const [live, toCome, doneBy] = rowOf<[number, number, number | null]>(row);
  const state = { hasLiveRun: live > 0, isToCome: toCome > 0 };
  return doneBy === null ? state : { ...state, doneBy: String(doneBy) };
}
