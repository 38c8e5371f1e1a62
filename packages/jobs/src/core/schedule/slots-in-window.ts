import type { Schedule } from './schedule.ts';
import { nextSlot } from './schedule-slots.ts';

/** The number of slots between two pauses for other work: about a millisecond. */
const SLOTS_A_SLICE = 200;

/** The slots of a window; `nextAt` is the first one beyond the most that were asked for. */
export interface SlotsInWindow {
  readonly slots: readonly number[];
  readonly nextAt?: number;
}

/** The first `most` slots from `from` (included) to `to` (excluded). It yields after each small part. */
export function* slotsInWindow(
  schedule: Schedule,
  anchorAt: number,
  { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
): Generator<void, SlotsInWindow> {
  const slots: number[] = [];
  let slot = nextSlot(schedule, anchorAt, from - 1);
  while (slot !== undefined && slot < to) {
    if (slots.length === most) return { slots, nextAt: slot };
    slots.push(slot);
    if (slots.length % SLOTS_A_SLICE === 0) yield;
    slot = nextSlot(schedule, anchorAt, slot);
  }
  return { slots };
}
